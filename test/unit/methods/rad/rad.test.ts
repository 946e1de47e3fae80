/** @file RAD against PyTorch (tools/make-untrained-golden.py) and, for any grid and radius, against a search through all patches. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatsToHalves, halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { askedWithoutOneImage, hasBank, withoutEntriesOf } from '../../../../src/detector/bank-entries.ts';
import { detectorGraph } from '../../../../src/detector/detector-graph.ts';
import { decodeModel, encodeModel, Graph, type ModelProto } from '../../../../src/graph/index.ts';
import { gateOf } from '../../../../src/methods/rad/gate.ts';
import { fitMemory, type RadMemory, radLayout } from '../../../../src/methods/rad/rad-memory.ts';
import { type RadSearch, radModel } from '../../../../src/methods/rad/rad-model.ts';
import { radPresets, spreadBlocks } from '../../../../src/methods/rad/rad-options.ts';
import { emptyMemory, layoutOf, plannedBytes, requireFits } from '../../../../src/methods/rad/rad-plan.ts';
import { patchDetector } from '../../../../src/methods/shared/on-patches.ts';
import { patchView } from '../../../../src/methods/shared/patch-view.ts';
import { float32, floats, int64 } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { makeStore, withFolder } from '../../../helpers/made-store.ts';
import { runGraph } from '../../../helpers/run-graph.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';
import { patchesOfImage, places, untrained, untrainedStore, width } from '../../../helpers/untrained.ts';

const engine = await nodeEngine({ threads: 1 });
const { classes, widths, neighbours, radius } = untrained;
const layout = radLayout(
  ['layer2', 'layer3', 'class'].map((name, at) => ({ name, channels: widths[at]! })),
  'class',
);
const memoryOf = (components: number | null) =>
  withFolder(async (folder) =>
    fitMemory(engine, await untrainedStore(folder), layout, { seed: 0, components }),
  );
const memory = await memoryOf(null);
const queries = classes.map((own) => patchesOfImage(`${own} query`, own));

async function said(
  of: RadMemory,
  search: RadSearch,
  rows: readonly Float32Array[],
  patches = places,
  own?: number,
) {
  const data = rows.flatMap((each) => [...each]);
  const wide = rows[0]!.length / patches;
  const { score, shares } = await runGraph(
    { x: { data, shape: [data.length / wide, wide] } },
    (graph, { x }) => {
      const id = own === undefined ? undefined : graph.constant('own', [own], [1], 'int64');
      const found = radModel(of, search)(graph, x!, patches, id);
      return { score: found.score, shares: found.shares };
    },
  );
  return { score: score!.data, shares: shares!.data };
}

const close = (found: readonly number[], expected: readonly number[], digits = 3) => {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at]!, digits);
  });
};

describe('a patch is compared with those of the nearest images', () => {
  it.each([
    ['near its own place', radius, untrained.near],
    ['anywhere', null, untrained.anywhere],
    ['anywhere, by a radius that covers the grid', untrained.side, untrained.anywhere],
  ])('%s, as PyTorch does it', async (_, within, expected) => {
    const { score, shares } = await said(memory, { neighbours, radius: within }, queries);
    for (const [at, name] of classes.entries()) {
      close(score.slice(at * places, (at + 1) * places), expected[name]!);
      expect(shares[at * classes.length + at]).toBeGreaterThan(0.5);
    }
    const alone = await said(memory, { neighbours, radius: within }, [queries[1]!]);
    expect(alone.score).toEqual(score.slice(places));
  });

  it('of the others alone while thresholds are set', async () => {
    const own = patchesOfImage('nut 4', 'nut');
    const search = { neighbours, radius };
    close((await said(memory, search, [own], places, 4 * classes.length)).score, untrained.others);
    // It would be its own nearest.
    close((await said(memory, search, [own])).score, new Array(places).fill(0));
  });

  it('with all components kept as without components, and nearly so with most', async () => {
    expect(await memoryOf(99)).toEqual(memory);
    const search = { neighbours, radius };
    const { score } = await said(await memoryOf(4), search, queries);
    const whole = await said(memory, search, queries);
    const apart = score.map((value, at) => Math.abs(value - whole.score[at]!));
    expect(Math.max(...apart)).toBeLessThan(0.15);
    expect(Math.max(...apart)).toBeGreaterThan(0);
  });
});

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [product, left, right] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    product += a[at]! * b[at]!;
    left += a[at]! ** 2;
    right += b[at]! ** 2;
  }
  return product / Math.sqrt(left * right);
};

/** A memory of one layer, whose mean over the places is the descriptor, and what it was made of. */
function drawnMemory(rows: number, columns: number, imagesOf: readonly number[], seed: number) {
  const kept = 5;
  const grid = { rows, columns };
  const random = new Random('memory', seed);
  const empty = emptyMemory(
    radLayout([{ name: 'a', channels: kept }], 'class'),
    { ...radPresets.published.memory },
    grid,
    imagesOf,
  );
  const patches = random.fillNormal(new Float32Array(empty.layers[0]!.patches.length));
  const descriptors = random.fillNormal(new Float32Array(empty.descriptors.length));
  for (const rows of [patches, descriptors])
    for (let at = 0; at < rows.length; at += kept) {
      const length = Math.hypot(...rows.subarray(at, at + kept));
      for (let axis = 0; axis < kept; axis++) rows[at + axis]! /= length;
    }
  const halves = floatsToHalves(patches);
  const made: RadMemory = { ...empty, descriptors, layers: [{ ...empty.layers[0]!, patches: halves }] };
  return { made, values: halvesToFloats(halves), kept, random };
}

describe('the gate', () => {
  it('finds what a search through all patches near a place finds, on any grid', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.option(fc.integer({ min: 0, max: 7 })),
        fc.nat(1000),
        async (rows, columns, imagesOf, within, seed) => {
          const { made, values, kept, random } = drawnMemory(rows, columns, imagesOf, seed);
          const count = made.images.length;
          const query = random.fillNormal(new Float32Array(rows * columns * kept));
          const patches = rows * columns;
          const mean = Array.from({ length: kept }, (_, axis) => {
            let sum = 0;
            for (let place = 0; place < patches; place++) sum += query[place * kept + axis]!;
            return sum;
          });
          const alike = made.images.map((_, image) => {
            const own = made.descriptors.subarray(image * kept, (image + 1) * kept);
            return cosine(mean, own);
          });
          const nearest = alike.indexOf(Math.max(...alike));
          const own = made.imageClasses[nearest];
          const wanted = 2;
          const used = alike
            .map((value, image) => ({ value, image }))
            .filter(({ image }) => made.imageClasses[image] === own)
            .sort((a, b) => b.value - a.value)
            .slice(0, wanted);
          const expected = Array.from({ length: patches }, (_, place) => {
            const [row, column] = [Math.floor(place / columns), place % columns];
            let best = -9;
            for (let other = 0; other < patches; other++) {
              const away = Math.max(
                Math.abs(Math.floor(other / columns) - row),
                Math.abs((other % columns) - column),
              );
              if (within !== null && away > within) continue;
              for (const { image } of used) {
                const at = (other * count + image) * kept;
                best = Math.max(
                  best,
                  cosine(query.subarray(place * kept, (place + 1) * kept), values.subarray(at, at + kept)),
                );
              }
            }
            return 1 - best;
          });
          const { score } = await said(made, { neighbours: wanted, radius: within }, [query], patches);
          close(score, expected);
        },
      ),
      { numRuns: 40 },
    ));

  it('that covers the grid lets every place be compared with every other', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), (rows, columns) => {
        const gate = gateOf({ rows, columns }, 7);
        for (let place = 0; place < rows * columns; place++) {
          const reached = new Set<number>();
          for (let shift = 0; shift < gate.shifts; shift++) {
            const at = place * gate.shifts + shift;
            if (gate.inside[at]) reached.add(Math.floor(gate.found[at]! / gate.shifts));
          }
          expect(reached.size).toBe(rows * columns);
        }
      }),
    ));
});

describe('the finished file', () => {
  /** What it says of an image of the memory, changed as `clad update` and `clad assess` change it. */
  async function scores(change: (model: ModelProto) => ModelProto, image?: number): Promise<number[]> {
    const graph = new Graph();
    const rows = graph.input('rows', 'float32', [places, width]);
    graph.output('score', radModel(memory, { neighbours, radius })(graph, rows, places).score);
    const session = await engine.load(encodeModel(change(decodeModel(graph.toBytes()))));
    try {
      const feeds = {
        rows: float32(patchesOfImage('nut 4', 'nut'), [places, width]),
        ...(image !== undefined && { training_image: int64([image], [1]) }),
      };
      return [...floats((await session.run(feeds)).score)];
    } finally {
      await session.release();
    }
  }
  const own = 4 * classes.length;

  it('can be asked without one image, so that no image is judged by itself later either', async () => {
    expect(hasBank(decodeModel(new Graph().toBytes()))).toBe(false);
    const asked = (model: ModelProto) => askedWithoutOneImage(model, memory.images);
    close(await scores(asked, own), untrained.others);
    close(await scores(asked, 99), new Array(places).fill(0));
  });

  it('loses the images that turn out not to be good', async () => {
    const gone = new Set([own]);
    close(await scores((model) => withoutEntriesOf(model, memory.images, gone)), untrained.others);
  });
});

describe('the memory', () => {
  it('is refused for a class of one image, and where no ONNX file can hold it, with what would fit', () =>
    withFolder(async (folder) => {
      const alone = await makeStore(folder, {
        width: 2,
        gridSide: 1,
        classes: ['nut', 'bolt'],
        shards: [3],
        rowOf: ({ id }) => [id + 1, 1],
      });
      const one = radLayout([{ name: 'a', channels: 2 }], 'class');
      await expect(fitMemory(engine, alone, one, { seed: 0, components: null })).rejects.toThrow(
        /good images of class bolt to be two at least.*, got 1/,
      );
      const vit = radLayout(
        [768, 768, 768, 768, 768].map((channels, at) => ({ name: at < 4 ? `${at}` : 'class', channels })),
        'class',
      );
      const { memory: published } = radPresets.published;
      expect(() => requireFits(vit, published, 3629, 784)).toThrow(
        /memory\.components to be at most 79 for 3629 images .* got null, which is 17\.5 GB/,
      );
      requireFits(vit, { ...published, components: 79 }, 3629, 784);
      requireFits(vit, published, 373, 784);
      expect(() => requireFits(vit, published, 1e9, 784)).toThrow(/fewer images/);
    }));

  it('makes a file of exactly as many bytes as were planned', async () => {
    const backbone = tinyBackbone();
    const options = {
      ...radPresets.fast,
      features: { ...radPresets.fast.features, inputSize: 64 },
      memory: { ...radPresets.fast.memory, components: 4 },
    };
    const view = await patchView(
      { ...options, features: { ...options.features, fineLayers: [] } },
      backbone,
      { engine },
    );
    const own = layoutOf({ backbone, view });
    const wide = own.layers.reduce((sum, layer) => sum + layer.width, 0);
    const random = new Random('planned');
    await withFolder(async (folder) => {
      const store = await makeStore(folder, {
        width: wide,
        gridSide: 8,
        classes: ['nut', 'bolt'],
        shards: [5],
        rowOf: () => Array.from({ length: wide }, () => random.normal()),
      });
      const made = await fitMemory(engine, store, own, { seed: 0, components: 4 });
      const detector = patchDetector({
        backbone,
        view,
        model: radModel(made, options.memory),
        score: options.score,
      });
      const { length } = detectorGraph(detector, ['nut', 'bolt'], { size: view.geometry }).toBytes();
      const dataset = { root: '', classes: ['nut', 'bolt'], samples: [] };
      expect(plannedBytes({ options, view, backbone, dataset } as never, own, [3, 2])).toBe(length);
    });
  });

  it('takes the published blocks, and those as deep of other transformers', () => {
    expect(spreadBlocks(12)).toEqual([4, 7, 10, 12]);
    expect(spreadBlocks(24)).toEqual([8, 14, 20, 24]);
    expect(spreadBlocks(2)).toEqual([1, 2]);
  });

  it('has the mean of the deepest layer as descriptor where there is no class token', () => {
    const { descriptor, layers } = radLayout(
      [
        { name: 'layer2', channels: 3 },
        { name: 'layer3', channels: 4 },
      ],
      'class',
    );
    expect(descriptor).toMatchObject({ start: 3, width: 4 });
    expect(layers).toHaveLength(2);
    expect(width).toBe(layout.descriptor.start + layout.descriptor.width);
    expect(layout.layers).toHaveLength(2);
  });
});
