/**
 * @file Images that are to join a finished detector, as it sees them before: what they are taken for, how anomalous they are, and their patches in its own
 * principal components, so that neither backbone nor cache is needed. Broken files and copies of what it knows do not come through.
 */
import { realpath } from 'node:fs/promises';
import { pickRows } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { pixelHash } from '../../data/pixel-hash.ts';
import { projectedName, withProjection } from '../../detector/bank-classes.ts';
import { askedWithoutOneImage } from '../../detector/bank-entries.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { insideOfInput, withInsideOfInput } from '../../detector/crop/inside-of-input.ts';
import { imageTensor } from '../../detector/detector.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { encodeModel, type ModelProto } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { lookAt, type SeenImage } from '../../image/look.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { type RegionOfInterest, regionOfInterest } from '../../image/roi/region-of-interest.ts';
import { type Engine, floats, int64, type TensorValue } from '../../runtime/engine.ts';
import { decodeOrError } from '../predict.ts';
import { isRemembered } from '../remembered-images.ts';

/** What a detector says of an image. */
export interface Said {
  readonly score: number;
  readonly map: Float32Array;
  /** In the order of its classes. */
  readonly shares: Float32Array;
}

/** The number of an image that is none of the training's. */
export const noImage = -1;

/** A detector as it was before a change. */
export interface DetectorBefore {
  /** @param id - of the training image that it is, which is then predicted without its own entries */
  predict(
    image: RgbImage,
    id?: number,
  ): Promise<
    Said & {
      readonly patches: Float32Array;
      /** Pixels of what the network sees that are looked at, [height, width]; absent where no region follows the part. */
      readonly inside?: Uint8Array | undefined;
    }
  >;
  release(): Promise<void>;
}

/**
 * @param model - with a memory for each class
 * @param entryImages - training image of each entry
 */
export async function detectorBefore(
  engine: Engine,
  model: ModelProto,
  entryImages: readonly number[],
): Promise<DetectorBefore> {
  const asking = withInsideOfInput(withProjection(askedWithoutOneImage(model, entryImages)));
  const found = asking.graph.output?.some(({ name }) => name === insideOfInput) ? [insideOfInput] : [];
  const session = await engine.load(encodeModel(asking));
  return {
    async predict(image, id = noImage) {
      const wanted = ['score', 'anomaly_map', 'class_share', projectedName, ...found];
      const feeds = { image: imageTensor([image]), training_image: int64([id], [1]) };
      const outputs = await session.run(feeds, wanted);
      return {
        score: floats(outputs.score)[0] as number,
        map: floats(outputs.anomaly_map),
        shares: floats(outputs.class_share),
        patches: floats(outputs[projectedName]),
        inside: insideIn(outputs),
      };
    },
    release: () => session.release(),
  };
}

/** What is inside, of the outputs of a model of `withInsideOfInput`. */
export function insideIn(outputs: Readonly<Record<string, TensorValue>>): Uint8Array | undefined {
  const data = outputs[insideOfInput]?.data;
  return data instanceof Uint8Array ? data : undefined;
}

/** The region of an image of a class: where it follows the part, what was found of it, and nothing where none was. @param inside - pixels */
export function regionFound(
  region: RegionOfInterest | undefined,
  inside: Uint8Array | undefined,
  { geometry, grid }: Pick<DetectorMetadata, 'geometry' | 'grid'>,
): RegionOfInterest | undefined {
  if (!region?.follows || !inside) return region;
  if (inside.includes(0)) return regionOfInterest({ ...sizeOfMap(geometry), data: inside }, grid);
  const none = new Uint8Array(region.patches.length);
  return { pixels: new Uint8Array(inside.length), patches: none, positions: [] };
}

function sizeOfMap({ width, height }: ImageSize): ImageSize {
  return { width, height };
}

/** What an image is taken for, and the share of the votes. */
export function recognised(
  shares: Float32Array,
  classes: readonly string[],
): { readonly recognisedAs: string; readonly share: number } {
  const best = shares.indexOf(Math.max(...shares));
  return { recognisedAs: classes[best]!, share: shares[best]! };
}

/** An image that may join. */
export interface NewImage {
  readonly path: string;
  /** Of its pixels. */
  readonly hash: string;
  readonly image: SeenImage;
  /** In pixels. */
  readonly size: ImageSize;
  readonly score: number;
  readonly recognisedAs: string;
  readonly share: number;
  /** Some of its patches, or all, of those inside the region of the class it may join, [patches, width]. */
  readonly patches: Float32Array;
}

/** An image that does not join. */
export interface NotAdded {
  readonly path: string;
  readonly reason: string;
  /** Whether `--force` takes it all the same. */
  readonly forceable: boolean;
}

export interface NewImages {
  readonly images: readonly NewImage[];
  readonly notAdded: readonly NotAdded[];
}

/**
 * Looks at images one after another.
 * @param known - real paths of the images that the detector is made from
 * @param isLeftOut - tells by its hash what it remembers and is not made from any more: that may join again
 * @param options - `mostPatches`: of all images together, as they are held in memory; of more images fewer of each are drawn
 */
export async function lookAtNew(
  before: DetectorBefore,
  metadata: DetectorMetadata,
  paths: readonly string[],
  {
    known,
    isLeftOut,
    mostPatches,
    width,
    regionOf = () => undefined,
    onProgress = () => {},
  }: {
    readonly known: ReadonlySet<string>;
    readonly isLeftOut: (hash: string) => Promise<boolean>;
    readonly mostPatches: number;
    readonly width: number;
    /** Region of interest of the class that an image may join. @param recognisedAs - class that it is recognised as */
    readonly regionOf?: (recognisedAs: string) => RegionOfInterest | undefined;
    readonly onProgress?: ProgressListener | undefined;
  },
): Promise<NewImages> {
  const remembered = isRemembered(metadata.trained);
  const isKnown = async (hash: string) => remembered(hash) && !(await isLeftOut(hash));
  const images: NewImage[] = [];
  const notAdded: NotAdded[] = [];
  const firstOf = new Map<string, string>();
  const leave = (path: string, reason: string) => notAdded.push({ path, reason, forceable: false });
  const perImage = Math.max(1, Math.floor(mostPatches / paths.length));
  let done = 0;
  const decode = (path: string) => decodeOrError(path, { bits: bitsOf(metadata) });
  for await (const [path, image] of mapAhead(paths, 4, decode)) {
    onProgress({ task: 'new images', done: ++done, total: paths.length, unit: 'images' });
    if (image instanceof CladError) {
      leave(path, image.message);
      continue;
    }
    const hash = pixelHash(image);
    const first = firstOf.get(hash);
    const real = await realpath(path).catch(() => path);
    if (known.has(real) || (await isKnown(hash)))
      leave(path, 'the detector knows it already, or a copy of it');
    else if (first !== undefined) leave(path, `a copy of ${first}`);
    else {
      firstOf.set(hash, path);
      const { score, shares, patches, inside: found } = await before.predict(image);
      const taken = recognised(shares, metadata.classes);
      const region = regionFound(regionOf(taken.recognisedAs), found, metadata);
      const inside = insidePatches(patches, width, region);
      images.push({
        path,
        hash,
        image: { look: lookAt(image), source: image.source },
        size: { width: image.width, height: image.height },
        score,
        ...taken,
        patches: drawnPatches(inside, width, perImage, hash),
      });
    }
  }
  return { images, notAdded };
}

function insidePatches(
  patches: Float32Array,
  width: number,
  region: RegionOfInterest | undefined,
): Float32Array {
  return region ? pickRows(Float32Array, patches, width, region.positions) : patches;
}

function drawnPatches(patches: Float32Array, width: number, most: number, hash: string): Float32Array {
  const count = patches.length / width;
  if (count <= most) return patches;
  const all = Array.from({ length: count }, (_, row) => row);
  const rows = new Random('patches of a new image', hash).sample(all, most).sort((a, b) => a - b);
  return pickRows(Float32Array, patches, width, rows);
}
