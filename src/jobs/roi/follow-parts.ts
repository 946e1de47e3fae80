/** @file `--roi auto`: regions of interest that follow the part. What finds it is learnt class by class from good images, and then it is found in all of them. */
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import type { Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { PartFinder, type PartFound } from '../../detector/roi/part-finder.ts';
import { mostMargin } from '../../detector/roi/part-graph.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import { type Geometry, type Grid, patchCount } from '../../image/geometry.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { cellGrid, followedPatches, followedRegion, type PartModel } from '../../image/roi/part-model.ts';
import {
  type ClassRegions,
  type RegionOfInterest,
  type Regions,
  wholeRegion,
} from '../../image/roi/region-of-interest.ts';
import type { SampleBits } from '../../image/samples.ts';
import type { CommonOptions, Method } from '../../methods/contract.ts';
import type { Engine } from '../../runtime/engine.ts';
import { requireTakesRegions } from './class-regions.ts';
import { learnPart } from './learn-part.ts';

/** What is asked for. */
export interface AskedFollowing {
  /** Classes whose region is to follow the part. */
  readonly classes: 'all' | readonly string[];
  /** Around the part, per cent of its size (the root of its area); below 0: off its rim. */
  readonly margin?: number | undefined;
}

/** Of a part's size, per cent. */
export const usualMargin = 5;
const [smallestMargin, largestMargin] = [-20, 50];

/** Good images of a class that are learnt from. */
const learntFrom = 48;
/** A class whose part is found in fewer of its good images has no region that follows it. */
const leastFound = 0.9;

/** What is followed. */
export interface Following {
  /** Of all classes; undefined where no class has a region. */
  readonly regions: Regions | undefined;
  /** Why the part of a class is not followed although that was asked for, by class. */
  readonly notFollowed: Readonly<Record<string, string>>;
}

interface FollowContext {
  readonly engine: Engine;
  readonly view: { readonly geometry: Geometry; readonly grid: Grid };
  readonly classes: readonly string[];
  /** Good images, by their numbers. */
  readonly training: readonly Sample[];
  readonly images: Pick<ImageAccess, 'decode'>;
  readonly bits: SampleBits;
  /** Regions that were drawn. */
  readonly drawn: ClassRegions | undefined;
  readonly note?: ((text: string) => void) | undefined;
  readonly onProgress: ProgressListener;
}

/**
 * Refuses what cannot be, before anything takes long.
 * @throws ROI_CLASS, ROI_UNSUITABLE, OPTION_INVALID
 */
export function requireFollowable(
  asked: AskedFollowing,
  classes: readonly string[],
  method: Method,
  options: CommonOptions,
): void {
  followedClasses(asked, classes);
  requireTakesRegions(method, options);
  const { margin } = asked;
  if (margin !== undefined && !(margin >= smallestMargin && margin <= largestMargin))
    throw new CladError('OPTION_INVALID', {
      option: '--roi-margin',
      expected: `per cent of the part's size, ${smallestMargin} to ${largestMargin}`,
      actual: margin,
    });
  if (method.usesTestImages?.(options))
    throw new CladError('OPTION_INVALID', {
      option: '--selection',
      expected: 'synthetic or last with --roi auto, which finds the part in training images alone',
      actual: 'test',
    });
}

/** @throws ROI_CLASS for a class that there is not */
function followedClasses({ classes: asked }: AskedFollowing, classes: readonly string[]): string[] {
  if (asked === 'all') return [...classes];
  return asked.map((given) => {
    const name = given.normalize('NFC');
    if (classes.includes(name)) return name;
    throw new CladError('ROI_CLASS', {
      name: given,
      reason: 'the data set has no such class',
      expected: `one of ${classes.join(', ')}`,
    });
  });
}

/** Learns what finds the parts, and finds them in all good images. @throws ROI_CLASS, and what decoding throws */
export async function followParts(asked: AskedFollowing, context: FollowContext): Promise<Following> {
  const { engine, view, classes, training, drawn } = context;
  const finder = await PartFinder.create(engine, view.geometry);
  const followed = new Followed(
    view,
    classes.map((_, index) => drawn?.[index]),
  );
  const notFollowed: Record<string, string> = {};
  try {
    const names = followedClasses(asked, classes);
    const total = training.filter(({ className }) => names.includes(className)).length;
    let done = 0;
    const step = () =>
      context.onProgress({ task: 'regions of interest', done: ++done, total, unit: 'images' });
    for (const name of names) {
      const own = [...training.keys()].filter((id) => training[id]!.className === name);
      const found = await followClass(own, asked.margin ?? usualMargin, finder, context, step);
      if ('reason' in found) notFollowed[name] = found.reason;
      else followed.add(classes.indexOf(name), found);
      for (const sentence of sentencesOn(name, found, context)) context.note?.(sentence);
    }
  } finally {
    await finder.release();
  }
  return { regions: followed.regions(), notFollowed };
}

/** What was found in the images of a class, by number. */
interface FollowedClass {
  readonly part: PartModel;
  readonly narrowed: number | undefined;
  readonly images: ReadonlyMap<number, PartFound & { readonly isFound: boolean }>;
}

async function followClass(
  own: readonly number[],
  margin: number,
  finder: PartFinder,
  { view, training, images, bits }: FollowContext,
  step: () => void,
): Promise<FollowedClass | { readonly reason: string }> {
  const grid = cellGrid(view.geometry);
  const known = new Map<number, Float32Array>();
  const samples: Float32Array[] = [];
  const decode = (id: number) => images.decode(training[id]!.path, { bits });
  const look = async (id: number, image: RgbImage) => {
    const distances = await finder.distances(image);
    known.set(id, distances);
    step();
    return distances;
  };
  const learnt = evenly(own, learntFrom);
  for await (const [id, image] of mapAhead(learnt, 2, decode)) samples.push(await look(id, image));
  const found = await learnPart(samples, grid, finder, margin);
  if ('reason' in found) return found;
  const others = own.filter((id) => !known.has(id));
  for await (const [id, image] of mapAhead(others, 2, decode)) await look(id, image);
  const { least, most } = found.part;
  const inImages = new Map<number, PartFound & { isFound: boolean }>();
  for (const [id, distances] of known) {
    const inImage = await finder.find(distances, found.part);
    inImages.set(id, { ...inImage, isFound: inImage.share >= least && inImage.share <= most });
  }
  const missing = [...inImages.values()].filter(({ isFound }) => !isFound).length;
  if (missing > (1 - leastFound) * own.length)
    return { reason: `in ${missing} of ${own.length} good images no part of the usual size is found` };
  return { part: found.part, narrowed: found.narrowed, images: inImages };
}

function sentencesOn(
  name: string,
  found: FollowedClass | { readonly reason: string },
  { training }: FollowContext,
): string[] {
  if ('reason' in found)
    return [
      `Region of interest of ${name}: none that follows the part, as it is not found alike in its good images: ${found.reason}. All of an image counts, or what was drawn of it.`,
    ];
  const all = [...found.images];
  const usual = usualShare(found);
  const shares = all.map(([, { cells }]) => share(cells)).sort((a, b) => a - b);
  const said = [
    `Region of interest of ${name}: it follows the part; ${percent(usual)} of the image (${percent(shares[0]!)} to ${percent(shares.at(-1)!)} in good ones). Nothing outside it is learnt, scored or measured.`,
  ];
  if (found.narrowed !== undefined)
    said.push(
      `Region of interest of ${name}: its margin is ${percent(found.narrowed / 100)} of the part's size, ${mostMargin} cells; no more is possible at this size of the input.`,
    );
  const missing = all.filter(([, { isFound }]) => !isFound);
  if (missing.length > 0)
    said.push(
      `${missing.length} of ${all.length} good images of ${name} show no part of the usual size, e.g. ${training[missing[0]![0]]!.path}. Nothing is learnt from them, and they are judged as a whole.`,
    );
  return said;
}

function share(cells: Uint8Array): number {
  return cells.reduce((sum, inside) => sum + inside, 0) / cells.length;
}

/** Of an image, what the region is in the mean of those in which the part was found. */
function usualShare({ images }: FollowedClass): number {
  const found = [...images.values()].filter(({ isFound }) => isFound);
  return found.reduce((sum, { cells }) => sum + share(cells), 0) / Math.max(1, found.length);
}

function percent(value: number): string {
  return `${Number((100 * value).toPrecision(2))} %`;
}

/** Regions as they are gathered. */
class Followed {
  readonly #view: FollowContext['view'];
  readonly #classes: (RegionOfInterest | undefined)[];
  readonly #images = new Map<number, { cells: Uint8Array; isFound: boolean; within: RegionOfInterest }>();
  readonly #usual = new Map<number, number>();
  readonly #known = new Map<number, RegionOfInterest>();

  constructor(view: FollowContext['view'], drawn: readonly (RegionOfInterest | undefined)[]) {
    this.#view = view;
    this.#classes = [...drawn];
  }

  add(classIndex: number, found: FollowedClass): void {
    const within = this.#classes[classIndex] ?? wholeRegion(this.#view.geometry, this.#view.grid);
    this.#classes[classIndex] = { ...within, follows: found.part };
    this.#usual.set(classIndex, usualShare(found));
    for (const [id, { cells, isFound }] of found.images) this.#images.set(id, { cells, isFound, within });
  }

  regions(): Regions | undefined {
    if (!this.#classes.some((region) => region)) return undefined;
    const ofClasses: ClassRegions = this.#classes;
    if (this.#images.size === 0) return { ofClasses };
    return {
      ofClasses,
      ofImage: (id) => this.#ofImage(id),
      cellsOf: (id) => this.#images.get(id)?.cells,
      seenOf: (id) => this.#seenOf(id),
      shareOf: (classIndex) => this.#usual.get(classIndex),
    };
  }

  #seenOf(id: number): Uint8Array | undefined {
    const { geometry, grid } = this.#view;
    const image = this.#images.get(id);
    return image && followedRegion(image.cells, image.within, geometry, grid).pixels;
  }

  #ofImage(id: number): RegionOfInterest {
    const before = this.#known.get(id);
    if (before) return before;
    const { geometry, grid } = this.#view;
    const image = this.#images.get(id);
    if (!image)
      throw new CladError('INTERNAL', { reason: `Image ${id} has no region that follows its part.` });
    const { cells, within, isFound } = image;
    const patches = isFound
      ? followedPatches(cells, within, geometry, grid)
      : new Uint8Array(patchCount(grid));
    const region: RegionOfInterest = {
      patches,
      positions: Array.from(patches.keys()).filter((patch) => patches[patch] !== 0),
      // Of many images not all maps are kept.
      get pixels() {
        if (!isFound) return new Uint8Array(within.pixels.length);
        return followedRegion(cells, within, geometry, grid).pixels;
      },
    };
    this.#known.set(id, region);
    return region;
  }
}
