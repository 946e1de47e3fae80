/**
 * @file Photographs of one class that are almost the same image, as of a burst: they teach hardly more than one of them, and a threshold that counts them
 * as many promises too much.
 *
 * Different parts are alike too, where they are photographed in one place. So the measure is relative: what two sketches do not explain of each other
 * (image-sketch.ts), against how far images that were chosen to be far apart are from their nearest. On eleven real classes the nearest images of
 * different parts lay at 0.10 of that and above; images of a made burst (noise of 3 grey values, JPEG 70, one pixel aside) below 0.10, but for one pixel aside in two classes.
 * It is a hint. A part that was moved by more than a few thousandths of the image, or turned, is another image here.
 */
import { median } from '../core/arrays.ts';
import { Random } from '../core/random.ts';
import {
  dot,
  type Explained,
  explainedBy,
  innerOf,
  innerSide,
  leftOver,
  type Sketch,
  sketchSide,
  unexplained,
} from './image-sketch.ts';

/** Share of the distance between far images below which two are almost the same. */
const nearShare = 0.08;
/** The same as a share of the images' contrast: where all are of one part there are no far ones. */
const nearContrast = 0.004;
/** Before the fit, images that are almost the same are at most so many times further apart. */
const reachFactor = 3;
/** Images that far ones are chosen from, and how many are chosen. */
const mostSampled = 512;
const mostFar = 48;
const sampledByFar = 8;
/** Pairs that are fitted at most, so that no folder takes minutes. */
const mostFits = 100_000;

/**
 * Groups of images that are almost the same, by their places in the list, each sorted; images without such others are in none.
 * @param sketches - of one class
 */
export function nearDuplicates(sketches: readonly Sketch[]): number[][] {
  if (sketches.length < 2) return [];
  const contrast = median(sketches.map(contrastOf));
  const level = sketches.map((sketch) => levelled(sketch, contrast));
  const sampled = new Random('near duplicates').sample(level, Math.min(level.length, mostSampled));
  const far = farApart(sampled);
  const near = Math.max(nearShare * far.distance, nearContrast * contrast);
  return groupsWithin(near, level, placesOf(level, far.sketches, meanOf(sampled)));
}

/** Images chosen one by one, each the furthest from those before, and how far they are from their nearest: the median. */
function farApart(sketches: readonly Sketch[]) {
  const explained = sketches.map(explainedBy);
  const inner = sketches.map((sketch) => innerOf(sketch));
  const distance = (a: number, b: number) =>
    Math.max(unexplained(explained[a]!, inner[b]!), unexplained(explained[b]!, inner[a]!));
  const count = Math.min(sketches.length, mostFar, Math.max(4, Math.ceil(sketches.length / sampledByFar)));
  /** Distance of each image to the nearest chosen one. */
  const nearest = sketches.map(() => Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  for (let next = 0; chosen.length < count; next = nearest.indexOf(Math.max(...nearest))) {
    for (const at of sketches.keys()) nearest[at] = Math.min(nearest[at]!, distance(at, next));
    chosen.push(next);
    for (const at of chosen) nearest[at] = -1;
  }
  const apart = chosen.map((at) =>
    Math.min(...chosen.filter((other) => other !== at).map((other) => distance(at, other))),
  );
  return { sketches: chosen.map((at) => sketches[at]!), distance: median(apart) };
}

/**
 * Where the images lie along directions in which far ones differ, the widest first. What the mean image explains is out of it, so a small shift of
 * parts that lie alike is. Two images are at least as far apart as these places.
 */
function placesOf(sketches: readonly Sketch[], far: readonly Sketch[], mean: Sketch): Float32Array[] {
  const explained = explainedBy(mean);
  const directions: Float64Array[] = [];
  for (const sketch of far) {
    const left = leftOver([...explained, ...directions], innerOf(sketch));
    const length = Math.sqrt(dot(left, left));
    if (length > 1e-3) directions.push(left.map((value) => value / length));
  }
  const along = sketches.map((sketch) => {
    const left = leftOver(explained, innerOf(sketch));
    return directions.map((direction) => dot(direction, left));
  });
  const spread = directions.map((_, at) => contrastOf(along.map((each) => each[at]!)));
  const order = [...directions.keys()].sort((a, b) => spread[b]! - spread[a]!);
  return along.map((each) => Float32Array.from(order, (at) => each[at]!));
}

/** Joins images within `near` of each other. */
function groupsWithin(
  near: number,
  sketches: readonly Sketch[],
  places: readonly Float32Array[],
): number[][] {
  const reach = (reachFactor * near * innerSide) ** 2;
  const key = (at: number) => places[at]![0] ?? 0;
  const order = [...sketches.keys()].sort((a, b) => key(a) - key(b) || a - b);
  const groupOf = sketches.map((_, at) => [at]);
  let fits = 0;
  for (const [place, first] of order.entries()) {
    let explained: Explained | undefined;
    for (let next = place + 1; next < order.length && fits < mostFits; next++) {
      const second = order[next]!;
      if (groupOf[second] === groupOf[first]) continue;
      if ((key(second) - key(first)) ** 2 > reach) break;
      if (!within(places[first]!, places[second]!, reach)) continue;
      fits++;
      explained ??= explainedBy(sketches[first]!);
      if (unexplained(explained, innerOf(sketches[second]!)) >= near) continue;
      if (unexplained(explainedBy(sketches[second]!), innerOf(sketches[first]!)) >= near) continue;
      const [small, large] = [groupOf[first]!, groupOf[second]!].sort((a, b) => a.length - b.length) as [
        number[],
        number[],
      ];
      for (const at of small) {
        large.push(at);
        groupOf[at] = large;
      }
    }
  }
  return [...new Set(groupOf)]
    .filter(({ length }) => length > 1)
    .map((group) => group.sort((a, b) => a - b))
    .sort((a, b) => a[0]! - b[0]!);
}

function within(a: Float32Array, b: Float32Array, reach: number): boolean {
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    sum += (a[at]! - b[at]!) ** 2;
    if (sum > reach) return false;
  }
  return true;
}

/** A sketch of mean 0 and the contrast of the others; one of hardly any contrast keeps little. */
function levelled(sketch: Sketch, contrast: number): Sketch {
  const mean = averageOf(sketch);
  const factor = contrast === 0 ? 1 : contrast / Math.max(contrastOf(sketch), contrast / 8);
  return sketch.map((value) => (value - mean) * factor);
}

function meanOf(sketches: readonly Sketch[]): Sketch {
  const mean = new Float32Array(sketchSide ** 2);
  for (const sketch of sketches)
    for (let at = 0; at < mean.length; at++) mean[at]! += sketch[at]! / sketches.length;
  return mean;
}

function averageOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum / values.length;
}

/** The standard deviation. */
function contrastOf(values: ArrayLike<number>): number {
  const mean = averageOf(values);
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at]! - mean) ** 2;
  return Math.sqrt(sum / values.length);
}
