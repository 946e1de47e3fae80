/**
 * @file What validates the networks while they train. `synthetic`: how well their score tells held-out normal patches from synthetic
 * anomalies of the same images, the easy ones and subtle ones. `test`: pixel AUROC on the test images, as the paper does (it leaks).
 */

import { halvesToFloats } from '../../core/half.ts';
import { Random } from '../../core/random.ts';
import type { Sample } from '../../data/dataset.ts';
import type { ImageAccess } from '../../data/image-access.ts';
import { anomalyMap } from '../../detector/heat/anomaly-map.ts';
import { Evaluator } from '../../evaluation/evaluator.ts';
import { rankingMetrics } from '../../evaluation/ranking.ts';
import { inputMask } from '../../features/patches/input-image.ts';
import type { FeatureStore, StoreIndex } from '../../features/store/store.ts';
import { type Geometry, patchCount } from '../../image/geometry.ts';
import type { Mask } from '../../image/rgb.ts';
import {
  insideValues,
  patchAt,
  patchesInside,
  type RegionOfInterest,
  type Regions,
  regionOfImage,
} from '../../image/roi/region-of-interest.ts';
import type { Parameters } from '../../nn/parameters.ts';
import type { Engine } from '../../runtime/engine.ts';
import { drawBeta } from '../../synthesis/fuse.ts';
import type { FittedInput } from './network-input/network-input.ts';
import type { NetworkOptions } from './option-groups.ts';
import type { PatchNetworks } from './patch-networks.ts';
import { scoreSession } from './score-session.ts';

/** Gives networks a validation score; higher is better. */
export interface Validator {
  readonly validate: (parameters: Parameters) => Promise<number>;
  release(): Promise<void>;
}

/** Rows of each kind that are scored; more change the third decimal. */
const mostRows = 24_576;

/** Rows of a validation: normal, local and faded ones, and a quarter as many with noise. */
export const validatedRows = 3.25 * mostRows;

export interface SyntheticValidatorOptions {
  readonly engine: Engine;
  /** The networks' input of the training images. */
  readonly inputs: { readonly store: FeatureStore; readonly index: StoreIndex };
  /** Ids of the held-out images. */
  readonly heldOut: ReadonlySet<number>;
  readonly fitted: FittedInput;
  readonly training: Pick<NetworkOptions, 'seed' | 'synthesis' | 'score'>;
  readonly networks: PatchNetworks;
  /** Regions of interest of the classes: only what is inside is looked at. */
  readonly regions?: Regions | undefined;
}

/** A validator on held-out patches. */
export async function syntheticValidator(options: SyntheticValidatorOptions): Promise<Validator> {
  const { engine, fitted, networks } = options;
  const { normal, kinds } = await heldOutRows(options);
  const session = await scoreSession(engine, fitted.width, networks, ['rows'], ({ rows }, parameters) => ({
    score: networks.score(rows, parameters),
  }));
  const scoresOf = async (rows: Float32Array, parameters: Parameters) =>
    (await session.run(parameters, { rows })).score!;
  return {
    async validate(parameters) {
      const good = await scoresOf(normal, parameters);
      const values: number[] = [];
      for (const rows of kinds) {
        const bad = await scoresOf(rows, parameters);
        const labels = [...new Array<number>(good.length).fill(0), ...new Array<number>(bad.length).fill(1)];
        values.push(rankingMetrics([...good, ...bad], labels).auroc ?? 0.5);
      }
      return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
    },
    release: () => session.release(),
  };
}

/** A row of the store, or one between it and the normal row of the same place. */
interface HeldOutRow {
  readonly shard: number;
  readonly row: number;
  /** Drawn towards `own` by Eq. 4, with this beta. */
  readonly faded?: { readonly own: number; readonly beta: number };
}

/**
 * Held-out normal rows, and anomalous ones: local, local faded towards the normal feature, normal with noise. Which rows is drawn from the
 * shards' indexes before any is read, so that no more are held than are scored.
 */
async function heldOutRows(options: SyntheticValidatorOptions) {
  const { fitted, training } = options;
  const { width } = fitted;
  const random = new Random(training.seed, 'selection');
  const { normalOf, normals, local, faded } = await listHeldOut(options, random);
  const some = <T>(rows: readonly T[]) => random.sample(rows, mostRows);
  const good = some(normals).map(normalOf);
  const noise = Float64Array.from(
    { length: Math.min(good.length, mostRows / 4) * width },
    (_, at) => random.normal() * fitted.noiseDeviation[at % width]!,
  );
  const chosen = [good, some(local), some(faded)];
  const [normal = new Float32Array(0), ...anomalous] = await readRows(options, chosen);
  const noisy = Float32Array.from(noise, (value, at) => value + normal[at]!);
  const kinds = [...anomalous, noisy].filter(({ length }) => length > 0);
  return { normal, kinds };
}

/** All held-out rows by number: of normal ones, that are many, only how to find them. */
async function listHeldOut(
  { inputs: { store, index }, heldOut, training, regions }: SyntheticValidatorOptions,
  random: Random,
) {
  const perImage = patchCount(index.grid);
  const images: (HeldOutRow & { readonly region: RegionOfInterest | undefined })[] = [];
  const local: HeldOutRow[] = [];
  const faded: HeldOutRow[] = [];
  for (const shard of index.shards.keys()) {
    const { images: all, local: rows } = await store.readShardIndex(shard);
    all.forEach(({ id, classIndex }, image) => {
      if (heldOut.has(id))
        images.push({ shard, row: image * perImage, region: regionOfImage(regions, classIndex, id) });
    });
    rows.image.forEach((image, number) => {
      const { id, classIndex } = all[image]!;
      if (!heldOut.has(id) || rows.coverage[number]! < 0.5) return;
      if (regionOfImage(regions, classIndex, id)?.patches[rows.position[number]!] === 0) return;
      const row = all.length * perImage + number;
      local.push({ shard, row });
      // Subtle: as much of the normal feature again as Eq. 4 leaves of the anomaly.
      const beta = (1 + drawBeta(random, training.synthesis)) / 2;
      faded.push({ shard, row, faded: { own: image * perImage + rows.position[number]!, beta } });
    });
  }
  const normals = images.flatMap(({ region }, image) => {
    const inside = patchesInside(region, index.grid);
    return Array.from({ length: inside }, (_, number) => image * perImage + patchAt(region, number));
  });
  const normalOf = (number: number): HeldOutRow => {
    const { shard, row } = images[Math.floor(number / perImage)] as HeldOutRow;
    return { shard, row: row + (number % perImage) };
  };
  return { normals, normalOf, local, faded };
}

/** Reads rows, one shard in memory at a time. @returns for each list its rows one after another, float32 [rows * width] */
async function readRows(
  { inputs: { store, index }, fitted: { width } }: SyntheticValidatorOptions,
  lists: readonly (readonly HeldOutRow[])[],
): Promise<Float32Array[]> {
  const read = lists.map(({ length }) => new Float32Array(length * width));
  for (const shard of index.shards.keys()) {
    if (!lists.some((rows) => rows.some((each) => each.shard === shard))) continue;
    const { features } = await store.readShard(shard);
    const at = (row: number) => halvesToFloats(features.subarray(row * width, (row + 1) * width));
    lists.forEach((rows, list) => {
      rows.forEach(({ shard: its, row, faded }, number) => {
        if (its !== shard) return;
        read[list]!.set(faded ? between(at(row), at(faded.own), faded.beta) : at(row), number * width);
      });
    });
  }
  return read;
}

function between(from: Float32Array, to: Float32Array, share: number): Float32Array {
  return from.map((value, dimension) => (1 - share) * value + share * to[dimension]!);
}

export interface TestValidatorOptions extends Omit<SyntheticValidatorOptions, 'heldOut'> {
  /** Test samples in the order of the store's ids. */
  readonly samples: readonly Sample[];
  readonly images: Pick<ImageAccess, 'decodeMasks'>;
  /** Id of the first of them. */
  readonly firstId: number;
  readonly geometry: Geometry;
}

/** A validator on the test images: mean pixel AUROC over classes, of the networks' score alone. */
export async function testValidator(options: TestValidatorOptions): Promise<Validator> {
  const { engine, inputs, fitted, training, networks, samples, images, firstId, geometry, regions } = options;
  const { store, index } = inputs;
  const session = await scoreSession(engine, fitted.width, networks, ['rows'], ({ rows }, parameters) => ({
    map: anomalyMap(networks.score(rows, parameters), index.grid, {
      ...geometry,
      blurSigma: training.score.blurSigma,
    }),
  }));
  const perImage = patchCount(index.grid);
  const masks = new Map<string, Mask>();
  for (const { path, maskPaths } of samples)
    if (maskPaths) masks.set(path, inputMask(await images.decodeMasks(maskPaths), geometry));
  return {
    async validate(parameters) {
      const evaluator = new Evaluator();
      for (let shard = 0; shard < index.shards.length; shard++) {
        const { images, features } = await store.readShard(shard);
        for (const [number, { id, classIndex }] of images.entries()) {
          const sample = samples[id - firstId]!;
          const start = number * perImage * fitted.width;
          const rows = halvesToFloats(features.subarray(start, start + perImage * fitted.width));
          const map = (await session.run(parameters, { rows })).map!;
          evaluator.add({
            path: sample.path,
            className: sample.className,
            anomalous: sample.anomalous,
            mask: masks.get(sample.path) ?? null,
            inside: regions?.ofClasses[classIndex]?.pixels,
            prediction: {
              score: insideValues(map, regions?.ofClasses[classIndex]).reduce((most, value) =>
                Math.max(most, value),
              ),
              map,
            },
          });
        }
      }
      return evaluator.result().mean.pixelAuroc ?? 0;
    },
    release: () => session.release(),
  };
}
