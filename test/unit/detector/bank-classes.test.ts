/** @file Classes that join and leave a finished detector file, and what that does to the others: nothing, to the last bit. */
import { describe, expect, it } from 'vitest';
import { joined } from '../../../src/core/arrays.ts';
import { Random } from '../../../src/core/random.ts';
import {
  type ClassMemory,
  classMemories,
  memoryOf,
  projectedName,
  withEntries,
  withMemories,
  withProjection,
} from '../../../src/detector/bank-classes.ts';
import { askedWithoutOneImage, withoutEntriesOf } from '../../../src/detector/bank-entries.ts';
import { unfusedNames, withUnfusedScores } from '../../../src/detector/unfused-scores.ts';
import { classNames, headSize } from '../../../src/features/memory-bank/class-search.ts';
import { far } from '../../../src/features/memory-bank/entry-codes.ts';
import { bankNames, projectFeatures } from '../../../src/features/memory-bank/memory-bank.ts';
import { decodeModel, encodeModel, Graph, type ModelProto } from '../../../src/graph/index.ts';
import { rimZones, zonesOfPatches } from '../../../src/image/rim.ts';
import { initialParameters } from '../../../src/methods/clad/networks.ts';
import { cladModel, type ScoreFusion } from '../../../src/methods/clad/patch-scores.ts';
import { float32, floats, int64 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import { runGraph } from '../../helpers/run-graph.ts';

const [channels, width, patches] = [24, 16, 64];
const random = new Random('bank classes');
const normals = (count: number) => random.fillNormal(new Float32Array(count));
const mean = normals(channels);
const projection = normals(channels * width);
const parameters = initialParameters(
  { inputWidth: width, adaptorWidths: [8, 6, 5], discriminatorWidths: [6, 5], classes: 2 },
  random,
);
/** Entries of a class, around a place of its own. */
const drawnEntries = (place: number, count: number) =>
  new Random('entries', place, count)
    .fillNormal(new Float32Array(count * width))
    .map((value, at) => value + (at % width === place ? 30 : 0));
/** Most of the components have codes. */
const shape = { width, searchWidth: width - 2 };
const spreadAt = (place: number) => [3 + place, 0.5 + place, -0.25 * place, 0.125];
const bolts = memoryOf(drawnEntries(0, 700), shape, spreadAt(0));
const nuts = memoryOf(drawnEntries(1, 90), shape, spreadAt(1));
const caps = memoryOf(drawnEntries(2, 400), shape, spreadAt(2));

/** What a training makes of these classes, as a file. */
function trained(...classes: readonly ClassMemory[]): ModelProto {
  return trainedWith(classes, {
    distance: classes.map(({ spread }) => ({ mean: spread![0]!, deviation: spread![1]! })),
    network: classes.map(({ spread }) => ({ mean: spread![2]!, deviation: spread![3]! })),
    networkWeight: 0.5,
  });
}

function trainedWith(classes: readonly ClassMemory[], fusion: ScoreFusion): ModelProto {
  const all = (each: (memory: ClassMemory) => Float32Array) => joined(Float32Array, classes.map(each));
  const norms = all(({ lengths }) => lengths);
  const model = cladModel(
    {
      classes: classes.map((_, index) => `class ${index}`),
      parameters,
      fitted: {
        kind: 'residual',
        width,
        noiseDeviation: new Float32Array(width),
        search: { neighbours: 3, shortlist: 6 },
        searchWidth: shape.searchWidth,
        entryClasses: classes.flatMap(({ lengths }, index) => new Array<number>(lengths.length).fill(index)),
        entryImages: Array.from(norms, (_, entry) => entry % 7),
        arrays: {
          mean: { shape: [channels], data: mean },
          projection: { shape: [channels, width], data: projection },
          entries: { shape: [norms.length, width], data: all(({ entries }) => entries) },
          norms: { shape: [norms.length], data: norms },
          whitening: { shape: [width], data: new Float32Array(width).fill(0.5) },
        },
      },
    },
    fusion,
  );
  const graph = new Graph();
  const { score, shares } = model(graph, graph.input('features', 'float32', ['rows', channels]), patches);
  graph.output('score', score);
  graph.output('class_share', shares);
  return decodeModel(graph.toBytes());
}

/** Patch features of three images that lie near no class, and of some near each. */
const features = joined(
  Float32Array,
  [0, 1, 2, 0, 1].map((near, image) => {
    const rows = new Random('image', image).fillNormal(new Float32Array(patches * channels));
    // Towards the place of the class, through the projection.
    return rows.map((value, at) => {
      const channel = at % channels;
      return mean[channel]! + value + 1.2 * projection[channel * width + near]!;
    });
  }),
);
const images = features.length / channels / patches;

async function said(model: ModelProto, more: Readonly<Record<string, ReturnType<typeof int64>>> = {}) {
  const session = await (await nodeEngine({ threads: 2 })).load(encodeModel(model));
  try {
    const outputs = await session.run({
      features: float32(features, [images * patches, channels]),
      ...more,
    });
    const classes = outputs.class_share!.shape[1]!;
    const shares = floats(outputs.class_share);
    return {
      score: floats(outputs.score),
      shares,
      classOf: Array.from({ length: images }, (_, image) => {
        const own = shares.subarray(image * classes, (image + 1) * classes);
        return own.indexOf(Math.max(...own));
      }),
      projected: outputs[projectedName],
    };
  } finally {
    await session.release();
  }
}

const scoresOf = (scores: Float32Array, image: number) => [
  ...scores.subarray(image * patches, (image + 1) * patches),
];

describe('the memories of a detector', () => {
  it('are read as they were written, and written back as the same file', () => {
    const model = trained(bolts, nuts);
    const found = classMemories(model)!;
    expect(found).toEqual({ classes: [bolts, nuts], ...shape });
    expect(Buffer.from(encodeModel(withMemories(model, found.classes))).equals(encodeModel(model))).toBe(
      true,
    );
  });

  it('are none where the file has none for each class, or its projection in another precision', () => {
    const { graph, ...others } = trained(bolts, nuts);
    for (const gone of [classNames.votes, bankNames.projection]) {
      const initializer = graph.initializer!.filter(({ name }) => name !== gone);
      expect(classMemories({ ...others, graph: { ...graph, initializer } })).toBeUndefined();
    }
  });

  it('hold halves, which keep what is out of reach', () => {
    const rows = Float32Array.of(0.1, far, ...new Array(width - 2).fill(1 / 3));
    const { entries } = memoryOf(rows, shape);
    expect([...entries.subarray(0, 3)]).toEqual([0.0999755859375, far, 0.333251953125]);
    const stored = classMemories(withMemories(trained(bolts, nuts), [memoryOf(rows, shape), nuts]));
    expect(stored!.classes[0]!.entries).toEqual(entries);
  });
});

describe('a class that joins', () => {
  it.each([
    [1, [bolts], 'to one alone'],
    [2, [bolts, nuts], 'to two'],
  ])('makes the file that a training with it makes, %i before', async (_, before) => {
    const changed = withMemories(trained(...before), [...before, caps]);
    expect(Buffer.from(encodeModel(changed)).equals(encodeModel(trained(...before, caps)))).toBe(true);
  });

  it('leaves images of the others their class and their score to the last bit', async () => {
    const before = await said(trained(bolts, nuts));
    const after = await said(withMemories(trained(bolts, nuts), [bolts, nuts, caps]));
    expect(before.classOf).toEqual([0, 1, expect.any(Number), 0, 1]);
    expect(after.classOf).toEqual([0, 1, 2, 0, 1]);
    for (const image of [0, 1, 3, 4])
      expect(scoresOf(after.score, image)).toEqual(scoresOf(before.score, image));
    expect(scoresOf(after.score, 2)).not.toEqual(scoresOf(before.score, 2));
  });
});

describe('a class that joins where an input is seen in tiles', () => {
  const grid = { rows: 8, columns: 8 };
  const zones = zonesOfPatches(grid);
  const spreadOfZones = (place: number) => [
    ...Array.from({ length: rimZones }, (_, zone) => 3 + place - zone / 8),
    ...Array.from({ length: rimZones }, (_, zone) => 0.5 + place + zone / 4),
    -0.25 * place,
    0.125,
    1.5 + place,
  ];
  const withZones = (memory: ClassMemory, place: number) => ({ ...memory, spread: spreadOfZones(place) });
  const [bolt, nut, cap] = [withZones(bolts, 0), withZones(nuts, 1), withZones(caps, 2)];
  const inTiles = (...classes: readonly ClassMemory[]) =>
    trainedWith(classes, {
      // Not read where there are zones.
      distance: classes.map(() => ({ mean: 0, deviation: 1 })),
      network: classes.map(({ spread }) => ({
        mean: spread![2 * rimZones]!,
        deviation: spread![2 * rimZones + 1]!,
      })),
      networkWeight: 0.5,
      rim: {
        grid,
        zones,
        ofClasses: classes.map(({ spread }) => ({
          means: spread!.slice(0, rimZones),
          deviations: spread!.slice(rimZones, 2 * rimZones),
          level: spread!.at(-1)!,
        })),
      },
    });

  it('is read with all its numbers, and makes the file that a training with it makes', () => {
    const close = ({ spread }: ClassMemory) => spread!.map((value) => Math.fround(value));
    expect(classMemories(inTiles(bolt, nut))!.classes.map(({ spread }) => spread)).toEqual(
      [bolt, nut].map(close),
    );
    const changed = withMemories(inTiles(bolt, nut), [bolt, nut, cap]);
    expect(Buffer.from(encodeModel(changed)).equals(encodeModel(inTiles(bolt, nut, cap)))).toBe(true);
  });

  it('has distances that its own spread can be measured by', () => {
    expect(withUnfusedScores(inTiles(bolt, nut))!.kinds).toEqual(['distance', 'network']);
  });
});

describe('entries that join a class', () => {
  it('change no vote, and only scores of its own images, which come nearer', async () => {
    const more = drawnEntries(1, 300);
    const before = await said(trained(bolts, nuts, caps));
    const memories = [bolts, withEntries(nuts, more, shape), caps];
    expect(memories[1]!.lengths.length).toBe(nuts.lengths.length + 300);
    const after = await said(withMemories(trained(bolts, nuts, caps), memories));
    expect(after.shares).toEqual(before.shares);
    for (const image of [0, 2, 3])
      expect(scoresOf(after.score, image)).toEqual(scoresOf(before.score, image));
    const total = (scores: Float32Array) => scoresOf(scores, 1).reduce((sum, each) => sum + each, 0);
    expect(total(after.score)).toBeLessThan(total(before.score));
  });

  it('stay behind its own where it has fewer than it could be recognised by', () => {
    const model = withMemories(trained(bolts, nuts), [bolts, withEntries(nuts, drawnEntries(1, 300), shape)]);
    const { heads, entries } = classMemories(model)!.classes[1]!;
    expect(Math.max(...heads)).toBeLessThan(nuts.lengths.length);
    expect(heads).toHaveLength(headSize);
    expect(entries.subarray(0, nuts.entries.length)).toEqual(nuts.entries);
  });
});

describe('a class that leaves', () => {
  it('leaves the file of the others, whichever it is', () => {
    for (const out of [0, 1, 2]) {
      const all = [bolts, nuts, caps];
      const left = all.filter((_, index) => index !== out);
      const changed = withMemories(trained(...all), left);
      expect(Buffer.from(encodeModel(changed)).equals(encodeModel(trained(...left)))).toBe(true);
    }
  });
});

describe('a changed detector', () => {
  it('can be asked without an image, and for the patches that entries are chosen from', async () => {
    const model = withMemories(trained(bolts, nuts), [bolts, nuts, caps]);
    const count = [bolts, nuts, caps].reduce((sum, { lengths }) => sum + lengths.length, 0);
    const entryImages = Array.from({ length: count }, (_, entry) => entry % 7);
    const all = await said(withProjection(askedWithoutOneImage(model, entryImages)), {
      training_image: int64([99], [1]),
    });
    expect(all.score).toEqual((await said(model)).score);
    const { projected } = await runGraph(
      { x: { data: features, shape: [images * patches, channels] } },
      (graph, { x }) => ({
        projected: projectFeatures(x!, {
          mean: graph.constant('mean', mean, [channels]),
          projection: graph.constant('projection', projection, [channels, width]),
        }),
      }),
    );
    expect([...floats(all.projected)]).toEqual(projected!.data);
    const without = await said(askedWithoutOneImage(model, entryImages), { training_image: int64([3], [1]) });
    expect(without.score).not.toEqual(all.score);
    const ranked = askedWithoutOneImage(model, entryImages, entryImages);
    const below = (image: number, rank: number) =>
      said(ranked, { training_image: int64([image], [1]), below_rank: int64([rank], [1]) });
    expect((await below(3, 7)).score).toEqual(without.score);
    const left = await said(withoutEntriesOf(model, entryImages, new Set([4, 5, 6])));
    (await below(99, 4)).score.forEach((score, row) => {
      expect(score).toBeCloseTo(left.score[row]!, 4);
    });
  });
});

describe('the scores before they are fused', () => {
  it('give the fused score by the spread of the class that was searched', async () => {
    const model = trained(bolts, nuts, caps);
    const { score, classOf } = await said(model);
    const open = withUnfusedScores(model)!;
    expect(open.kinds).toEqual(['distance', 'network']);
    const session = await (await nodeEngine({ threads: 2 })).load(encodeModel(open.model));
    const outputs = await session.run({ features: float32(features, [images * patches, channels]) });
    await session.release();
    const distance = floats(outputs[unfusedNames.distance]);
    const network = floats(outputs[unfusedNames.network]);
    expect(new Set(classOf).size).toBeGreaterThan(1);
    score.forEach((value, row) => {
      const [far, farDeviation, mean, deviation] = spreadAt(classOf[Math.floor(row / patches)]!);
      const expected = (distance[row]! - far!) / farDeviation! + (0.5 * (network[row]! - mean!)) / deviation!;
      expect(value).toBeCloseTo(expected, 3);
    });
  });

  it('are none where nothing is fused', () => {
    const { graph, ...rest } = trained(bolts, nuts);
    const node = (graph.node ?? []).filter(({ opType }) => opType !== 'Gather');
    expect(withUnfusedScores({ ...rest, graph: { ...graph, node } })).toBeUndefined();
  });
});
