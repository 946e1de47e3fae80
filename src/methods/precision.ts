/** @file A detector's graph in another precision, ranges of 8-bit values measured on good images. */
import type { ProgressListener } from '../core/progress.ts';
import { mapAhead } from '../data/concurrency.ts';
import type { Precision } from '../detector/metadata.ts';
import { foldBatchNorms } from '../graph/fold-batch-norm.ts';
import { toHalfPrecision } from '../graph/half-precision.ts';
import { storeInHalf } from '../graph/half-storage.ts';
import { encodeModel, type ModelProto } from '../graph/index.ts';
import { rangeModel } from '../graph/measure-ranges.ts';
import { quantise, type ValueRange, valuesToMeasure } from '../graph/quantise.ts';
import { decodeImage } from '../image/decode.ts';
import { type Engine, floats } from '../runtime/engine.ts';

/**
 * Rewrites a detector's model. Preprocessing, distances, networks, map and score stay in float32 whatever the precision; large matrices
 * are stored in half the bytes.
 * @param images - paths of good images, for int8; at least one
 */
export async function inPrecision(
  model: ModelProto,
  precision: Exclude<Precision, 'fp32'>,
  images: readonly string[],
  engine: Engine,
  onProgress?: ProgressListener,
): Promise<ModelProto> {
  const folded = foldBatchNorms(model);
  if (precision === 'fp16') return storeInHalf(toHalfPrecision(folded));
  return storeInHalf(quantise(folded, await measureRanges(folded, images, engine, onProgress)));
}

/** For each value the mean over images of its smallest and of its largest number: one odd highlight does not stretch the scale. */
async function measureRanges(
  model: ModelProto,
  images: readonly string[],
  engine: Engine,
  onProgress?: ProgressListener,
): Promise<Map<string, ValueRange>> {
  const measuring = rangeModel(model, valuesToMeasure(model));
  const sums = new Map<string, { low: number; high: number }>();
  const session = await engine.load(encodeModel(measuring.model));
  try {
    let done = 0;
    for await (const [, { width, height, data }] of mapAhead(images, 2, decodeImage)) {
      const outputs = await session.run({ image: { dtype: 'uint8', shape: [1, height, width, 3], data } });
      for (const [value, output] of measuring.outputs) {
        const [low = 0, high = 0] = floats(outputs[output]);
        const sum = sums.get(value) ?? { low: 0, high: 0 };
        sums.set(value, { low: sum.low + low, high: sum.high + high });
      }
      onProgress?.({ task: 'measuring ranges', done: ++done, total: images.length, unit: 'images' });
    }
  } finally {
    await session.release();
  }
  const count = images.length;
  return new Map([...sums].map(([name, { low, high }]) => [name, { low: low / count, high: high / count }]));
}
