/**
 * @file Fitting what enters the networks. The paper's feature needs only the deviation of its noise. The residual
 * needs principal components, a memory bank, whitening, and the length of noise. All statistics are of training images, with the
 * patch's own image left out of the bank.
 */
import { squaredLengths } from '../../../core/arrays.ts';
import { CladError } from '../../../core/errors.ts';
import { halvesToFloats } from '../../../core/half.ts';
import type { ProgressListener } from '../../../core/progress.ts';
import { Random } from '../../../core/random.ts';
import type { Reduction } from '../../../features/memory-bank/candidates.ts';
import { chooseEntriesByClass, type EntryOptions } from '../../../features/memory-bank/choose-entries.ts';
import { classStarts, codedWidthOf, headWidthOf } from '../../../features/memory-bank/class-search.ts';
import { entriesOfOthers } from '../../../features/memory-bank/entries-of-others.ts';
import { principalComponents } from '../../../features/memory-bank/principal-components.ts';
import {
  type DrawnRows,
  drawLocal,
  drawNormal,
  type FitSource,
} from '../../../features/store/sample-rows.ts';
import type { Engine } from '../../../runtime/engine.ts';
import { inputSession } from './input-session.ts';
import { meanNeighbourDistance } from './neighbour-distance.ts';
import type { FittedInput, FittedResidual } from './network-input.ts';

/** What the residual input is fitted by. */
export interface ResidualOptions {
  readonly seed: number;
  readonly memoryBank: EntryOptions & {
    /** Principal components kept. */
    readonly components: number;
    /** Nearest entries averaged. */
    readonly neighbours: number;
    /** See CLAD's options. */
    readonly searchWidth: number | null;
    readonly shortlist: number;
    /** See CLAD's option. */
    readonly whiteningFloor: number;
  };
  /** Length of the noise in mean distances; null where no networks follow, which want noise. */
  readonly noise: number | null;
}

/** Rows that principal components and whitening are measured on. */
const statisticsRows = 32_768;
/** Of these, what the variance of each component alone is measured on. */
const spreadRows = 8192;

/** What the length of noise on features is measured by. */
export type NoiseUnit = 'neighbour' | 'deviation';
/** Whether noise on features has one deviation for all dimensions, or each dimension's own. */
export type NoiseShape = 'isotropic' | 'dimensionwise';

/** How the paper's input is fitted. */
export interface FeatureOptions {
  readonly seed: number;
  /** Length of the noise, in its unit. */
  readonly noise: number;
  /** @default deviation */
  readonly noiseUnit?: NoiseUnit;
  /** @default dimensionwise */
  readonly noiseShape?: NoiseShape;
}

/** The features themselves need nothing but the noise's deviation in each dimension. */
export async function fitFeatureInput(
  engine: Engine,
  source: FitSource,
  { seed, noise, noiseUnit = 'deviation', noiseShape = 'dimensionwise' }: FeatureOptions,
): Promise<FittedInput> {
  const { width } = source.index;
  const { features } = await drawNormal(source, statisticsRows, new Random(seed, 'statistics'));
  const { deviation } = moments(halvesToFloats(features), width);
  const whole = Math.sqrt(deviation.reduce((total, each) => total + each * each, 0));
  // The length, which is the root of the summed squares, in multiples of that of all deviations together.
  const relative =
    noiseUnit === 'deviation' ? noise : (noise * (await meanNeighbourDistance(engine, source, seed))) / whole;
  return {
    kind: 'feature',
    width,
    noiseDeviation:
      noiseShape === 'dimensionwise'
        ? deviation.map((each) => each * relative)
        : new Float32Array(width).fill((relative * whole) / Math.sqrt(width)),
  };
}

/** Fits the residual input. */
export async function fitResidualInput(
  engine: Engine,
  source: FitSource,
  { seed, memoryBank, noise }: ResidualOptions,
  onProgress?: ProgressListener,
): Promise<FittedResidual> {
  const { width } = source.index;
  const sample = await drawNormal(source, statisticsRows, new Random(seed, 'statistics'));
  const local = await drawLocal(source, statisticsRows / 4, new Random(seed, 'local statistics'));
  const forComponents = new Float32Array(sample.features.length + local.length);
  halvesToFloats(sample.features, forComponents.subarray(0, sample.features.length));
  halvesToFloats(local, forComponents.subarray(sample.features.length));
  const components = Math.min(memoryBank.components, width, forComponents.length / width - 1);
  const projection = await principalComponents(
    engine,
    forComponents,
    width,
    components,
    new Random(seed, 'components'),
    onProgress,
  );
  const reduction: Reduction = {
    mean: { shape: [width], data: projection.mean },
    projection: { shape: [width, components], data: projection.matrix },
  };
  const bank = await chooseEntriesByClass(engine, source, reduction, { seed, memoryBank }, onProgress);
  const others = fewestOthers(bank);
  const searchWidth = codedWidthOf(memoryBank.searchWidth, components);
  const unwhitened: FittedResidual = {
    kind: 'residual',
    width: components,
    search: {
      neighbours: Math.min(memoryBank.neighbours, others),
      shortlist: Math.min(memoryBank.shortlist, others),
    },
    searchWidth,
    arrays: {
      ...reduction,
      entries: bank.entries,
      norms: {
        shape: [bank.entryImages.length],
        data: squaredLengths(bank.entries.data, components, headWidthOf(components, searchWidth !== null)),
      },
      whitening: { shape: [components], data: new Float32Array(components).fill(1) },
    },
    entryClasses: bank.entryClasses,
    entryImages: bank.entryImages,
    noiseDeviation: new Float32Array(components),
  };
  const session = await inputSession(engine, width, unwhitened);
  try {
    const matched = noise === null ? firstRows(sample, width, spreadRows) : sample;
    const { rows, distance } = await session.run(matched.features, matched);
    const { variance } = moments(halvesToFloats(rows), components);
    const meanVariance = variance.reduce((total, each) => total + each, 0) / components;
    const whitening = variance.map((each) => 1 / Math.sqrt(each + memoryBank.whiteningFloor * meanVariance));
    const meanDistance = distance.reduce((total, each) => total + each, 0) / distance.length;
    // Isotropic before whitening, with an expected length of about `noise` mean distances.
    const deviation = ((noise ?? 0) * meanDistance) / Math.sqrt(components);
    return {
      ...unwhitened,
      arrays: { ...unwhitened.arrays, whitening: { shape: [components], data: whitening } },
      noiseDeviation: whitening.map((each) => each * deviation),
    };
  } finally {
    await session.release();
  }
}

/** The first rows of a sample, which is in an order of chance. */
function firstRows({ features, images, classes }: DrawnRows, width: number, count: number): DrawnRows {
  return {
    features: features.subarray(0, count * width),
    images: images.slice(0, count),
    classes: classes.slice(0, count),
  };
}

/** The fewest entries that a class has when those of one of its images are left out. @throws OPTION_INVALID where a class has none */
function fewestOthers({
  entryClasses,
  entryImages,
}: Pick<FittedResidual, 'entryClasses' | 'entryImages'>): number {
  const starts = classStarts(entryClasses, (entryClasses.at(-1) ?? 0) + 1);
  const others = starts.slice(1).flatMap((end, index) => {
    const own = entryImages.slice(starts[index], end);
    return own.length === 0 ? [] : [othersOf(own)];
  });
  return Math.min(...others);
}

/**
 * As `entriesOfOthers`.
 * @throws OPTION_INVALID when there are none
 */
export function othersOf(entryImages: readonly number[]): number {
  const others = entriesOfOthers(entryImages);
  if (others > 0) return others;
  throw new CladError('OPTION_INVALID', {
    option: 'memoryBank.coresetSize',
    expected: 'so many that they are of two images at least',
    actual: entryImages.length,
  });
}

/** Mean, variance and standard deviation of each dimension, summed in double precision. */
function moments(rows: Float32Array, width: number) {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) {
    const dimension = at % width;
    const each = rows[at] as number;
    sums[dimension] = (sums[dimension] as number) + each;
    squares[dimension] = (squares[dimension] as number) + each * each;
  }
  const count = rows.length / width;
  const variance = Float32Array.from(squares, (square, dimension) =>
    Math.max(0, square / count - ((sums[dimension] as number) / count) ** 2),
  );
  return { variance, deviation: variance.map(Math.sqrt) };
}
