/**
 * @file What a finished detector says of defects that were made on good images: how near its map's highest values a defect ends, for the
 * regions, and how high strong defects reach, for the colours (docs/decisions/0023-the-look-of-heat-maps-and-regions.md). Thresholds and scores are not touched.
 *
 * Each is one connected piece: a local anomaly of the synthesis has many, and the map, which is blurred, does not show the gaps between them.
 */

import { mapped } from '../../core/arrays.ts';
import { stoppable } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { regionsOf } from '../../core/regions.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import { endingAt } from '../../detector/heat/map-range.ts';
import { insideByShare } from '../../detector/heat/region-rule.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { inputImage } from '../../features/patches/input-image.ts';
import { partOnImage } from '../../features/patches/part-on-image.ts';
import { proceduralTextures, textureFolder } from '../../features/store/texture-source.ts';
import { cutOut, type Geometry, resizedSize } from '../../image/geometry.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { Mask, RgbImage } from '../../image/rgb.ts';
import {
  drawnWithin,
  maskOfRegion,
  type RegionOfInterest,
  regionOfImage,
} from '../../image/roi/region-of-interest.ts';
import type { CommonOptions, FitContext } from '../../methods/contract.ts';
import { anomaliesOn } from '../../methods/shared/training-features.ts';
import { foregroundIsStable } from '../../synthesis/foreground.ts';
import { type LocalAnomaly, synthesizeLocalAnomaly } from '../../synthesis/local-anomaly.ts';
import type { LeaveOneOutDetector } from '../good-images/good-images.ts';

/** Defects of each class; of 12 the share scatters by 0.045 around that of many, of 24 by 0.033, and regions fit defects as well by either. */
const madePerClass = 12;
/** What such a defect takes to make and predict, beside a good image. */
export const madeCost = 1.5;
/** With fewer that the detector calls anomalous, the usual values stand. */
const leastFound = 6;
/** What fits defects of most classes; where a class has none of its own. */
export const usualShare = 0.75;
const shares = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9] as const;
/** Which of the best is the very best is chance among so few defects. */
const aboutAsGood = 0.95;
/** A strong defect: so many of those that were found reach less high. */
const strong = 0.9;

/** Defects that will be made for all classes; none where the synthesis is switched off. */
export function madeCount({ synthesis }: Pick<CommonOptions, 'synthesis'>, classes: number): number {
  return synthesis.perImage > 0 ? madePerClass * classes : 0;
}

/** A defect as the detector sees it. */
export interface SeenDefect {
  readonly score: number;
  /** [height, width] of the detector's geometry. */
  readonly map: Float32Array;
  /** Likewise, 1 inside the defect. */
  readonly mask: Uint8Array;
}

/**
 * The metadata with regions and colours by made defects, a class at a time.
 * @param metadata - with thresholds and colours by good images
 * @throws INTERRUPTED once the request's signal is aborted
 */
export async function withMadeDefects(
  metadata: DetectorMetadata,
  work: Pick<FitContext, 'split' | 'onProgress' | 'signal' | 'regions'> &
    Omit<Making, 'regionOf' | 'classIndex'>,
  oneOut: Pick<LeaveOneOutDetector, 'predict'>,
  reach: number,
): Promise<DetectorMetadata> {
  const share: Record<string, number> = {};
  const display = { ...metadata.display };
  const ids = work.training.map(({ className }, id) => ({ className, id }));
  const onProgress = stoppable(work);
  const total = madeCount(work.options, metadata.classes.length);
  let done = 0;
  for (const [name, all] of byClass(ids)) {
    const range = display[name];
    const threshold = metadata.thresholds[name]?.threshold;
    if (!range || threshold === undefined) continue;
    const seen: SeenDefect[] = [];
    if (total > 0) {
      // What the networks have not seen comes first.
      const held = all.filter(({ id }) => work.split.heldOut.has(id));
      const others = all.filter(({ id }) => !work.split.heldOut.has(id));
      const classIndex = metadata.classes.indexOf(name);
      const regionOf = (id: number) => regionOfImage(work.regions, classIndex, id);
      const images = [...held, ...others].slice(0, madePerClass).map(({ id }) => id);
      for await (const defect of madeDefects(name, images, { ...work, regionOf, classIndex }, oneOut)) {
        seen.push(defect);
        onProgress({ task: 'regions', done: ++done, total, unit: 'defects' });
      }
    }
    const found = seen.filter(({ score }) => score > threshold);
    const low = Math.min(range.low, threshold);
    share[name] = shareOf(found, metadata.geometry, { threshold, low, reach });
    if (found.length >= leastFound) display[name] = endingAt(range, strongest(found));
  }
  return { ...metadata, display, regions: { reach, share } };
}

/**
 * The share whose regions overlap the defects well, by the mean of intersection over union: of those about as good as the best the smallest,
 * since a box that cuts a defect off is worse than one a little wide. The usual share, where defects are few.
 */
export function shareOf(
  found: readonly SeenDefect[],
  size: ImageSize,
  { threshold, low, reach }: { readonly threshold: number; readonly low: number; readonly reach: number },
): number {
  if (found.length < leastFound) return usualShare;
  const fits = shares.map(() => 0);
  for (const { map, mask } of found) {
    const insideBy = insideByShare(map, size, { threshold, low, reach });
    for (const [at, share] of shares.entries()) fits[at]! += overlap(insideBy(share), mask);
  }
  const best = Math.max(...fits);
  // Of a score that is no value of the map no pixel may be above the threshold.
  if (best === 0) return usualShare;
  return shares.find((_, at) => (fits[at] as number) >= aboutAsGood * best) ?? usualShare;
}

function strongest(found: readonly SeenDefect[]): number {
  const peaks = found.map(({ map }) => map.reduce((most, value) => Math.max(most, value), -Infinity));
  return peaks.sort((a, b) => a - b)[Math.ceil(strong * peaks.length) - 1] as number;
}

/** Intersection over union of what is positive and the mask; 0 where both are empty. */
function overlap(inside: Float32Array, mask: Uint8Array): number {
  let both = 0;
  let either = 0;
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const here = (inside[pixel] as number) > 0;
    const there = mask[pixel] !== 0;
    if (here && there) both++;
    if (here || there) either++;
  }
  return either === 0 ? 0 : both / either;
}

/** What defects are made from. */
interface Making extends Pick<FitContext, 'images' | 'textures' | 'bits'> {
  readonly training: readonly Pick<Sample, 'path' | 'className'>[];
  readonly view: Pick<FitContext['view'], 'geometry' | 'grid'>;
  /** Where a training image is looked at; all of it where undefined. @param image - as decoded */
  readonly regionOf?: (
    id: number,
    image: RgbImage,
  ) => RegionOfInterest | undefined | Promise<RegionOfInterest | undefined>;
  readonly options: Pick<CommonOptions, 'seed' | 'synthesis'>;
  /** That the defects are judged as of, as good images are: they are compared with its threshold. */
  readonly classIndex: number;
}

/**
 * Makes defects on good images of a class, one after another, and shows them to the detector; each says on which image it is.
 * @param images - numbers of training images, at least one
 */
export async function* madeDefects(
  name: string,
  images: readonly number[],
  work: Making,
  oneOut: Pick<LeaveOneOutDetector, 'predict'>,
  count = madePerClass,
): AsyncGenerator<SeenDefect & { readonly image: number }> {
  const { training, textures, options, bits, images: access } = work;
  const { geometry, grid } = work.view;
  const source = textures ? textureFolder(textures, access) : proceduralTextures();
  const settings = anomaliesOn(options.synthesis, grid);
  const parts = options.synthesis.foreground ? await partsOn(images, work) : undefined;
  const numbers = Array.from({ length: count }, (_, number) => number);
  const made = mapAhead(numbers, 2, async (number) => {
    const id = images[number % images.length] as number;
    const image = await access.decode(training[id]!.path, { bits });
    const seen = inputImage(image, geometry);
    const random = new Random(options.seed, 'made defects', name, number);
    const texture = await source.texture(random, geometry);
    const region = maskOfRegion(await work.regionOf?.(id, image), geometry);
    const { foreground, options: within } = drawnWithin(parts?.get(id), region, settings);
    const anomaly = synthesizeLocalAnomaly(seen, texture, foreground, random, within);
    return { id, ...largestPiece(seen, anomaly) };
  });
  for await (const [, { id, image, mask }] of made) {
    const { score, map } = await oneOut.predict(id, framed(image, geometry), work.classIndex);
    yield { image: id, score, map, mask };
  }
}

/**
 * The part on each image, by the image's number; undefined where the images together do not show that it can be told from its background.
 * @param images - numbers of training images
 */
export async function partsOn(
  images: readonly number[],
  {
    training,
    bits,
    view: { geometry },
    images: access,
  }: Pick<Making, 'training' | 'bits' | 'images'> & { readonly view: Pick<Making['view'], 'geometry'> },
): Promise<ReadonlyMap<number, Mask> | undefined> {
  const parts = new Map<number, Mask>();
  const estimates = [];
  const decode = (id: number) => access.decode(training[id]!.path, { bits });
  for await (const [id, image] of mapAhead(images, 2, decode)) {
    const { path } = training[id]!;
    const input = () => inputImage(image, geometry);
    const { mask, ...statistics } = partOnImage(access, { path, bits, geometry }, input);
    parts.set(id, mask);
    estimates.push(statistics);
  }
  return foregroundIsStable(estimates).accepted ? parts : undefined;
}

/** The anomaly's largest connected piece alone on the image. */
export function largestPiece(whole: RgbImage, { image, mask }: Pick<LocalAnomaly, 'image' | 'mask'>) {
  const { labels, sizes } = regionsOf(mask.data, mask.width, mask.height);
  const largest = sizes.indexOf(Math.max(...sizes)) + 1;
  const piece = mapped(Uint8Array, labels, (label) => (label === largest ? 1 : 0));
  const data = Uint8Array.from(whole.data);
  for (let pixel = 0; pixel < piece.length; pixel++)
    if (piece[pixel] !== 0) data.set(image.data.subarray(3 * pixel, 3 * pixel + 3), 3 * pixel);
  return { image: { width: whole.width, height: whole.height, data }, mask: piece };
}

/** An image of which the detector sees exactly this: where it cuts the middle out, with a border around it. */
export function framed(whole: RgbImage, geometry: Geometry): RgbImage {
  const { width, height } = resizedSize(geometry);
  const part = cutOut(geometry);
  if (width === part.width && height === part.height) return whole;
  const data = new Uint8Array(width * height * 3).fill(128);
  const bytes = part.width * 3;
  for (let row = 0; row < part.height; row++)
    data.set(whole.data.subarray(row * bytes, (row + 1) * bytes), ((part.y + row) * width + part.x) * 3);
  return { width, height, data };
}
