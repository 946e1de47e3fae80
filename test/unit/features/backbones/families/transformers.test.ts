import { describe, expect, it } from 'vitest';
import type { Safetensor } from '../../../../../src/core/safetensors.ts';
import { buildFromWeights } from '../../../../../src/features/backbones/families/families.ts';
import type { WeightHints } from '../../../../../src/features/backbones/families/weight-hints.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import { expectGolden, type GoldenLayer, transformerWeight } from '../../../../helpers/golden-weights.ts';

interface Golden {
  readonly models: Record<
    string,
    { image: number[]; weights: Record<string, number[]>; layers: Record<string, GoldenLayer> }
  >;
}

type Weights = Record<string, Safetensor>;

const { models } = fixture<Golden>('transformers.json');
const engine = await nodeEngine({ threads: 2 });

function weightsOf(name: string): Weights {
  const shapes = Object.entries(models[name]!.weights);
  return Object.fromEntries(shapes.map(([key, shape]) => [key, transformerWeight(key, shape)]));
}

const build = (tensors: Weights, hints: WeightHints = {}, path = 'x.safetensors') =>
  buildFromWeights({ tensors, path, hints });

/** What shapes cannot show. */
const hintsOf: Record<string, WeightHints> = {
  'clip hugging-face': { activation: 'quick_gelu' },
  'clip openai': { activation: 'quick-gelu' },
  'clip timm': { activation: 'gelu' },
};

describe('a vision transformer from a state dict computes what PyTorch computes', () => {
  it.each(Object.keys(models))('%s', async (name) => {
    const { image, layers } = models[name]!;
    const built = build(weightsOf(name), hintsOf[name]);
    expect(built.architecture).toMatch(new RegExp(`^${name.split(' ')[0]}_128x2`));
    expect(built.layers.map((layer) => layer.name)).toEqual(Object.keys(layers));
    expect(built.layers.map(({ stride }) => image[2]! / stride)).toEqual(
      Object.values(layers).map(({ shape }) => shape[2]),
    );
    await expectGolden(engine, built, image, layers, 2e-5);
  });
});
