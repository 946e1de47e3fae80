/** @file Regions of interest in a detector's graph: what is outside has no part in score, map or class, and a class without a region keeps its numbers to the last bit. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { classMemories, memoryOf, withMemories } from '../../../../src/detector/bank-classes.ts';
import { classInput, classTensor } from '../../../../src/detector/class-input.ts';
import { anomalyMap, imageScore, mapMatrix } from '../../../../src/detector/heat/anomaly-map.ts';
import { withWhole } from '../../../../src/detector/heat/whole-scores.ts';
import { hasRegions, regionsIn } from '../../../../src/detector/roi/roi-constants.ts';
import { withRegions } from '../../../../src/detector/roi/roi-graph.ts';
import {
  concat,
  decodeModel,
  encodeModel,
  Graph,
  gather,
  type ModelProto,
  reshape,
} from '../../../../src/graph/index.ts';
import { rimZones, zonesOfPatches } from '../../../../src/image/rim.ts';
import {
  type ClassRegions,
  regionOfInterest,
  wholeRegion,
} from '../../../../src/image/roi/region-of-interest.ts';
import { cladModel } from '../../../../src/methods/clad/patch-scores.ts';
import { patchcoreModel } from '../../../../src/methods/patchcore/patchcore.ts';
import type { PatchModel } from '../../../../src/methods/shared/patch-model.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const width = 6;
const grid = { rows: 6, columns: 8 };
const size = { width: 40, height: 24 };
const [patches, perMap] = [48, 40 * 24];
const engine = await nodeEngine({ threads: 2 });
const classes = ['bolt', 'nut'];
/** Entries of a class, around a place of its own. */
const entriesAt = (place: number, count: number) =>
  new Random('entries', place)
    .fillNormal(new Float32Array(count * width))
    .map((value, at) => value + (at % width === place ? 6 : 0));
const counts = [40, 30];
const entries = Float32Array.from([...entriesAt(0, counts[0]!), ...entriesAt(1, counts[1]!)]);
const entryClasses = [...new Array<number>(40).fill(0), ...new Array<number>(30).fill(1)];
const entryImages = entryClasses.map((_, entry) => entry % 5);
const norms = Float32Array.from(entryClasses, (_, entry) =>
  entries.subarray(entry * width, (entry + 1) * width).reduce((sum, value) => sum + value ** 2, 0),
);
const identity = Float32Array.from({ length: width ** 2 }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
const bank = {
  entries: { shape: [70, width], data: entries },
  norms: { shape: [70], data: norms },
  entryClasses,
  entryImages,
};

const trained = {
  classes,
  parameters: undefined,
  fitted: {
    kind: 'residual',
    width,
    noiseDeviation: new Float32Array(width),
    search: { neighbours: 3, shortlist: 6 },
    searchWidth: null,
    entryClasses,
    entryImages,
    arrays: {
      mean: { shape: [width], data: new Float32Array(width) },
      projection: { shape: [width, width], data: identity },
      entries: bank.entries,
      norms: bank.norms,
      whitening: { shape: [width], data: new Float32Array(width).fill(1) },
    },
  },
} as const;
const distance = [1, 2].map((deviation) => ({ mean: 1, deviation }));
const clad = cladModel(trained, { distance, networkWeight: 0 });
/** The same of tiles: patches near the rim are measured by their own spread, and an image by its own level. */
const tiled = cladModel(trained, {
  distance,
  networkWeight: 0,
  rim: {
    grid,
    zones: zonesOfPatches(grid),
    ofClasses: distance.map(({ mean, deviation }) => ({
      means: Array.from({ length: rimZones }, (_, zone) => mean + (rimZones - 1 - zone) / 10),
      deviations: new Array<number>(rimZones).fill(deviation),
      level: 5,
    })),
  },
});

/** The same with the whole made small beside the tiles, the last patches of each image. */
const small = { rows: 2, columns: 3 };
/** Patches that it shows: inside the region of bolts, as what is outside is painted over before the whole is made small. */
const shownSmall = [0, 9, 18, 27, 32, 41];
const withSmall = { ...grid, whole: small };
const tiledAndWhole: PatchModel = (graph, features, count, own) => {
  const model = cladModel(
    { ...trained, voting: patches },
    {
      distance,
      networkWeight: 0,
      rim: {
        grid: withSmall,
        zones: zonesOfPatches(withSmall),
        ofClasses: distance.map(({ mean, deviation }) => ({
          means: new Array<number>(2 * rimZones).fill(mean),
          deviations: Array.from({ length: 2 * rimZones }, (_, zone) =>
            zone < rimZones ? deviation : 3 * deviation,
          ),
          level: 5,
        })),
      },
    },
  );
  const images = reshape(features, [-1, count, width], 'N');
  const copied = gather(images, graph.constant('copied', shownSmall, [6], 'int64'), 1);
  const all = reshape(concat([images, copied], 1), [-1, width], 'rows');
  const said = model(graph, all, count + 6, own);
  return { ...said, score: withWhole(said.score, withSmall) };
};

/** A detector's graph behind its features, as on-patches.ts makes it. */
function detector(model: PatchModel, topShare: number): ModelProto {
  const graph = new Graph();
  const said = model(graph, graph.input('features', 'float32', ['rows', width]), patches);
  const map = anomalyMap(said.score, grid, { ...size, blurSigma: 2 });
  graph.output('anomaly_map', map);
  graph.output('score', said.imageScore ?? imageScore(map, size, topShare));
  graph.output('class_share', said.shares);
  return decodeModel(graph.toBytes());
}

/** Of bolts the left half of the map and the upper right corner, less what a part of a patch is. */
const region = regionOfInterest(
  {
    ...size,
    data: Uint8Array.from({ length: perMap }, (_, pixel) =>
      pixel % 40 < 18 || (pixel % 40 > 34 && pixel < 5 * 40) ? 1 : 0,
    ),
  },
  grid,
);
const boltsAlone: ClassRegions = [region, undefined];

/** Features of images near classes. @param at - whether a patch is to be like nothing */
const imagesNear = (
  near: readonly number[],
  isOdd: (patch: number, image: number) => boolean = () => false,
) =>
  Float32Array.from(
    near.flatMap((place, image) => {
      const rows = new Random('image', place, image).fillNormal(new Float32Array(patches * width));
      return Array.from(rows, (value, at) =>
        isOdd(Math.floor(at / width), image) ? 9 : value + (at % width === place ? 6 : 0),
      );
    }),
  );

/** @param cells - of each image, where the model finds the part in them */
async function said(
  model: ModelProto,
  features: Float32Array,
  given?: readonly number[],
  cells?: Uint8Array,
) {
  const bytes = Uint8Array.from(encodeModel(model));
  const input = classInput(bytes);
  if (given) bytes.set(input!.bytes, input!.at);
  const session = await engine.load(bytes);
  try {
    const images = features.length / width / patches;
    const outputs = await session.run({
      features: float32(features, [images * patches, width]),
      ...(given && { class_given: classTensor(given) }),
      ...(cells && { roi_cells: { dtype: 'uint8' as const, shape: [images, 24, 40], data: cells } }),
    });
    const shares = floats(outputs.class_share);
    return {
      score: Array.from(floats(outputs.score)),
      map: Array.from({ length: images }, (_, image) =>
        floats(outputs.anomaly_map).slice(image * perMap, (image + 1) * perMap),
      ),
      inside: outputs.inside?.data,
      shares: Array.from({ length: images }, (_, image) => [...shares.slice(2 * image, 2 * image + 2)]),
    };
  } finally {
    await session.release();
  }
}

const outsideOf = (patch: number) => region.patches[patch] === 0;

/** What is said of bolts without and with what is odd outside their region, which is the same. */
async function cleanAndSmudged(masked: ModelProto) {
  const clean = await said(masked, imagesNear([0]));
  const smudged = await said(
    masked,
    imagesNear([0], (patch) => outsideOf(patch)),
  );
  expect(smudged.score).toEqual(clean.score);
  expect(smudged.map).toEqual(clean.map);
  return [clean, smudged] as const;
}

describe.each([
  ['clad, mean of the highest', clad, 0.02],
  ['clad, the highest', clad, 0],
  ['patchcore', patchcoreModel(bank, 3, 2), 0],
  ['patchcore without neighbours', patchcoreModel(bank, 1, 2), 0],
  ['clad in tiles', tiled, 0.02],
] as const)('%s', (_, model, topShare) => {
  const plain = detector(model, topShare);
  const masked = withRegions(plain, boltsAlone);

  it('is left as it is where no class has a region', () => {
    expect(withRegions(plain, undefined)).toBe(plain);
    expect(withRegions(plain, [undefined, undefined])).toBe(plain);
    expect(hasRegions(plain)).toBe(false);
    expect(regionsIn(masked)).toEqual(boltsAlone);
  });

  it('keeps the class without a region as it was, to the last bit, also beside others', async () => {
    const nuts = imagesNear([1, 1], (patch, image) => patch === 20 && image === 1);
    const [before, after] = [await said(plain, nuts), await said(masked, nuts)];
    expect(after.score).toEqual(before.score);
    expect(after.map).toEqual(before.map);
    const beside = await said(masked, imagesNear([1, 0, 1]));
    expect(beside.score[0]).toBe(after.score[0]);
  });

  it('gives what is outside no part in score, map and class', async () => {
    const [clean, smudged] = await cleanAndSmudged(masked);
    for (const { shares } of [clean, smudged]) expect(shares[0]![0]).toBeGreaterThan(shares[0]![1]!);
    const defect = await said(
      masked,
      imagesNear([0], (patch) => patch === 17),
    );
    expect(outsideOf(17)).toBe(false);
    expect(defect.score[0]).toBeGreaterThan(clean.score[0]! + 1);
  });

  // Of tiles the model alone says less of a patch: the image's level is then of all of it.
  it.skipIf(model === tiled)(
    'has 0 outside, and inside the mean of what is inside around each pixel',
    async () => {
      const features = imagesNear([0], (patch) => patch === 17 || outsideOf(patch));
      const { map } = await said(masked, features);
      // The scores of the patches, out of a map without blur that is as large as the grid.
      const graph = new Graph();
      const own = model(graph, graph.input('features', 'float32', ['rows', width]), patches);
      graph.output('score', own.score);
      const session = await engine.load(graph.toBytes());
      const scores = floats((await session.run({ features: float32(features, [patches, width]) })).score);
      await session.release();
      const [down, across] = [mapMatrix(6, 24, 2), mapMatrix(8, 40, 2)];
      for (let pixel = 0; pixel < perMap; pixel += 7) {
        let [sum, weight] = [0, 0];
        for (let patch = 0; patch < patches; patch++) {
          const share =
            down[Math.floor(pixel / 40) * 6 + Math.floor(patch / 8)]! *
            across[(pixel % 40) * 8 + (patch % 8)]!;
          if (outsideOf(patch)) continue;
          sum += share * scores[patch]!;
          weight += share;
        }
        const expected = region.pixels[pixel] === 0 ? 0 : sum / weight;
        expect(map[0]![pixel]).toBeCloseTo(expected, 4);
      }
    },
  );

  it('is the same for images alone and together', async () => {
    const together = await said(masked, imagesNear([0, 1, 0]));
    const all = imagesNear([0, 1, 0]);
    for (const image of [0, 1, 2]) {
      const alone = await said(masked, all.slice(image * patches * width, (image + 1) * patches * width));
      expect(alone.map[0]).toEqual(together.map[image]);
      // Of a class without a region the mean is the engine's own, whose last digit may be another for several images.
      if (image === 1) expect(alone.score[0]).toBeCloseTo(together.score[image]!, 5);
      else expect(alone.score[0]).toBe(together.score[image]);
      expect(alone.shares[0]).toEqual(together.shares[image]);
    }
  });

  it('takes the region of the class that is given', async () => {
    const image = imagesNear([0], (patch) => outsideOf(patch));
    const [asBolt, asNut] = [await said(masked, image, [0]), await said(masked, image, [1])];
    expect(asBolt.score).toEqual((await said(masked, image)).score);
    expect(asBolt.map[0]![30]).toBe(0);
    expect(asNut.map[0]![30]).not.toBe(0);
    expect(asNut.score[0]).toBeGreaterThan(asBolt.score[0]!);
  });
});

describe.each([
  ['clad, mean of the highest', clad, 0.02],
  ['clad, the highest', clad, 0],
  ['patchcore', patchcoreModel(bank, 3, 2), 0],
  ['clad in tiles', tiled, 0.02],
] as const)('a region that follows the part: %s', (_, model, topShare) => {
  const plain = detector(model, topShare);
  const part = { ground: 5, dense: 0.5, wide: 0.25, open: 2, holes: 1, least: 0.25, most: 0.75, margin: 3 };
  const following: ClassRegions = [{ ...wholeRegion(size, grid), follows: part }, undefined];
  const followed = withRegions(plain, following);
  const all = new Uint8Array(perMap).fill(1);

  it('has the numbers of a region that is drawn where the part was found, and tells what is inside', async () => {
    const features = imagesNear([0], (patch) => patch === 17 || outsideOf(patch));
    const [found, drawn] = [
      await said(followed, features, [0], region.pixels),
      await said(withRegions(plain, boltsAlone), features, [0]),
    ];
    expect(found.score).toEqual(drawn.score);
    expect(found.map).toEqual(drawn.map);
    expect(found.inside).toEqual(region.pixels);
  });

  it('is of each image by itself, and leaves classes without one as they were, to the last bit', async () => {
    const features = imagesNear([0, 1, 0], (patch, image) => image === 1 && patch === 20);
    const cells = new Uint8Array(3 * perMap).fill(1);
    cells.set(region.pixels);
    const together = await said(followed, features, undefined, cells);
    const before = await said(plain, features);
    expect(together.score[1]).toBe(before.score[1]);
    expect(together.map[1]).toEqual(before.map[1]);
    const first = await said(followed, features.slice(0, patches * width), undefined, region.pixels);
    expect(together.score[0]).toBe(first.score[0]);
    expect(together.map[0]).toEqual(first.map[0]);
    expect(together.map[2]!.every((value) => value !== 0)).toBe(true);
  });

  it('lies within what is drawn of the class, and is all of that where nothing is left', async () => {
    const both = withRegions(plain, [{ ...region, follows: part }, undefined]);
    const features = imagesNear([0]);
    const upper = all.map((_, pixel) => (pixel < 12 * 40 ? 1 : 0));
    const { inside } = await said(both, features, [0], upper);
    expect(inside).toEqual(region.pixels.map((value, pixel) => value & upper[pixel]!));
    const beside = region.pixels.map((value) => 1 - value);
    const none = await said(both, features, [0], beside);
    expect(none.inside).toEqual(region.pixels);
    expect(none.score).toEqual((await said(withRegions(plain, boltsAlone), features, [0])).score);
  });

  it('is read out of the file again, and may be replaced', () => {
    const [bolts] = regionsIn(followed)!;
    expect(bolts?.follows).toEqual(part);
    expect(
      regionsIn(withRegions(followed, [{ ...bolts!, follows: undefined }, undefined]))![0]!.follows,
    ).toBe(undefined);
    expect(() => withRegions(withRegions(plain, boltsAlone), following)).toThrow('cannot have regions');
  });
});

describe('clad in tiles and as a whole', () => {
  const plain = detector(tiledAndWhole, 0.02);
  const ofBolts = regionOfInterest({ ...size, data: region.pixels }, withSmall);
  const masked = withRegions(plain, [ofBolts, undefined]);

  it('has regions of the map, and all of what is seen small', async () => {
    expect(ofBolts.patches.slice(patches)).toEqual(new Uint8Array(6).fill(1));
    expect(regionsIn(masked)).toEqual([ofBolts, undefined]);
    const nuts = imagesNear([1, 1], (patch, image) => patch === 20 && image === 1);
    const [before, after] = [await said(plain, nuts), await said(masked, nuts)];
    expect(after.score).toEqual(before.score);
    expect(after.map).toEqual(before.map);
    await cleanAndSmudged(masked);
  });

  it('is the same for images alone and together', async () => {
    const all = imagesNear([0, 0, 0]);
    const together = await said(masked, all);
    for (const image of [0, 1, 2]) {
      const alone = await said(masked, all.slice(image * patches * width, (image + 1) * patches * width));
      expect(alone.map[0]).toEqual(together.map[image]);
      expect(alone.score[0]).toBe(together.score[image]);
    }
  });
});

it('refuses a graph of another making', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['N']);
  for (const name of ['anomaly_map', 'score', 'class_share']) graph.output(name, x);
  expect(() => withRegions(decodeModel(graph.toBytes()), boltsAlone)).toThrow('cannot have regions');
});

describe('a class with a region that joins a finished detector', () => {
  const caps = memoryOf(entriesAt(2, 25), { width, searchWidth: null }, [1, 1], region);

  it.each([
    ['without regions', detector(clad, 0.02)],
    ['with a region', withRegions(detector(clad, 0.02), boltsAlone)],
  ])('leaves the others as they are, and leaves again: %s', async (_, model) => {
    const { classes: own } = classMemories(model)!;
    const grown = withMemories(model, [...own, caps]);
    expect(regionsIn(grown)).toEqual([own[0]!.region, undefined, region]);
    const images = imagesNear([0, 1]);
    const [before, after] = [await said(model, images), await said(grown, images)];
    expect(after.score).toEqual(before.score);
    expect(after.map).toEqual(before.map);
    const [clean, smudged] = [imagesNear([2]), imagesNear([2], (patch) => outsideOf(patch))];
    expect((await said(grown, smudged)).score).toEqual((await said(grown, clean)).score);
    const gone = withMemories(grown, own);
    expect(await said(gone, images)).toEqual(before);
  });
});
