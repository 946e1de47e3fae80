/**
 * @file Whether what is seen of a class now is what its detector was made with. A difference counts where chance would hardly make it, all comparisons and all
 * looks taken together, and where it is large enough to matter (docs/decisions/0050-drift.md).
 */
import { median } from '../../core/arrays.ts';
import { failuresTail, twoSamples } from '../../evaluation/two-samples.ts';
import type { Seen } from '../../image/seen.ts';
import { type MeasureName, matters, measureNames, measures } from './measures.ts';

/** What is known of a class. */
export interface ClassReference {
  readonly class: string;
  /** Of good images that the threshold accepts, each as if it were new. */
  readonly scores: readonly number[];
  /** Of training images; empty where they are not there any more. */
  readonly seen: readonly Seen[];
  /** Null where it has none. */
  readonly threshold: {
    readonly value: number;
    /** Share of good images that fails; 0 or 1 where that is not known. */
    readonly rate: number;
    readonly images: number;
  } | null;
}

/** An image of now. */
export interface CurrentImage {
  readonly score: number;
  readonly verdict: string | null;
  /** Absent where only a journal of before is known. */
  readonly seen?: Seen | undefined;
}

export interface DriftFinding {
  readonly class: string;
  /** `rising unknown` is of all classes together (rising-unknown.ts). */
  readonly what: 'score' | 'failures' | 'unknown' | 'rising unknown' | MeasureName;
  /** Medians, or shares of failures; `before` of these is the calibrated rate. */
  readonly before: number;
  readonly now: number;
  /** Images behind them. */
  readonly images: { readonly before: number; readonly now: number };
  /** Probability that an image of now has the higher value; null for shares. */
  readonly higher: number | null;
  readonly p: number;
  readonly drifted: boolean;
  /** What it means and what to do, where it drifted. */
  readonly sentence: string | null;
}

/** Fewer images, of before or of now, say nothing. */
export const leastImages = 20;
/** Chance of any false alarm, over all comparisons and looks. */
export const falseAlarms = 0.01;
/** Images of now are above those of before, or below, with at least this probability. */
const leastHigher = 0.7;
/** Scores matter where their median moved by this share of its distance to the threshold. */
const scoreMove = 0.1;
/** Failures matter from so many times the calibrated rate on. */
const timesRate = 2;
const meant = 'if it is meant so, run `clad update` or `clad calibrate`';

/** How many comparisons a class has, so that chance is shared out before anything is looked at. */
export const comparisons = 3 + measureNames.length;

/**
 * Compares a class.
 * @param level - a difference is taken for real where chance would make it with at most this probability
 * @returns one finding for each comparison that has images enough
 */
export function compareClass(
  reference: ClassReference,
  now: readonly CurrentImage[],
  level: number,
): DriftFinding[] {
  const { class: name, threshold } = reference;
  const findings: DriftFinding[] = [];
  const accepted = now.filter(({ verdict }) => verdict === 'normal').map(({ score }) => score);
  if (threshold && enough(reference.scores, accepted)) {
    const room = threshold.value - median(reference.scores);
    const moved = (before: number, at: number) => Math.abs(at - before) >= scoreMove * room;
    findings.push(
      ofValues(name, 'score', reference.scores, accepted, level, moved, (before, at) => {
        const higher = at > before;
        const look = higher
          ? 'look at the light, the position and the parts'
          : 'look at the light and the parts, and whether these are photographs of the training, which score lower';
        return `Accepted parts of ${name} score ${higher ? 'higher' : 'lower'} than calibrated (median ${digits(at)}, was ${digits(before)}; threshold ${digits(threshold.value)}): ${look}; ${meant}.`;
      }),
    );
  }
  if (threshold && now.length >= leastImages && threshold.rate > 0 && threshold.rate < 1) {
    for (const what of ['failures', 'unknown'] as const) {
      const failed = now.filter(({ verdict }) =>
        what === 'unknown' ? verdict === 'unknown' : verdict !== 'normal',
      ).length;
      findings.push(ofShare(name, what, failed, now.length, threshold, level));
    }
  }
  const seen = now.flatMap((image) => image.seen ?? []);
  if (!enough(reference.seen, seen)) return findings;
  for (const what of measureNames) {
    const { of, words, check } = measures[what];
    const values = (images: readonly Seen[]) => images.map((image) => image[of]);
    const told = (before: number, at: number) =>
      `The images of ${name} are ${amount(what, before, at)}${words[at > before ? 1 : 0]} than those it learnt (${what} ${written(what, at)}, was ${written(what, before)}): ${check}; ${meant}.`;
    const move = (before: number, at: number) => matters(what, before, at);
    findings.push(ofValues(name, what, values(reference.seen), values(seen), level, move, told));
  }
  return findings;
}

/** What drifted first, the clearest first; where nothing did, the less likely by chance first. */
export function worstFirst(findings: readonly DriftFinding[]): DriftFinding[] {
  const size = ({ higher }: DriftFinding) => (higher === null ? 0.5 : Math.abs(higher - 0.5));
  return findings.toSorted(
    (a, b) => Number(b.drifted) - Number(a.drifted) || (a.drifted ? size(b) - size(a) : 0) || a.p - b.p,
  );
}

function ofValues(
  name: string,
  what: DriftFinding['what'],
  before: readonly number[],
  now: readonly number[],
  level: number,
  isLarge: (before: number, now: number) => boolean,
  told: (before: number, now: number) => string,
): DriftFinding {
  const { higher, p } = twoSamples(before, now);
  const [was, is] = [median(before), median(now)];
  const drifted = p <= level && Math.max(higher, 1 - higher) >= leastHigher && isLarge(was, is);
  return {
    ...{ class: name, what, before: was, now: is, images: { before: before.length, now: now.length } },
    ...{ higher, p, drifted, sentence: drifted ? told(was, is) : null },
  };
}

function ofShare(
  name: string,
  what: 'failures' | 'unknown',
  failed: number,
  images: number,
  { rate, images: calibrated }: NonNullable<ClassReference['threshold']>,
  level: number,
): DriftFinding {
  const p = failuresTail(failed, images, rate, calibrated);
  const now = failed / images;
  const drifted = p <= level && now >= timesRate * rate;
  const share = `${digits(100 * now)} % of the images taken for ${name}`;
  const sentence =
    what === 'failures'
      ? `${share} fail, and ${digits(100 * rate)} % of good ones were to: there are more defective parts, or the images have changed; look at some. If they are good parts, run \`clad update\` or \`clad calibrate\`.`
      : `${share} look like no known class: check the focus, the light, what the line makes and where the camera looks; a new class joins by \`clad update\`.`;
  return {
    ...{ class: name, what, before: rate, now, images: { before: calibrated, now: images } },
    ...{ higher: null, p, drifted, sentence: drifted ? sentence : null },
  };
}

function enough(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length >= leastImages && now.length >= leastImages;
}

/** `18 % ` where a share of what was means something. */
function amount(what: MeasureName, before: number, now: number): string {
  if (!('share' in measures[what].least) || before === 0) return '';
  return `${digits(100 * Math.abs(now / before - 1))} % `;
}

/** Shares of pixels in percent. */
function written(what: MeasureName, value: number): string {
  return what.startsWith('clipped') ? `${digits(100 * value)} %` : digits(value);
}

export function digits(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}
