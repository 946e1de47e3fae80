/** @file A thread that owns one loaded detector, since the engine occupies the thread it runs in. */
import type { Detector } from '../detector/detector.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { openDetector } from '../detector/open.ts';
import type { RawPrediction } from '../detector/prediction.ts';
import type { RgbImage } from '../image/rgb.ts';
import type { Device } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { answerCalls } from '../runtime/worker/answer.ts';
import { nodeWorkerSide } from '../runtime/worker/node-port.ts';
import type { Prepared } from '../runtime/worker/protocol.ts';

/** What to load. */
export interface DetectorOrder {
  readonly path: string;
  readonly device: Device | undefined;
  readonly threads: number | undefined;
}

/** An image, and its class where that was given. */
export interface AskedImage {
  readonly image: RgbImage;
  /** As the detector knows it. */
  readonly class: string | undefined;
}

/** A prediction of each image, its regions left to another thread, and the images back, since their pixels had moved here. */
export interface RunOutcome {
  readonly predictions: readonly RawPrediction[];
  readonly images: readonly RgbImage[];
}

let detector: Detector | undefined;

const handlers = {
  async load({ path, device, threads }: DetectorOrder): Promise<Prepared<DetectorMetadata>> {
    detector = await openDetector(await nodeEngine({ device, threads }), path);
    return { value: detector.metadata };
  },

  async run(asked: readonly AskedImage[]): Promise<Prepared<RunOutcome>> {
    if (!detector) throw new Error('no detector was loaded');
    const images = asked.map(({ image }) => image);
    const classes = asked.map(({ class: name }) => name);
    const predictions = await detector.predictRaw(images, undefined, { classes });
    const transfer = [...predictions.map(({ map }) => map), ...images.map(({ data }) => data)].map(
      ({ buffer }) => buffer as ArrayBuffer,
    );
    // What counted has been asked already, and is no part of an answer.
    const told = predictions.map(({ inside: _, ...prediction }) => prediction);
    return { value: { predictions: told, images }, transfer };
  },
};

export type DetectorHandlers = typeof handlers;

answerCalls(nodeWorkerSide(), handlers, async () => detector?.release());
