/** @file The look at an image that tells its class, before its region is looked at: in tiles, of a detector of one class, one of them. */
import { expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { classMemories, memoryOf, withMemories } from '../../../../src/detector/bank-classes.ts';
import { anomalyMap, imageScore } from '../../../../src/detector/heat/anomaly-map.ts';
import { withRegions } from '../../../../src/detector/roi/roi-graph.ts';
import { backboneFeatures, planFeatures } from '../../../../src/features/patches/extractor.ts';
import { decodeModel, encodeModel, Graph, type ModelProto } from '../../../../src/graph/index.ts';
import { valueInfo } from '../../../../src/graph/write.ts';
import { regionOfInterest } from '../../../../src/image/roi/region-of-interest.ts';
import { cladModel } from '../../../../src/methods/clad/patch-scores.ts';
import { floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 1 });
const size = { width: 128, height: 96 };
const plan = await planFeatures(engine, tinyBackbone(), {
  geometry: size,
  layers: ['layer2', 'layer3'],
  fineLayers: [],
  fineWeight: 1,
  aggregation: { aggregation: 'concatenated' },
  tiling: { width: 64, height: 64, overlap: 32 },
});
const [grid, patches, width] = [{ rows: 12, columns: 16 }, 12 * 16, 22];
const entries = (place: number) =>
  new Random('entries', place).fillNormal(new Float32Array(40 * width)).map((value) => value + place);

/** A detector of one class. */
function detector(): ModelProto {
  const data = entries(0);
  const entryClasses = new Array<number>(40).fill(0);
  const model = cladModel(
    {
      classes: ['bolt'],
      parameters: undefined,
      fitted: {
        kind: 'residual',
        width,
        noiseDeviation: new Float32Array(width),
        search: { neighbours: 3, shortlist: 6 },
        searchWidth: null,
        entryClasses,
        entryImages: entryClasses,
        arrays: {
          mean: { shape: [width], data: new Float32Array(width) },
          projection: {
            shape: [width, width],
            data: Float32Array.from({ length: width ** 2 }, (_, at) => (at % (width + 1) === 0 ? 1 : 0)),
          },
          entries: { shape: [40, width], data },
          norms: {
            shape: [40],
            data: Float32Array.from({ length: 40 }, (_, entry) =>
              data.subarray(entry * width, (entry + 1) * width).reduce((sum, value) => sum + value ** 2, 0),
            ),
          },
          whitening: { shape: [width], data: new Float32Array(width).fill(1) },
        },
      },
    },
    { distance: [{ mean: 1, deviation: 1 }], networkWeight: 0 },
  );
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const said = model(graph, backboneFeatures(graph, image, tinyBackbone(), plan), patches);
  const map = anomalyMap(said.score, grid, { ...size, blurSigma: 2 });
  graph.output('anomaly_map', map);
  graph.output('score', imageScore(map, size, 0.01));
  graph.output('class_share', said.shares);
  return decodeModel(graph.toBytes());
}

/** What is said of two images, and how many tiles are seen of each by the looks at it. */
async function said(model: ModelProto) {
  const loops = model.graph.node!.filter(({ attribute = [] }) =>
    attribute.some(({ g }) => g?.node?.some(({ opType }) => opType === 'Conv')),
  );
  const stacks = loops.map(({ output }) => output!.at(-1)!);
  const output = [
    ...model.graph.output!,
    ...stacks.map((name) => valueInfo(name, { dtype: 'float32', shape: ['tiles', 'N', 'taken', width] })),
  ];
  const session = await engine.load(encodeModel({ ...model, graph: { ...model.graph, output } }));
  try {
    const data = Uint8Array.from({ length: 2 * 96 * 128 * 3 }, (_, at) => (at * 7919) % 251);
    const outputs = await session.run({
      image: { dtype: 'uint8', shape: [2, 96, 128, 3], data },
    });
    return {
      tiles: stacks.map((name) => outputs[name]!.shape[0]),
      scores: [...floats(outputs.score)],
      map: floats(outputs.anomaly_map),
      shares: [...floats(outputs.class_share)],
    };
  } finally {
    await session.release();
  }
}

it('sees one tile where there is one class, and all of them where another joins', async () => {
  const inside = { ...size, data: Uint8Array.from({ length: 128 * 96 }, (_, at) => (at % 128 < 90 ? 1 : 0)) };
  const region = regionOfInterest(inside, grid);
  const one = withRegions(detector(), [region]);
  const nuts = memoryOf(entries(3), { width, searchWidth: null }, [1, 1], undefined);
  const two = withMemories(one, [...classMemories(one)!.classes, nuts]);
  const [alone, beside] = [await said(one), await said(two)];
  expect(alone.tiles).toEqual([1, 6]);
  expect(beside.tiles).toEqual([6, 6]);
  expect(alone.shares).toEqual([1, 1]);
  expect(alone.scores).toEqual(beside.scores);
  expect(alone.map).toEqual(beside.map);
});
