/**
 * @file Named regions of a class made comparable: what is added to the scores of each, so that one threshold holds for all of them and they have the same
 * false-alarm rate, as high as all together keep the class's (docs/decisions/0060-named-regions.md).
 */
import { described } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { outliers } from './outliers.ts';

/**
 * Offsets of a class's regions, by the scores of good images. Each region's threshold is its a-th highest score; a is the largest number, up to what the rate allows
 * an image's one score (conformal.ts), at which no more images are above some threshold than the rate allows. What is returned is the highest of these thresholds
 * less each of them. Images that stand out in a region have no say.
 * @param scores - of each image, of each region; as many of all; at least one image
 * @param falseAlarmRate - of the class, in (0, 1)
 * @param keepOutliers - whether images that stand out count too
 * @returns float32 numbers of 0 and more, one a region
 */
export function regionOffsets(
  scores: readonly ArrayLike<number>[],
  falseAlarmRate: number,
  keepOutliers = false,
): number[] {
  const regions = scores[0]?.length ?? 0;
  if (regions === 0 || scores.some((own) => own.length !== regions))
    throw new CladError('OPTION_INVALID', {
      option: 'the scores of named regions',
      expected: 'as many of each good image',
      actual: described(scores.map(({ length }) => length)),
    });
  const all = Array.from({ length: regions }, (_, region) => scores.map((own) => own[region]!));
  const standsOut = keepOutliers ? [] : all.map(outliers);
  const some = scores.filter((_, image) => !standsOut.some((own) => own[image]));
  const counted = some.length > 0 ? some : scores;
  const sorted = all.map((_, region) =>
    Float64Array.from(counted, (own) => own[region]!)
      .sort()
      .reverse(),
  );
  // As conformalThreshold has it: the class's threshold is its so-many-th highest score.
  const allowed = Math.max(
    1,
    Math.min(Math.floor((counted.length + 1) * falseAlarmRate + 1e-9), counted.length),
  );
  const above = (thresholds: readonly number[]) =>
    counted.filter((own) => thresholds.some((threshold, region) => own[region]! > threshold)).length;
  const thresholdsAt = (rank: number) => sorted.map((own) => own[rank - 1]!);
  let rank = allowed;
  while (rank > 1 && above(thresholdsAt(rank)) >= allowed) rank--;
  const thresholds = thresholdsAt(rank);
  const highest = Math.max(...thresholds);
  return thresholds.map((threshold) => Math.fround(highest - threshold));
}
