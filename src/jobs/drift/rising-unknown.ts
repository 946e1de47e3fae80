/**
 * @file Whether more and more parts look like no known class. What an unknown part is taken for is chance, and of good parts hardly any is unknown, so the newer half
 * of all judgements is compared with the older one, whatever their classes.
 */
import { risenTail } from '../../evaluation/two-samples.ts';
import { type DriftFinding, digits, leastImages } from './compare.ts';

/** From so many times the share of before on it matters, and from this share on: two in a hundred. */
const [times, leastShare] = [2, 0.02];

/**
 * @param verdicts - of all classes, the oldest first
 * @param level - a rise is taken for real where chance would make it with at most this probability
 * @returns nothing where they are too few
 */
export function risingUnknown(verdicts: readonly (string | null)[], level: number): DriftFinding[] {
  const half = verdicts.length >> 1;
  if (half < leastImages) return [];
  const counted = (some: readonly (string | null)[]) => ({
    unknown: some.filter((verdict) => verdict === 'unknown').length,
    images: some.length,
  });
  const [older, newer] = [counted(verdicts.slice(0, half)), counted(verdicts.slice(half))];
  const [before, now] = [older.unknown / older.images, newer.unknown / newer.images];
  const p = risenTail([older.unknown, older.images], [newer.unknown, newer.images]);
  const drifted = p <= level && now >= times * before && now >= leastShare;
  const sentence = `${digits(100 * now)} % of the newer images look like no known class, and ${digits(100 * before)} % of the older ones did: check what the line makes and where the camera looks; a new class joins by \`clad update\`.`;
  return [
    {
      ...{ class: 'all', what: 'rising unknown', before, now },
      images: { before: older.images, now: newer.images },
      ...{ higher: null, p, drifted, sentence: drifted ? sentence : null },
    },
  ];
}
