/** @file The golden images of a detector file (self-test/make-golden.ts), asked again on another machine: `clad verify`. */
import { number, optional, path } from '../core/arguments.ts';
import { readBytes } from '../core/files.ts';
import { Detector } from '../detector/detector.ts';
import { compareGolden, type GoldenDifference, parseGolden } from '../detector/self-test/golden.ts';
import { decodeMetadata } from '../graph/index.ts';
import { decodeBytes } from '../image/decode.ts';
import type { Device } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { type Fields, machine, requireRequest } from './request-fields.ts';
import { modelPathOf } from './run-folder.ts';

/** Processors of other kinds than the CPU round otherwise, and may use shorter numbers within products. */
const otherDevices = 0.02;

export interface VerifyRequest {
  /** Run folder or detector file. */
  readonly run: string;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
  /** Share of the map's span; the file's own, or more on another device, where absent. */
  readonly tolerance?: number | undefined;
}

/** What it may hold, for programs that pass it without types. */
const fields: Fields<VerifyRequest> = { run: path, ...machine, tolerance: optional(number) };

/** One golden image, asked again. */
export interface VerifiedImage {
  readonly name: string;
  readonly class: string;
  readonly expectedClass: string;
  readonly score: number;
  readonly expectedScore: number;
  readonly difference: Omit<GoldenDifference, 'within'>;
  readonly reproduced: boolean;
}

/** The document of `clad verify --json`. */
export interface Verification {
  readonly model: string;
  readonly device: Device;
  /** Where the file's numbers were computed. */
  readonly madeOn: string;
  readonly tolerance: number;
  /** Whether a checksum has shown that the file is whole; false for a file of before there were checksums. */
  readonly checked: boolean;
  readonly reproduced: boolean;
  readonly images: readonly VerifiedImage[];
}

/**
 * Asks a detector file about its golden images on this machine.
 * @throws GOLDEN_MISSING for a file without them, FILE_UNREADABLE, DETECTOR_INVALID, RUN_NOT_FOUND, DEVICE_UNAVAILABLE
 */
export async function verifyDetector(request: VerifyRequest): Promise<Verification> {
  requireRequest('verifyDetector', fields, request);
  const model = await modelPathOf(request.run);
  const bytes = await readBytes(model);
  const engine = await nodeEngine({ device: request.device, threads: request.threads });
  const detector = await Detector.fromBytes(engine, bytes, model);
  try {
    const golden = parseGolden(decodeMetadata(bytes), model);
    const { device } = engine;
    const least = device === golden.device ? 0 : otherDevices;
    const tolerance = request.tolerance ?? Math.max(golden.tolerance, least);
    const images: VerifiedImage[] = [];
    for (const kept of golden.images) {
      const image = await decodeBytes(Buffer.from(kept.png, 'base64'), `${model}: golden image ${kept.name}`);
      const now = await detector.predict(image);
      const { within, ...difference } = compareGolden(kept, now, tolerance, detector.metadata);
      images.push({
        name: kept.name,
        class: now.class,
        expectedClass: kept.class,
        score: now.score,
        expectedScore: kept.score,
        difference,
        reproduced: within,
      });
    }
    const reproduced = images.every((image) => image.reproduced);
    const { checked } = detector;
    return { model, device, madeOn: golden.device, tolerance, checked, reproduced, images };
  } finally {
    await detector.release();
  }
}
