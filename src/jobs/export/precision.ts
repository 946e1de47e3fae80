/** @file A detector's graph in another precision, ranges of 8-bit values measured on good images. */
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Precision } from '../../detector/metadata.ts';
import { encodeModel, type ModelProto } from '../../graph/index.ts';
import { foldBatchNorms } from '../../graph/rewrite/fold-batch-norm.ts';
import { toHalfPrecision } from '../../graph/rewrite/half-precision.ts';
import { storeInHalf } from '../../graph/rewrite/half-storage.ts';
import { bodiesOf, withBodies } from '../../graph/rewrite/loop-bodies.ts';
import { rangeModel } from '../../graph/rewrite/measure-ranges.ts';
import { quantise, valuesToMeasure } from '../../graph/rewrite/quantise.ts';
import { RangeMeans } from '../../graph/rewrite/range-means.ts';
import type { ValueRange } from '../../graph/rewrite/whole-numbers.ts';
import { decodeImage, type Reading } from '../../image/decode.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type Engine, floats } from '../../runtime/engine.ts';
import { proceduralTexture } from '../../synthesis/procedural-textures.ts';

/**
 * Rewrites a detector's model. Preprocessing, distances, networks, map and score stay in float32 whatever the precision; large matrices
 * are stored in half the bytes.
 * @param images - paths of good images, for int8; at least one
 * @param reading - of these
 * @throws OPTION_INVALID for int8 where there is nothing to be had by it
 */
export async function inPrecision(
  model: ModelProto,
  precision: Exclude<Precision, 'fp32'>,
  images: readonly string[],
  engine: Engine,
  reading: Reading,
  onProgress?: ProgressListener,
): Promise<ModelProto> {
  const folded = foldBatchNorms(model);
  if (precision === 'fp16') return storeInHalf(toHalfPrecision(folded));
  // A backbone that is given tiles lies in the body of a Loop.
  const open = withBodies(folded, foldBatchNorms);
  const ranges = await measureRanges(open, images, engine, reading, onProgress);
  return storeInHalf(withBodies(quantise(open, ranges), (body) => quantise(body, ranges)));
}

/** Drawn images that ranges are measured on as well. */
const textures = 16;

/**
 * For each value the mean over images of its smallest and of its largest number (range-means.ts);
 * over good images, and over drawn textures, and of both the wider. Good images alone would cut off what a defect adds.
 */
async function measureRanges(
  model: ModelProto,
  images: readonly string[],
  engine: Engine,
  reading: Reading,
  onProgress?: ProgressListener,
): Promise<Map<string, ValueRange>> {
  const names = [...new Set([model, ...bodiesOf(model)].flatMap((each) => valuesToMeasure(each)))];
  if (names.length === 0) {
    throw new CladError('OPTION_INVALID', {
      option: '--precision',
      expected: 'fp32 or fp16, as the backbone has no convolutions that int8 could speed up',
      actual: 'int8',
    });
  }
  const measuring = rangeModel(model, names);
  const session = await engine.load(encodeModel(measuring.model));
  const total = images.length + textures;
  let done = 0;
  const measure = async ({ width, height, data }: RgbImage, into: RangeMeans) => {
    const outputs = await session.run({ image: { dtype: 'uint8', shape: [1, height, width, 3], data } });
    for (const [value, output] of measuring.outputs) into.add(value, floats(outputs[output]));
    onProgress?.({ task: 'measuring ranges', done: ++done, total, unit: 'images' });
  };
  const decode = (path: string) => decodeImage(path, reading);
  const [good, drawn] = [new RangeMeans(), new RangeMeans()];
  try {
    for await (const [, image] of mapAhead(images, 2, decode)) await measure(image, good);
    for (let number = 0; number < textures; number++)
      await measure(proceduralTexture({ width: 256, height: 256 }, new Random('ranges', number)), drawn);
  } finally {
    await session.release();
  }
  return new Map(
    names.map((name) => {
      const [first, second] = [good.of(name), drawn.of(name)];
      return [name, { low: Math.min(first.low, second.low), high: Math.max(first.high, second.high) }];
    }),
  );
}
