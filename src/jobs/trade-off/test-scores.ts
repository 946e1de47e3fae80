/** @file Scores of a data set's test images, by the class that each is taken for: its threshold is the one that acts. */

import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Dataset } from '../../data/dataset.ts';
import { pixelHash } from '../../data/pixel-hash.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import type { Detector } from '../../detector/detector.ts';
import type { ScoredImage } from '../../evaluation/trade-off.ts';
import { lookAtImages } from '../evaluate/test-images.ts';
import { decodeOrError } from '../predict.ts';

export interface TestScores {
  readonly good: ScoredImage[];
  readonly defective: ScoredImage[];
}

/** By the class that images are taken for. */
export type TestScoresByClass = ReadonlyMap<string, TestScores>;

/**
 * @param note - told of images that cannot be read, which are left out, and of those that are no measure of new parts
 * @throws DATASET_EMPTY without test images, CLASS_UNKNOWN for a class that the detector does not know
 */
export async function testScores(
  detector: Detector,
  { root, samples }: Dataset,
  onProgress?: ProgressListener,
  note?: (text: string) => void,
): Promise<TestScoresByClass> {
  const tests = samples.filter(({ split }) => split === 'test');
  if (tests.length === 0)
    throw new CladError('DATASET_EMPTY', {
      path: root,
      expected: 'test images (<class>/test/good/* and <class>/test/<defect>/*)',
    });
  const { metadata } = detector;
  const unknown = tests.find(({ className }) => !metadata.classes.includes(className));
  if (unknown)
    throw new CladError('CLASS_UNKNOWN', {
      name: unknown.className,
      known: metadata.classes.join(', '),
    });
  const byClass = new Map<string, TestScores>();
  const pixels = new Map<string, string>();
  let others = 0;
  const reading = { bits: bitsOf(metadata) };
  let done = 0;
  for await (const [sample, image] of mapAhead(tests, 4, ({ path }) => decodeOrError(path, reading))) {
    if (image instanceof CladError) note?.(`left out: ${image.message}`);
    else {
      const { class: name, score } = await detector.predict(image, sample.path);
      pixels.set(sample.path, pixelHash(image));
      if (name !== sample.className) others++;
      const scores = byClass.get(name) ?? { good: [], defective: [] };
      byClass.set(name, scores);
      scores[sample.anomalous ? 'defective' : 'good'].push({ path: sample.path, score });
    }
    onProgress?.({ task: 'test images', done: ++done, total: tests.length, unit: 'images' });
  }
  lookAtImages(
    tests.filter((sample) => pixels.has(sample.path)),
    pixels,
    metadata,
    note,
  );
  if (others > 0)
    note?.(
      `${others} of ${pixels.size} test images are taken for another class than their folder's, and are counted there: its threshold is the one that acts.`,
    );
  return byClass;
}
