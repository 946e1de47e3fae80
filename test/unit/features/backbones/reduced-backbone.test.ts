import { describe, expect, it } from 'vitest';
import { halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import type { Backbone } from '../../../../src/features/backbones/loaded-backbone.ts';
import { reducedBackbone } from '../../../../src/features/backbones/reduced-backbone.ts';
import { Extractor, planFeatures } from '../../../../src/features/patches/extractor.ts';
import {
  add,
  conv,
  decodeModel,
  Graph,
  matmul,
  relu,
  reshape,
  type Tensor,
  transpose,
} from '../../../../src/graph/index.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { proceduralTexture } from '../../../../src/synthesis/procedural-textures.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 1 });
const reduced = (backbone: Backbone, precision: 'fp16' | 'int8') =>
  reducedBackbone(backbone, precision, engine, engine);
const operators = ({ model }: Backbone) => (model.graph.node ?? []).map(({ opType }) => opType);

/** A backbone of one layer at stride 8. @param build - from 8 channels of a convolution on the image */
function network(build: (map: Tensor) => Tensor): Backbone {
  const graph = new Graph();
  const image = graph.input('pixels', 'float32', ['N', 3, 64, 64]);
  const map = conv(image, weight(graph, [8, 3, 8, 8]), undefined, { stride: 8 });
  graph.output('layer2', build(map));
  const { card } = tinyBackbone();
  const layers = [{ name: 'layer2', channels: 8, stride: 8 }];
  return {
    card: { ...card, name: 'other', layers, sha256: '0' },
    model: decodeModel(graph.toBytes()),
    path: '/other.onnx',
    sha256: '0',
    assumed: [],
  };
}

function weight(graph: Graph, shape: readonly number[]): Tensor {
  const count = shape.reduce((all, size) => all * size, 1);
  const values = new Random('reduced', shape.join()).fillNormal(new Float32Array(count));
  const scale = Math.sqrt(2 / (count / (shape[0] as number)));
  return graph.constant(
    'weight',
    values.map((value) => value * scale),
    shape,
  );
}

/** Patch features of a texture, as a training has them. */
async function featuresOf(backbone: Backbone): Promise<Float32Array> {
  const options = {
    geometry: { width: 64, height: 64 },
    layers: ['layer2', 'layer3'],
    fineLayers: [],
    fineWeight: 1,
    aggregation: { aggregation: 'concatenated' } as const,
  };
  const extractor = await Extractor.create(engine, backbone, await planFeatures(engine, backbone, options));
  const image = proceduralTexture({ width: 64, height: 64 }, new Random('another texture'));
  try {
    return halvesToFloats(await extractor.extract([image]));
  } finally {
    await extractor.release();
  }
}

describe('a backbone in another precision', () => {
  it('is one of its own, the same bytes each time, and says how far off it is', async () => {
    const whole = tinyBackbone();
    const expected = await featuresOf(whole);
    const deviation = (from: Float32Array) =>
      Math.sqrt(from.reduce((sum, value, at) => sum + (value - expected[at]!) ** 2, 0) / from.length);
    const spread = deviation(new Float32Array(expected.length));
    for (const [precision, most] of [
      ['fp16', 0.005],
      ['int8', 0.1],
    ] as const) {
      const made = await reduced(whole, precision);
      expect(made.precision).toBe(precision);
      expect(made.card).toMatchObject({ name: 'tiny', layers: whole.card.layers, sha256: made.sha256 });
      expect(made.sha256).not.toBe(whole.sha256);
      expect((await reduced(whole, precision)).sha256).toBe(made.sha256);
      expect(made.assumed).toEqual([
        expect.stringMatching(
          new RegExp(`^tiny in ${precision}: its layers are off by [\\d.e-]+ %.*takes [\\d.]+ of the time`),
        ),
      ]);
      const off = deviation(await featuresOf(made)) / spread;
      expect(off).toBeGreaterThan(0);
      expect(off).toBeLessThan(most);
    }
  });

  it('multiplies whole numbers where that saves time: products with weights, and convolutions before cheap functions', async () => {
    const products = await reduced(
      network((map) => {
        const tokens = transpose(reshape(map, [-1, 8, 64]), [0, 2, 1]);
        const wide = matmul(relu(tokens), weight(map.graph, [8, 512]));
        const back = matmul(relu(wide), weight(map.graph, [512, 8]));
        return reshape(transpose(back, [0, 2, 1]), [-1, 8, 8, 8]);
      }),
      'int8',
    );
    // A rounded value for each of both products, and none for the convolution on the image.
    expect(operators(products).filter((each) => each === 'QuantizeLinear')).toHaveLength(2);
    const [gained, not] = await Promise.all(
      ['Relu', 'Erf'].map((opType) =>
        reduced(
          network((map) => {
            const more = conv(map, weight(map.graph, [8, 8, 1, 1]), undefined);
            const [after] = map.graph.add(
              opType as 'Relu',
              [more],
              [{ dtype: 'float32', shape: more.shape }],
            );
            return add(
              conv(map, weight(map.graph, [8, 8, 3, 3]), undefined, { padding: 1 }),
              after as Tensor,
            );
          }),
          'int8',
        ),
      ),
    );
    const rounded = (each: Backbone | undefined) =>
      operators(each as Backbone).filter((name) => name === 'QuantizeLinear').length;
    expect([rounded(gained), rounded(not)]).toEqual([3, 2]);
  });

  it('is refused where 8 bits speed nothing up, and where they leave other numbers', async () => {
    const nothing = reduced(network(relu), 'int8');
    await expect(nothing).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(nothing).rejects.toThrow('other has nothing that int8 could speed up');
    // One channel is a million times the others, which alone are used: all steps of the scale are the one's.
    const drowned = network((map) => {
      const { graph } = map;
      const unit = graph.constant('unit', [1e6, 1, 1, 1, 1, 1, 1, 1], [1, 8, 1, 1]);
      const [scaled] = graph.add('Mul', [map, unit], [{ dtype: 'float32', shape: map.shape }]);
      const used = Float32Array.from({ length: 64 }, (_, at) => (at % 8 === 0 ? 0 : (at % 5) - 2));
      return conv(scaled as Tensor, graph.constant('used', used, [8, 8, 1, 1]), undefined);
    });
    const lost = reduced(drowned, 'int8');
    await expect(lost).rejects.toMatchObject({ code: 'BACKBONE_UNSUITABLE' });
    await expect(lost).rejects.toThrow(/in int8 its layers give other numbers .*; use fp32/);
  });
});
