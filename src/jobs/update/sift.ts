/** @file Which of the images that are to join a detector do: not what is recognised as another class, and not what is more anomalous than a good image plausibly is, unless somebody insists. */
import { groupBy, median } from '../../core/arrays.ts';
import { conformalThreshold } from '../../detector/thresholds/conformal.ts';
import { leastImages, ordinary } from '../../detector/thresholds/outliers.ts';
import type { JoinedClass } from './class-name.ts';
import type { NewImage, NotAdded } from './new-images.ts';
import { asNew, type Predictable } from './predict-again.ts';

/**
 * An image is implausible as a good one of its class where its score lies so many times as far above the middle of the good images' scores as the threshold
 * that they give (docs/decisions/0032-update.md).
 */
export const mostTimes = 2;

/** With a smaller share of the votes, what an image is recognised as says little. */
const leastShare = 0.5;

/** What joins, by class. */
export interface Sifted {
  readonly joining: ReadonlyMap<string, readonly NewImage[]>;
  readonly notAdded: readonly NotAdded[];
  /** Of those that join, how many are recognised as another class than they join. */
  readonly otherwise: readonly NewImage[];
}

/** Sifts them. @param force - take what is forceable */
export function sift(
  images: readonly NewImage[],
  joined: JoinedClass,
  known: Predictable,
  force: boolean,
): Sifted {
  const notAdded: NotAdded[] = [];
  const otherwise: NewImage[] = [];
  const limits = plausibleScores(known);
  const kept = images.filter((image) => {
    if (joined?.isNew) return true;
    const name = joined?.name ?? image.recognisedAs;
    const reason = whyNot(image, name, joined !== undefined, limits.get(name));
    if (reason !== undefined && !force) {
      notAdded.push({ path: image.path, reason, forceable: true });
      return false;
    }
    if (image.recognisedAs !== name) otherwise.push(image);
    return true;
  });
  return { joining: groupBy(kept, (image) => joined?.name ?? image.recognisedAs), notAdded, otherwise };
}

function whyNot(
  { recognisedAs, share, score }: NewImage,
  name: string,
  given: boolean,
  limit: number | undefined,
): string | undefined {
  const votes = `${Math.round(100 * share)} % of the votes`;
  if (recognisedAs !== name) return `recognised as ${recognisedAs} (${votes}), not as ${name}`;
  if (!given && share < leastShare) return `not recognised surely: as ${recognisedAs}, by ${votes}`;
  if (limit !== undefined && score > limit)
    return `its score, ${score.toPrecision(4)}, is not plausible for a good image of ${name}, which reach ${limit.toPrecision(4)}`;
  return undefined;
}

/** The highest plausible score of each class, by its good images, those that stand out left aside; none where they are few. */
export function plausibleScores(known: Predictable): Map<string, number> {
  const limits = new Map<string, number>();
  for (const [name, own] of groupBy(asNew(known), (image) => image.class)) {
    const scores = own.map(({ score }) => score);
    const usual = ordinary(scores, scores);
    if (usual.length < leastImages) continue;
    const rate = known.metadata.thresholds[name]?.requestedRate ?? 0.02;
    const middle = median(usual);
    limits.set(name, middle + mostTimes * (conformalThreshold(usual, rate).threshold - middle));
  }
  return limits;
}
