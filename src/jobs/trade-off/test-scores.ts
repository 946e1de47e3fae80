/** @file Scores of a data set's test images, by the class that each is taken for: its threshold is the one that acts. */

import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Dataset } from '../../data/dataset.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { Detector } from '../../detector/detector.ts';
import { decodeOrError } from '../predict.ts';

export interface TestScores {
  readonly good: number[];
  readonly defective: number[];
}

/**
 * @param note - told of images that cannot be read, which are left out
 * @throws DATASET_EMPTY without test images
 */
export async function testScores(
  detector: Detector,
  { root, samples }: Dataset,
  onProgress?: ProgressListener,
  note?: (text: string) => void,
): Promise<ReadonlyMap<string, TestScores>> {
  const tests = samples.filter(({ split }) => split === 'test');
  if (tests.length === 0)
    throw new CladError('DATASET_EMPTY', {
      path: root,
      expected: 'test images (<class>/test/good/* and <class>/test/<defect>/*)',
    });
  const byClass = new Map<string, TestScores>();
  const reading = { bits: bitsOf(detector.metadata) };
  let done = 0;
  for await (const [sample, image] of mapAhead(tests, 4, ({ path }) => decodeOrError(path, reading))) {
    if (image instanceof CladError) note?.(`left out: ${image.message}`);
    else {
      const { class: name, score } = await detector.predict(image, sample.path);
      const scores = byClass.get(name) ?? { good: [], defective: [] };
      byClass.set(name, scores);
      scores[sample.anomalous ? 'defective' : 'good'].push(score);
    }
    onProgress?.({ task: 'test images', done: ++done, total: tests.length, unit: 'images' });
  }
  return byClass;
}
