/**
 * @file A thread for what else would hold up the service's event loop: decoding, looking for regions, heat maps, and the texts and
 * numbers of the inference protocol.
 */
import type { DetectorMetadata } from '../detector/metadata.ts';
import { type Prediction, type RawPrediction, withRegions } from '../detector/prediction.ts';
import { type DecodeLimits, decodeBytes } from '../image/decode.ts';
import { encodePng } from '../image/encode.ts';
import type { RgbImage } from '../image/rgb.ts';
import { type Seen, seenOf } from '../image/seen.ts';
import { answerCalls } from '../runtime/worker/answer.ts';
import { movable } from '../runtime/worker/buffers.ts';
import { nodeWorkerSide } from '../runtime/worker/node-port.ts';
import type { Prepared } from '../runtime/worker/protocol.ts';
import { drawHeat, type HeatOrder } from './heat-size.ts';
import type { InferLimits, InferResponse } from './infer-codec.ts';
import { type InferRequest, type OutputTensor, readInferRequest, writeInferResponse } from './infer-codec.ts';

const handlers = {
  async decode(order: {
    readonly bytes: Uint8Array;
    readonly name: string;
    readonly limits: DecodeLimits;
  }): Promise<Prepared<{ readonly image: RgbImage; readonly seen: Seen }>> {
    const { data, ...image } = await decodeBytes(order.bytes, order.name, order.limits);
    const own = movable(data);
    const decoded = { ...image, data: own };
    return { value: { image: decoded, seen: seenOf(decoded) }, transfer: [own.buffer] };
  },

  /** A prediction with its regions; with `heat` also the heat map over the photograph, as PNG. The raw map is not sent back. */
  async finish(order: {
    readonly metadata: DetectorMetadata;
    readonly raw: RawPrediction;
    readonly size: { readonly width: number; readonly height: number };
    readonly heat?: { readonly image: RgbImage; readonly order: HeatOrder };
  }): Promise<Prepared<{ readonly prediction: Prediction; readonly map?: Uint8Array }>> {
    const { metadata, raw, size, heat } = order;
    const { map: _, ...prediction } = withRegions(metadata, raw, size);
    if (!heat) return { value: { prediction } };
    const map = movable(await encodePng(await drawHeat(metadata, heat.image, raw, heat.order)));
    return { value: { prediction, map }, transfer: [map.buffer] };
  },

  async readInfer(order: {
    readonly body: Uint8Array;
    readonly headerLength: number | undefined;
    readonly limits: InferLimits;
  }): Promise<Prepared<InferRequest>> {
    const request = readInferRequest(order.body, order.headerLength, order.limits);
    return { value: request, transfer: request.images.map(({ data }) => data.buffer as ArrayBuffer) };
  },

  async writeInfer(order: {
    readonly response: InferResponse;
    readonly outputs: readonly OutputTensor[];
  }): Promise<Prepared<{ readonly body: Uint8Array; readonly headerLength: number | undefined }>> {
    const written = writeInferResponse(order.response, order.outputs);
    const body = movable(written.body);
    return { value: { body, headerLength: written.headerLength }, transfer: [body.buffer] };
  },
};

export type ImageHandlers = typeof handlers;

answerCalls(nodeWorkerSide(), handlers);
