/**
 * @file Which ResNet a state dict belongs to, from the names and shapes of its weights; relatives that compute something else
 * are refused by a sentence that names them.
 */
import { CladError } from '../../../core/errors.ts';
import type { Tensors } from './family.ts';
import { prefixOf } from './state-dict.ts';

/** The stages a backbone uses. */
export const stages = [1, 2, 3] as const;

/** A member of the family. */
export interface ResnetVariant {
  readonly architecture: string;
  /** 1x1, 3x3, 1x1 convolutions in a block; else two of 3x3. */
  readonly bottleneck: boolean;
  /** Residual blocks in layer1, layer2 and layer3. */
  readonly blocks: readonly number[];
  /** Channels inside layer1's bottlenecks: 64, or 128 in the wide ones. */
  readonly width: number;
  /** What stands before `conv1.weight` in every name, e.g. `module.`. */
  readonly prefix: string;
}

const members: readonly Omit<ResnetVariant, 'prefix'>[] = [
  { architecture: 'resnet18', bottleneck: false, blocks: [2, 2, 2], width: 64 },
  { architecture: 'resnet34', bottleneck: false, blocks: [3, 4, 6], width: 64 },
  { architecture: 'resnet50', bottleneck: true, blocks: [3, 4, 6], width: 64 },
  { architecture: 'resnet101', bottleneck: true, blocks: [3, 4, 23], width: 64 },
  { architecture: 'resnet152', bottleneck: true, blocks: [3, 8, 36], width: 64 },
  { architecture: 'wide_resnet50_2', bottleneck: true, blocks: [3, 4, 6], width: 128 },
  { architecture: 'wide_resnet101_2', bottleneck: true, blocks: [3, 4, 23], width: 128 },
];

/** Names that only relatives have, and what these do differently. */
const relatives: readonly (readonly [pattern: RegExp, difference: string])[] = [
  [/^conv1\.\d+\.weight$/, 'it has a deep stem of three convolutions (resnet50d and the like)'],
  [/^layer\d\.0\.downsample\.2\.weight$/, 'it averages before its shortcuts (resnet50d and the like)'],
  [/(\.aa\.|\.filt$)/, 'it blurs where it strides (anti-aliased, resnetblur50 and the like)'],
  [/^layer\d\.\d+\.(se|eca|attn)\./, 'its blocks have channel attention (SE, ECA)'],
  [
    /^(stem\.conv\.weight|stages\.0\.blocks\.0\.)/,
    'it is a pre-activation ResNet (resnetv2); export it as ONNX',
  ],
];

const probe = 'layer1.0.conv1.weight';

/** Whether a state dict is of a ResNet, one of this family or a relative. */
export function looksLikeResnet(tensors: Tensors): boolean {
  return (
    prefixOf(tensors, probe) !== undefined ||
    prefixOf(tensors, 'stages.0.blocks.0.conv1.weight') !== undefined
  );
}

/**
 * Finds the member of the family.
 * @param path - of the file, for messages
 * @throws STATE_DICT_UNSUITABLE when there is none
 */
export function describeResnet(stateDict: Tensors, path: string): ResnetVariant {
  const refuse = (reason: string): never => {
    throw new CladError('STATE_DICT_UNSUITABLE', { path, reason });
  };
  const keys = Object.keys(stateDict);
  const prefix = prefixOf(stateDict, probe) ?? '';
  const names = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  for (const [pattern, difference] of relatives) {
    const name = names.find((each) => pattern.test(each));
    if (name) refuse(`${difference}, as ${prefix}${name} shows; only torchvision's plain layout is built`);
  }
  const missing = ['conv1.weight', probe].find((name) => !names.includes(name));
  if (missing) {
    const first = keys.slice(0, 3).join(', ') || 'none';
    refuse(
      `${prefix}${missing} is missing, so it is no ResNet with torchvision's or timm's names; its first names are ${first}`,
    );
  }
  const bottleneck = names.includes('layer1.0.conv3.weight');
  const blocks = stages.map((stage) => blockCount(names, stage));
  const width = bottleneck ? (stateDict[`${prefix}layer1.0.conv1.weight`]?.shape[0] ?? 0) : 64;
  const second = stateDict[`${prefix}layer1.0.conv2.weight`]?.shape ?? [];
  if (bottleneck && second.length === 4 && second[1] !== second[0]) {
    refuse('its convolutions are grouped (ResNeXt); export it as ONNX');
  }
  const member = members.find(
    (each) => each.bottleneck === bottleneck && each.width === width && each.blocks.join() === blocks.join(),
  );
  if (!member) {
    const kind = bottleneck ? `bottlenecks ${width} wide` : 'basic blocks';
    const known = members.map(({ architecture }) => architecture).join(', ');
    return refuse(
      `layer1 to layer3 have ${blocks.join(', ')} ${kind}, which no known ResNet has (known: ${known})`,
    );
  }
  return { ...member, prefix };
}

/** The highest number of a block, plus one; a gap shows later as a missing weight. */
function blockCount(names: readonly string[], stage: number): number {
  const numbers = names.map((name) => Number(new RegExp(`^layer${stage}\\.(\\d+)\\.`).exec(name)?.[1] ?? -1));
  return Math.max(-1, ...numbers) + 1;
}
