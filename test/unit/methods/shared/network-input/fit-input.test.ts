/** @file What is fitted before training: the memory bank, the whitening, the length of noise, against plain loops. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halvesToFloats } from '../../../../../src/core/half.ts';
import { memoryStorage } from '../../../../../src/core/memory-storage.ts';
import { Random } from '../../../../../src/core/random.ts';
import {
  fitFeatureInput,
  fitResidualInput,
  othersOf,
  type ResidualOptions,
} from '../../../../../src/methods/shared/network-input/fit-input.ts';
import { readFitted, writeFitted } from '../../../../../src/methods/shared/network-input/fitted-file.ts';
import { inputSession } from '../../../../../src/methods/shared/network-input/input-session.ts';
import { meanNeighbourDistance } from '../../../../../src/methods/shared/network-input/neighbour-distance.ts';
import type { FittedInput } from '../../../../../src/methods/shared/network-input/network-input.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { bitsOf, type MadeStore, makeStore, randomRows } from '../../../../helpers/made-store.ts';

const width = 10;
const components = 6;
const gridSide = 4;
const held = new Set([1, 6]);
const engine = await nodeEngine({ threads: 2 });

const training: ResidualOptions = {
  seed: 0,
  memoryBank: {
    components,
    coresetShare: 0,
    coresetSize: 40,
    candidates: 10_000,
    neighbours: 3,
    searchWidth: null,
    shortlist: 8,
    whiteningFloor: 1e-4,
  },
  noise: 0.6,
};

let folder = '';
let made: MadeStore;
let fit: ReadonlySet<number>;
let fitted: FittedInput & { kind: 'residual' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-fit-'));
  made = await storeOf('plain', () => 0);
  fit = new Set([...made.images].filter((id) => !held.has(id)));
  fitted = await residual(made);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Ten images; `extra` is added to every number of an image. */
function storeOf(name: string, extra: (id: number) => number): Promise<MadeStore> {
  const rowOf = randomRows(width);
  return makeStore(join(folder, name), {
    width,
    gridSide,
    classes: ['bolt', 'nut'],
    shards: [3, 4, 3],
    localOf: (id) => [{ position: id, coverage: 1 }],
    rowOf: (patch) => Array.from(rowOf(patch), (value) => value + extra(patch.id)),
  });
}

async function residual(store: MadeStore, options = training) {
  const result = await fitResidualInput(engine, { ...store, images: fit }, options);
  if (result.kind !== 'residual') throw new Error('expected a residual input');
  return result;
}

interface Rows {
  readonly halves: Uint16Array;
  readonly values: Float32Array;
  readonly images: number[];
  readonly classes: number[];
}

/** Normal rows of some images. */
async function normalRows(ids: ReadonlySet<number>): Promise<Rows> {
  const halves: number[] = [];
  const [images, classes]: [number[], number[]] = [[], []];
  for (let shard = 0; shard < made.index.shards.length; shard++) {
    const { images: infos, features } = await made.store.readShard(shard);
    infos.forEach(({ id, classIndex }, image) => {
      if (!ids.has(id)) return;
      for (let patch = 0; patch < gridSide ** 2; patch++) {
        const row = image * gridSide ** 2 + patch;
        halves.push(...features.subarray(row * width, (row + 1) * width));
        images.push(id);
        classes.push(classIndex);
      }
    });
  }
  const packed = Uint16Array.from(halves);
  return { halves: packed, values: halvesToFloats(packed), images, classes };
}

/** (x - mean) P, row by row. */
function projected(values: Float32Array): number[][] {
  const { mean, projection } = fitted.arrays;
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: components }, (_, component) => {
      let sum = 0;
      for (let axis = 0; axis < width; axis++)
        sum +=
          (values[row * width + axis]! - mean.data[axis]!) * projection.data[axis * components + component]!;
      return sum;
    }),
  );
}

const entryRows = () =>
  Array.from({ length: fitted.entryImages.length }, (_, entry) =>
    Array.from(fitted.arrays.entries.data.subarray(entry * components, (entry + 1) * components)),
  );

const distance = (one: readonly number[], other: readonly number[]) =>
  Math.hypot(...one.map((value, axis) => value - other[axis]!));

/** Entries of a class, of other images than the row's, nearest first. */
function others(row: readonly number[], classIndex: number, image: number | undefined) {
  return entryRows()
    .map((values, entry) => ({ values, entry, distance: distance(row, values) }))
    .filter(({ entry }) => fitted.entryClasses[entry] === classIndex && fitted.entryImages[entry] !== image)
    .sort((a, b) => a.distance - b.distance);
}

/** How far a row is from the mean of its three nearest. */
function fromThree(row: readonly number[], nearest: ReturnType<typeof others>): number {
  const three = nearest.slice(0, 3);
  return distance(
    row,
    row.map((_, axis) => mean(three.map(({ values }) => values[axis]!))),
  );
}

async function inputsOf(rows: Rows, images: readonly number[] = rows.images) {
  const session = await inputSession(engine, width, fitted);
  try {
    const result = await session.run(rows.halves, { images, classes: rows.classes });
    return { inputs: halvesToFloats(result.rows), distances: result.distance };
  } finally {
    await session.release();
  }
}

/** An image for each class that the bank has nothing of. */
const strangersOf = ({ classes }: Rows) => classes.map((classIndex) => 990 + classIndex);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the entries that are not of one image', () => {
  it('are enough for the neighbours, whichever image is left out', () => {
    expect(othersOf([3, 3, 3, 7, 8])).toBe(2);
    expect(othersOf([3, 7])).toBe(1);
    expect(() => othersOf([4, 4, 4])).toThrow(
      /memoryBank\.coresetSize to be so many that they are of two images at least, got 3/,
    );
  });
});

describe('the memory bank', () => {
  it('has entries that are normal patches of images to fit on, of every class', async () => {
    const rows = await normalRows(fit);
    const all = projected(rows.values);
    expect([0, 1].map((each) => fitted.entryClasses.filter((of) => of === each).length)).toEqual([40, 40]);
    entryRows().forEach((entry, index) => {
      const at = all.findIndex((row) => distance(row, entry) < 1e-3);
      expect(rows.images[at]).toBe(fitted.entryImages[index]);
      expect(rows.classes[at]).toBe(fitted.entryClasses[index]);
      expect(fitted.arrays.norms.data[index]).toBeCloseTo(Math.hypot(...entry) ** 2, 3);
    });
    expect(fitted.entryImages.every((id) => fit.has(id))).toBe(true);
    expect(new Set(fitted.entryClasses)).toEqual(new Set([0, 1]));
    expect(fitted.entryClasses).toEqual(fitted.entryClasses.toSorted());
  });

  it('gives rows of one image the same whether they come in one block or in several', async () => {
    const rows = await normalRows(fit);
    const times = Math.ceil(1100 / rows.images.length);
    const stranger = strangersOf(rows);
    const once = await inputsOf(rows, stranger);
    const repeated = <T extends Uint16Array>(halves: T) =>
      Uint16Array.from({ length: halves.length * times }, (_, at) => halves[at % halves.length]!);
    const many = await inputsOf(
      {
        ...rows,
        halves: repeated(rows.halves),
        classes: Array.from(
          { length: stranger.length * times },
          (_, at) => rows.classes[at % stranger.length]!,
        ),
      },
      Array.from({ length: stranger.length * times }, (_, at) => stranger[at % stranger.length]!),
    );
    expect(many.distances.length).toBeGreaterThan(1024);
    many.inputs.forEach((value, at) => {
      if (Math.abs(value - once.inputs[at % once.inputs.length]!) > 2e-3) throw new Error(`input ${at}`);
    });
    many.distances.forEach((value, at) => {
      if (Math.abs(value - once.distances[at % once.distances.length]!) > 1e-3)
        throw new Error(`distance ${at}`);
    });
  });

  it('is matched without the entries of the image itself', async () => {
    const rows = await normalRows(fit);
    const { inputs, distances } = await inputsOf(rows);
    const { data: whitening } = fitted.arrays.whitening;
    projected(rows.values).forEach((row, index) => {
      const nearest = others(row, rows.classes[index]!, rows.images[index]);
      expect(distances[index]).toBeCloseTo(fromThree(row, nearest), 3);
      for (let axis = 0; axis < components; axis++) {
        const centre = mean(nearest.slice(0, 3).map(({ values }) => values[axis]!));
        const expected = (row[axis]! - centre) * whitening[axis]!;
        expect(Math.abs(inputs[index * components + axis]! - expected)).toBeLessThan(0.01);
      }
    });
  });

  it('gives a row that is an entry another neighbour, and itself where the image is another', async () => {
    const rows = await normalRows(fit);
    const entries = projected(rows.values).map((row, index) => {
      const [first, second] = others(row, rows.classes[index]!, undefined);
      return first!.distance < 1e-3 && second!.distance > 0.01;
    });
    const chosen = [...entries.keys()].filter((row) => entries[row]);
    expect(chosen.length).toBeGreaterThan(20);
    const own = await inputsOf(rows);
    const foreign = await inputsOf(rows, strangersOf(rows));
    const all = projected(rows.values);
    for (const row of chosen) {
      const near = others(all[row]!, rows.classes[row]!, undefined);
      expect(near[0]!.distance).toBeLessThan(1e-3);
      expect(foreign.distances[row]).toBeCloseTo(fromThree(all[row]!, near), 2);
      expect(own.distances[row]).toBeCloseTo(
        fromThree(all[row]!, others(all[row]!, rows.classes[row]!, rows.images[row])),
        2,
      );
    }
  });

  it('does not depend on held-out images', async () => {
    const changed = await residual(await storeOf('changed', (id) => (held.has(id) ? 50 : 0)));
    for (const [name, { data }] of Object.entries(fitted.arrays))
      expect(changed.arrays[name]?.data, name).toEqual(data);
    expect(changed.noiseDeviation).toEqual(fitted.noiseDeviation);
    const seen = await residual(await storeOf('seen', (id) => (id === 0 ? 50 : 0)));
    expect(seen.arrays.mean.data).not.toEqual(fitted.arrays.mean.data);
  });

  it('is smaller where there are fewer patches than its size', async () => {
    const { memoryBank } = training;
    const few = await residual(made, {
      ...training,
      memoryBank: { ...memoryBank, candidates: 20, coresetSize: 500 },
    });
    expect(few.entryImages.length).toBeLessThanOrEqual(2 * 20);
    const narrow = await residual(made, { ...training, memoryBank: { ...memoryBank, components: 500 } });
    expect(narrow.width).toBe(width);
  });
});

describe('the whitening', () => {
  it('gives residuals of normal rows unit variance along each component', async () => {
    const { inputs } = await inputsOf(await normalRows(fit));
    for (let axis = 0; axis < components; axis++) {
      const values = Array.from(inputs).filter((_, at) => at % components === axis);
      const centre = mean(values);
      expect(mean(values.map((value) => (value - centre) ** 2))).toBeCloseTo(1, 1);
    }
  });

  it('is weaker along narrow components by the floor', async () => {
    const floor = { ...training, memoryBank: { ...training.memoryBank, whiteningFloor: 10 } };
    const { data } = (await residual(made, floor)).arrays.whitening;
    const plain = fitted.arrays.whitening.data;
    const ratio = (values: Float32Array) => Math.max(...values) / Math.min(...values);
    expect(ratio(data)).toBeLessThan(1.1);
    expect(ratio(data)).toBeLessThan(ratio(plain));
  });
});

describe('the noise', () => {
  it('is of equal strength in all directions before whitening, as long as the option times the mean distance', async () => {
    const { distances } = await inputsOf(await normalRows(fit));
    const wanted = 0.6 * mean(Array.from(distances));
    const before = Array.from(
      fitted.noiseDeviation,
      (value, axis) => value / fitted.arrays.whitening.data[axis]!,
    );
    expect(Math.hypot(...before)).toBeCloseTo(wanted, 3);
    for (const each of before) expect(each).toBeCloseTo(before[0]!, 5);
  });

  it('of the paper’s input is measured by the nearest patch of another image of the class', async () => {
    const { values, images, classes } = await normalRows(fit);
    const rows = images.map((_, row) => Array.from(values.subarray(row * width, (row + 1) * width)));
    const nearest = rows.map((row, at) =>
      Math.min(
        ...rows
          .filter((_, other) => images[other] !== images[at] && classes[other] === classes[at])
          .map((other) => Math.hypot(...row.map((value, axis) => value - other[axis]!))),
      ),
    );
    const distance = mean(nearest);
    expect(await meanNeighbourDistance(engine, { ...made, images: fit }, 0)).toBeCloseTo(distance, 4);
    const lengthOf = async (noiseShape: 'isotropic' | 'dimensionwise') => {
      const options = { seed: 0, noise: 0.6, noiseUnit: 'neighbour', noiseShape } as const;
      return (await fitFeatureInput(engine, { ...made, images: fit }, options)).noiseDeviation;
    };
    const [isotropic, dimensionwise] = [await lengthOf('isotropic'), await lengthOf('dimensionwise')];
    for (const each of [isotropic, dimensionwise]) expect(Math.hypot(...each)).toBeCloseTo(0.6 * distance, 3);
    for (const each of isotropic) expect(each).toBe(isotropic[0]);
    const { noiseDeviation } = await fitFeatureInput(
      engine,
      { ...made, images: fit },
      { seed: 0, noise: 0.6 },
    );
    for (let axis = 1; axis < width; axis++)
      expect(dimensionwise[axis]! / dimensionwise[0]!).toBeCloseTo(
        noiseDeviation[axis]! / noiseDeviation[0]!,
        4,
      );
  });

  it('does not change with the scale of the features but as they do', async () => {
    const scaled = await makeStore(join(folder, 'scaled'), {
      width,
      gridSide,
      classes: ['bolt', 'nut'],
      shards: [3, 4, 3],
      rowOf: (patch) => Array.from(randomRows(width)(patch), (value) => 8 * value),
    });
    const [one, eight] = [
      await meanNeighbourDistance(engine, { ...made, images: fit }, 0),
      await meanNeighbourDistance(engine, { ...scaled, images: fit }, 0),
    ];
    expect(eight / one).toBeCloseTo(8, 2);
  });

  it('passes over a class of one image, and is refused where no class has two', async () => {
    const nuts = new Set([1, 3, 5]);
    const alone = await meanNeighbourDistance(engine, { ...made, images: nuts }, 0);
    expect(await meanNeighbourDistance(engine, { ...made, images: new Set([...nuts, 0]) }, 0)).toBeCloseTo(
      alone,
      4,
    );
    await expect(meanNeighbourDistance(engine, { ...made, images: new Set([0, 1]) }, 0)).rejects.toThrow(
      /globalAnomalies\.noiseUnit to be deviation/,
    );
  });

  it('of the paper’s input is, by deviation, the option times the standard deviation of each dimension', async () => {
    const input = await fitFeatureInput(engine, { ...made, images: fit }, { ...training, noise: 0.6 });
    expect(input).toMatchObject({ kind: 'feature', width });
    const { values } = await normalRows(fit);
    for (let axis = 0; axis < width; axis++) {
      const own = Array.from(values).filter((_, at) => at % width === axis);
      const centre = mean(own);
      const deviation = Math.sqrt(mean(own.map((value) => (value - centre) ** 2)));
      expect(input.noiseDeviation[axis]).toBeCloseTo(0.6 * deviation, 4);
    }
  });
});

describe('the fitted file', () => {
  it.each(['residual', 'feature'] as const)('gives back a %s input bit for bit', async (kind) => {
    const input =
      kind === 'residual'
        ? fitted
        : await fitFeatureInput(engine, { ...made, images: fit }, { ...training, noise: 0.6 });
    const name = `${kind}.safetensors`;
    const storage = memoryStorage();
    await writeFitted(storage, name, input, 'key');
    const read = await readFitted(storage, name, 'key');
    expect(read).toEqual(input);
    expect(bitsOf(read!.noiseDeviation)).toEqual(bitsOf(input.noiseDeviation));
    expect(await readFitted(storage, name, 'other')).toBeUndefined();
    expect(await readFitted(storage, 'missing.safetensors', 'key')).toBeUndefined();
  });

  it('is refused where any bit of it was changed', async () => {
    const name = 'bits.safetensors';
    const storage = memoryStorage();
    await writeFitted(storage, name, fitted, 'key');
    const whole = (await storage.read(name))!;
    const random = new Random('bits');
    for (let round = 0; round < 200; round++) {
      const damaged = whole.slice();
      // Every other one in the header, which says what the numbers are.
      damaged[random.integer(round % 2 === 0 ? whole.length : 600)]! ^= 1 << random.integer(8);
      await storage.write(name, damaged);
      await expect(readFitted(storage, name, 'key'), `round ${round}`).rejects.toMatchObject({
        code: 'FILE_DAMAGED',
      });
    }
    for (const length of [0, 7, 100, whole.length - 1]) {
      await storage.write(name, whole.subarray(0, length));
      await expect(readFitted(storage, name, 'key')).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    }
    await storage.write(name, whole);
    expect(await readFitted(storage, name, 'key')).toEqual(fitted);
  });
});
