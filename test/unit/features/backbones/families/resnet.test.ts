import { describe, expect, it } from 'vitest';
import type { Safetensor } from '../../../../../src/core/safetensors.ts';
import { buildResnet } from '../../../../../src/features/backbones/families/resnet.ts';
import { nodeEngine } from '../../../../../src/runtime/node.ts';
import { fixture } from '../../../../helpers/fixtures.ts';
import { expectGolden, type GoldenLayer, weightBy } from '../../../../helpers/golden-weights.ts';

interface Golden {
  readonly side: number;
  readonly models: Record<
    string,
    {
      readonly weights: Record<string, number[]>;
      readonly layers: Record<string, GoldenLayer>;
    }
  >;
}

const golden = fixture<Golden>('resnet.json');
const engine = await nodeEngine({ threads: 2 });

/** As tools/make-resnet-golden.py has them. */
function weight(name: string, shape: readonly number[]): Safetensor {
  const bound = Math.sqrt(6 / ((shape[1] ?? 1) * (shape[2] ?? 1) * (shape[3] ?? 1)));
  const positive = /(running_var|weight)$/.test(name);
  return weightBy(name, shape, (value) => {
    if (shape.length === 4) return (2 * value - 1) * bound;
    return positive ? 0.5 + value : (2 * value - 1) * 0.1;
  });
}

function stateDict(architecture: string): Record<string, Safetensor> {
  const { weights } = golden.models[architecture]!;
  return Object.fromEntries(Object.entries(weights).map(([name, shape]) => [name, weight(name, shape)]));
}

describe.each(Object.keys(golden.models))('%s from a state dict', (architecture) => {
  it('computes what PyTorch computes', { timeout: 120_000 }, async () => {
    const built = buildResnet(stateDict(architecture), 'x.safetensors');
    expect(built.architecture).toBe(architecture);
    const { layers } = golden.models[architecture]!;
    expect(built.layers).toEqual(
      Object.entries(layers).map(([name, { shape }]) => ({
        name,
        channels: shape[1],
        stride: golden.side / shape[2]!,
      })),
    );
    await expectGolden(engine, built, [1, 3, golden.side, golden.side], layers);
  });
});

describe('a state dict', () => {
  const plain = stateDict('resnet18');
  const build = (change: (weights: Record<string, Safetensor>) => void) => () => {
    const weights = { ...plain };
    change(weights);
    return buildResnet(weights, 'x.safetensors');
  };

  it('may hold the fourth stage, the classifier, counters, and a prefix', () => {
    const whole = {
      ...plain,
      'layer4.0.conv1.weight': weight('x', [1]),
      'fc.weight': weight('x', [1]),
      'bn1.num_batches_tracked': { dtype: 'I64', shape: [], data: new BigInt64Array(1) } as const,
    };
    const prefixed = Object.fromEntries(
      Object.entries(whole).map(([name, tensor]) => [`module.${name}`, tensor]),
    );
    expect(buildResnet({ ...prefixed, epoch: weight('x', [1]) }, 'x').architecture).toBe('resnet18');
  });

  it('may be in half precision', () => {
    const { shape, data } = plain['conv1.weight']!;
    const half: Safetensor = { dtype: 'F16', shape, data: new Uint16Array(data.length) };
    expect(buildResnet({ ...plain, 'conv1.weight': half }, 'x').layers).toHaveLength(3);
  });

  it.each([
    [
      'a missing weight',
      (weights) => delete weights['layer2.1.bn2.running_var'],
      'x.safetensors: no backbone can be built from these weights: layer2.1.bn2.running_var is missing; expected shape [128].',
    ],
    [
      'a wrong shape',
      (weights) => {
        weights['layer3.0.downsample.0.weight'] = weight('x', [256, 64, 1, 1]);
      },
      'layer3.0.downsample.0.weight has shape [256, 64, 1, 1]; expected [256, 128, 1, 1].',
    ],
    [
      'a weight too many',
      (weights) => {
        weights['layer1.0.gate.weight'] = weight('x', [1]);
      },
      "its layer1.0.gate.weight has no place in a ResNet of torchvision's layout.",
    ],
    [
      'a deep stem',
      (weights) => {
        weights['conv1.0.weight'] = weight('x', [1]);
      },
      'deep stem of three convolutions (resnet50d and the like), as conv1.0.weight shows',
    ],
    [
      'averaged shortcuts',
      (weights) => {
        weights['layer1.0.downsample.2.weight'] = weight('x', [1]);
      },
      'averages before its shortcuts',
    ],
    [
      'anti-aliasing',
      (weights) => {
        weights['maxpool.1.filt'] = weight('x', [1]);
      },
      'blurs where it strides',
    ],
    [
      'grouped convolutions',
      (weights) => {
        weights['layer1.0.conv3.weight'] = weight('x', [256, 128, 1, 1]);
        weights['layer1.0.conv2.weight'] = weight('x', [128, 4, 3, 3]);
      },
      'grouped (ResNeXt)',
    ],
    [
      'unknown block counts',
      (weights) => {
        weights['layer2.2.conv1.weight'] = weight('x', [1]);
      },
      'layer1 to layer3 have 2, 3, 2 basic blocks, which no known ResNet has (known: resnet18, resnet34,',
    ],
    [
      'other networks',
      (weights) => {
        for (const name of Object.keys(weights)) delete weights[name];
        weights['blocks.0.attn.qkv.weight'] = weight('x', [1]);
      },
      "conv1.weight is missing, so it is no ResNet with torchvision's or timm's names; its first names are blocks.0.attn.qkv.weight.",
    ],
  ] as [string, (weights: Record<string, Safetensor>) => void, string][])(
    'is refused with %s',
    (_, change, message) => {
      expect(build(change)).toThrow(expect.objectContaining({ code: 'STATE_DICT_UNSUITABLE' }));
      expect(build(change)).toThrow(message);
    },
  );
});
