/**
 * @file What an evaluation saw, kept for the results page: a list of images with their scores, and of each a picture of its heat and its ground truth. The
 * pictures are as large as the map and clear where there is no heat, so that a page lays them over the photograph as strongly as somebody likes.
 */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { writeFileAtomic } from '../core/files.ts';
import { pathBelow } from '../data/dataset.ts';
import { heatScale } from '../detector/heat/map-range.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import type { PredictionWithMap } from '../detector/prediction.ts';
import type { Geometry } from '../image/geometry.ts';
import { heatOf, paintOf } from '../image/heat-scale.ts';
import type { Mask } from '../image/rgb.ts';
import type { PredictedImage } from '../jobs/evaluate/evaluate.ts';
import type { ResultImage, ResultsView } from './api.ts';

const listFile = 'images.json';
/** Colour of ground truth, and how much of it covers the photograph. */
const truthPaint = [0, 255, 255, 140] as const;

/** Name of an image's picture. @param at - its place in the list */
export function pictureName(what: 'heat' | 'truth', at: number): string {
  return `${what}-${at}.webp`;
}

/** Results that are kept of detector files that were replaced; of a run, the newest. */
const mostEarlier = 4;

/** Where the results of a run lie. */
export interface ResultsFolders {
  /** Of the last evaluation. */
  readonly now: string;
  /** Of detector files of before, a folder each by its key. */
  readonly earlier: string;
}

/** @param cache - of the workspace */
export function resultsFolders(cache: string, run: string): ResultsFolders {
  return { now: join(cache, 'results', run), earlier: join(cache, 'earlier-results', run) };
}

/** Those of before this version do not have the thresholds. */
type KeptResults = Omit<ResultsView, 'thresholds'> & Partial<Pick<ResultsView, 'thresholds'>>;

/** The results in a folder; null where there are none. */
export async function readResults(folder: string): Promise<KeptResults | null> {
  const text = await readFile(join(folder, listFile), 'utf8').catch(() => undefined);
  return text === undefined ? null : { created: '', ...(JSON.parse(text) as Omit<KeptResults, 'created'>) };
}

/** Gathers what an evaluation sees; whole in its place once it is finished. */
export class ResultsWriter {
  readonly #folders: ResultsFolders;
  readonly #temporary: string;
  readonly #metadata: DetectorMetadata;
  readonly #root: string;
  readonly #images: ResultImage[] = [];
  #writing: Promise<unknown> = Promise.resolve();

  /**
   * @param folders - for the results; those of before give way
   * @param root - of the data set
   */
  constructor(folders: ResultsFolders, metadata: DetectorMetadata, root: string) {
    this.#folders = folders;
    this.#temporary = `${folders.now}.new`;
    this.#metadata = metadata;
    this.#root = root;
  }

  async begin(): Promise<void> {
    await rm(this.#temporary, { recursive: true, force: true });
    await mkdir(this.#temporary, { recursive: true });
  }

  /** An arrow, so that it can be handed on by itself. */
  readonly onPredicted = ({ sample, prediction, mask }: PredictedImage): void => {
    const at = this.#images.length;
    const shown = sample.anomalous && (mask?.data.includes(1) ?? false);
    this.#images.push({
      path: pathBelow(this.#root, sample.path),
      product: sample.className,
      kind: sample.defect,
      anomalous: sample.anomalous,
      recognisedAs: prediction.class,
      score: prediction.score,
      verdict: prediction.verdict,
      truth: shown,
    });
    const { geometry } = this.#metadata;
    const heat = heatPixels(this.#metadata, prediction);
    const write = async (what: 'heat' | 'truth', pixels: Uint8Array, lossless: boolean) => {
      const { width, height } = geometry;
      const picture = sharp(pixels, { raw: { width, height, channels: 4 } });
      const file = join(this.#temporary, pictureName(what, at));
      await picture.webp(lossless ? { lossless } : { quality: 80, effort: 2 }).toFile(file);
    };
    // One after another: a picture takes less than a prediction, so they do not pile up.
    this.#writing = this.#writing.then(async () => {
      await write('heat', heat, false);
      if (mask && shown) await write('truth', truthPixels(mask), true);
    });
    // Met by `finish`.
    this.#writing.catch(() => {});
  };

  /** Puts the results into their place. @param key - of the detector file */
  async finish(key: string, dataset: string): Promise<void> {
    await this.#writing;
    const { geometry, thresholds } = this.#metadata;
    const results: ResultsView = {
      ...{ key, dataset, geometry: sizeOf(geometry), created: new Date().toISOString() },
      thresholds: thresholdNumbers(thresholds),
      images: this.#images,
    };
    const { now, earlier } = this.#folders;
    await writeFileAtomic(join(this.#temporary, listFile), JSON.stringify(results));
    await mkdir(dirname(now), { recursive: true });
    await this.#putAside(key);
    // A file that has come back is not of before any more.
    await rm(join(earlier, key), { recursive: true, force: true });
    await rm(now, { recursive: true, force: true });
    await rename(this.#temporary, now);
  }

  /** Keeps what another detector file saw, so that both can be seen beside each other. */
  async #putAside(key: string): Promise<void> {
    const { now, earlier } = this.#folders;
    const before = await readResults(now);
    if (!before?.thresholds || before.key === key) return;
    await mkdir(earlier, { recursive: true });
    await rm(join(earlier, before.key), { recursive: true, force: true });
    await rename(now, join(earlier, before.key));
    const kept = await Promise.all(
      (await readdir(earlier)).map(async (name) => {
        const path = join(earlier, name);
        return { path, at: (await stat(path)).ctimeMs };
      }),
    );
    const old = kept.sort((a, b) => b.at - a.at).slice(mostEarlier);
    for (const { path } of old) await rm(path, { recursive: true, force: true });
  }

  async discard(): Promise<void> {
    await this.#writing.catch(() => {});
    await rm(this.#temporary, { recursive: true, force: true });
  }
}

/** The colours of the product that it is taken for, as in heat maps everywhere: RGBA, as large as the map. */
export function heatPixels(
  { display }: Pick<DetectorMetadata, 'display'>,
  { class: name, map }: Pick<PredictionWithMap, 'class' | 'map'>,
): Uint8Array {
  const range = display[name];
  const pixels = new Uint8Array(map.length * 4);
  if (!range) return pixels;
  const scale = heatScale(range);
  for (const [at, value] of map.entries()) {
    const { colour, opacity } = paintOf(heatOf(value, scale));
    pixels.set([...colour, Math.round(255 * opacity)], at * 4);
  }
  return pixels;
}

/** Ground truth as RGBA, clear where there is none. */
export function truthPixels({ data }: Mask): Uint8Array {
  const pixels = new Uint8Array(data.length * 4);
  for (const [at, value] of data.entries()) if (value !== 0) pixels.set(truthPaint, at * 4);
  return pixels;
}

/** A detector's thresholds, by product. */
export function thresholdNumbers(thresholds: DetectorMetadata['thresholds']): Record<string, number> {
  return Object.fromEntries(Object.entries(thresholds).map(([name, { threshold }]) => [name, threshold]));
}

/** A geometry without what else metadata may have in it. */
export function sizeOf({ width, height, resizeTo }: Geometry): Geometry {
  return resizeTo ? { width, height, resizeTo } : { width, height };
}
