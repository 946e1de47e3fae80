/** @file What is asked of pictures before anything is learnt from them: each decodes, shows something, is of one product, and counts once. */
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { sha256 } from '../../core/sha256.ts';
import { mapConcurrently } from '../../data/concurrency.ts';
import { byClass, type Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { gridOf, lookAt, type SeenImage } from '../../image/look.ts';
import type { RgbImage } from '../../image/rgb.ts';

/** Pictures a product at least: of fewer a threshold is chance. */
export const leastPictures = 5;

/** Where no channel's standard deviation reaches this, of 255, a picture shows one colour: a covered camera's noise is about as much. */
const leastContrast = 1;
/** Names in a sentence. */
const mostNamed = 5;

export interface CheckedPictures {
  /** Each picture once. */
  readonly samples: readonly Sample[];
  /** Hashes of their pixels, in their order; those of data/pixel-hash.ts. */
  readonly pixels: readonly string[];
  /** What they are like, by path. */
  readonly seen: ReadonlyMap<string, SeenImage>;
  /** Sentences. */
  readonly notes: readonly string[];
}

/**
 * Decodes every picture.
 * @param products - names of all, those without pictures too
 * @param nameOf - what a picture is called to people
 * @throws TEACH_BROKEN, TEACH_ONE_COLOUR, TEACH_TOO_FEW; TEACH_TWO_PRODUCTS for a picture of two products
 */
export async function checkPictures(
  products: readonly string[],
  samples: readonly Sample[],
  images: ImageAccess,
  nameOf: (sample: Sample) => string,
  onProgress: ProgressListener,
): Promise<CheckedPictures> {
  requireEnough(products, samples);
  let done = 0;
  const found = await mapConcurrently(samples, images.atOnce, async (sample) => {
    const finding = await examine(sample, images);
    onProgress({ task: 'checking images', done: ++done, total: samples.length, unit: 'images' });
    return { sample, ...finding };
  });
  const broken = found.filter(({ reason }) => reason !== undefined);
  if (broken.length > 0) {
    const list = broken.map(({ sample, reason }) => `  ${nameOf(sample)}: ${reason}`).join('\n');
    throw new CladError('TEACH_BROKEN', { broken: broken.length, total: samples.length, list });
  }
  const plain = found
    .filter(({ contrast = 0 }) => contrast < leastContrast)
    .map(({ sample }) => nameOf(sample));
  if (plain.length > 0) throw new CladError('TEACH_ONE_COLOUR', { count: plain.length, list: named(plain) });
  const first = new Map<string, Sample>();
  const copies: string[] = [];
  const kept = found.filter(({ sample, hash = '' }) => {
    const before = first.get(hash);
    if (!before) {
      first.set(hash, sample);
      return true;
    }
    if (before.className !== sample.className)
      throw new CladError('TEACH_TWO_PRODUCTS', { first: nameOf(before), second: nameOf(sample) });
    copies.push(nameOf(sample));
    return false;
  });
  requireEnough(
    products,
    kept.map(({ sample }) => sample),
  );
  return {
    samples: kept.map(({ sample }) => sample),
    pixels: kept.map(({ hash = '' }) => hash),
    seen: new Map(kept.flatMap(({ sample, seen }) => (seen ? [[sample.path, seen] as const] : []))),
    notes: copies.length > 0 ? [`Each picture is used once; copies were left out: ${named(copies)}.`] : [],
  };
}

interface Finding {
  readonly hash?: string;
  readonly seen?: SeenImage;
  /** The largest standard deviation of its channels, 0 to 128. */
  readonly contrast?: number;
  /** Why it is of no use. */
  readonly reason?: string;
}

async function examine({ path }: Sample, images: ImageAccess): Promise<Finding> {
  try {
    const image = await images.decode(path);
    const seen = { look: lookAt(image), source: image.source };
    return { hash: await hashOf(image), seen, contrast: contrastOf(image) };
  } catch (error) {
    if (!(error instanceof CladError)) throw error;
    // The path is the page's own, and of no use to people.
    return { reason: error.message.replaceAll(path, 'it').replace(/^it: /, '') };
  }
}

function contrastOf(image: RgbImage): number {
  const grid = gridOf(image);
  const channels = [0, 1, 2].map((channel) => {
    const values = grid.filter((_, at) => at % 3 === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  });
  return Math.max(...channels);
}

/** As data/pixel-hash.ts has it. */
async function hashOf({ width, height, data }: RgbImage): Promise<string> {
  const head = new TextEncoder().encode(`${width}x${height}:`);
  const whole = new Uint8Array(head.length + data.length);
  whole.set(head);
  whole.set(data, head.length);
  return sha256(whole);
}

function requireEnough(products: readonly string[], samples: readonly Sample[]): void {
  const found = byClass(samples);
  for (const name of products) {
    const count = found.get(name)?.length ?? 0;
    if (count < leastPictures) throw new CladError('TEACH_TOO_FEW', { name, count, least: leastPictures });
  }
}

function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return [...names.slice(0, mostNamed), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
