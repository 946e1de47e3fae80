/** @file What goes into the bottleneck and what is to be reconstructed, out of the backbone's groups of layers. */
import type { MapLevel } from '../../features/store/extract-maps.ts';
import { add, concat, mul, normalizeLast, reshape, sub, type Tensor } from '../../graph/index.ts';
import { pooledMaps } from '../shared/maps/pooled-classes.ts';
import { mapsOfTokens, tokensOf } from '../shared/maps/tokens.ts';

/** Under the root of the variance of a place's channels. */
const epsilon = 1e-8;

/** How levels are used. */
export interface TargetPlan {
  /** Layers of each group; the levels behind those of the groups are their class tokens, where there are any. */
  readonly groupSizes: readonly number[];
  readonly recentre: boolean;
  /** What the features that go in are divided by. */
  readonly size: number;
}

/** Values of a place that goes in. @param levels - of the groups */
export function inputWidth(levels: readonly MapLevel[]): number {
  const widths = levels.map(({ channels }) => channels);
  return alike(widths) ? (widths[0] as number) : widths.reduce((sum, width) => sum + width, 0);
}

const alike = (widths: readonly unknown[]) => new Set(widths).size === 1;

/**
 * What goes in: the mean of all layers, or the groups joined where they have other numbers of channels each.
 * @param levels - maps [N, channels, rows, columns], of the groups first
 */
export function bottleneckInput(levels: readonly Tensor[], { groupSizes, size }: TargetPlan): Tensor {
  const groups = levels.slice(0, groupSizes.length);
  const total = groupSizes.reduce((sum, each) => sum + each, 0);
  if (!alike(groups.map(({ shape }) => shape[1]))) {
    const joined = concat(groups, 1);
    return size === 1 ? joined : mul(joined, 1 / size);
  }
  const parts = groups.map((group, at) => mul(group, (groupSizes[at] as number) / (total * size)));
  return parts.reduce((sum, each) => add(sum, each));
}

/** What is to be reconstructed: each group, recentred where that is wanted. @returns [N, channels, rows, columns] of each */
export function targetsOf(levels: readonly Tensor[], { groupSizes, recentre }: TargetPlan): Tensor[] {
  const groups = levels.slice(0, groupSizes.length);
  if (!recentre) return groups;
  return groups.map((group, at) => {
    const channels = group.shape[1] as number;
    const mean = () => reshape(pooledMaps([group]), [-1, channels, 1, 1], 'N');
    return normalised(sub(group, levels[groups.length + at] ?? mean()));
  });
}

/** Each place's channels less their mean, over their deviation. */
function normalised(maps: Tensor): Tensor {
  const [, channels, rows, columns] = maps.shape as [unknown, number, number, number];
  const vector = (name: string, value: number) =>
    maps.graph.constant(name, new Float32Array(channels).fill(value), [channels]);
  const tokens = normalizeLast(tokensOf(maps), vector('ones', 1), vector('zeros', 0), epsilon);
  return mapsOfTokens(tokens, { rows, columns });
}
