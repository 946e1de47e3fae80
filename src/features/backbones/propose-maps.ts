/**
 * @file Which values of an encoder serve as layers where nobody has said. A network of residual blocks, convolutional or a transformer, carries its features in a
 * stream to which each block adds: the end of a stage is the last such sum of its size and channels. What lies within a block is wider or narrower, and
 * what follows the last stage was made for another task.
 */
import { groupBy } from '../../core/arrays.ts';
import type { GridMap } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';

/** Pixels from one place of a map to the next. */
export function strideOf({ rows }: Pick<GridMap, 'rows'>, { height }: ImageSize): number {
  return Math.max(1, Math.round(height / rows));
}

/** Layers to propose, shallow to deep: those at strides 8 to 16, or of any stride from 4 where there are none. */
export function proposeMaps(maps: readonly GridMap[], size: ImageSize): GridMap[] {
  const sums = maps.filter(({ isSum }) => isSum);
  const within = (least: number, most: number) =>
    sums.filter((map) => strideOf(map, size) >= least && strideOf(map, size) <= most);
  const usual = within(8, 16);
  const stages = groupBy(
    usual.length > 0 ? usual : within(4, 64),
    ({ channels, rows, columns }) => `${channels} ${rows} ${columns}`,
  );
  const [first = []] = stages.values();
  // A transformer of one stage: after half of its blocks, two sums each, and at its end.
  if (stages.size === 1 && first.length >= 4) {
    const half = first[2 * Math.floor(first.length / 4) - 1];
    return [half, first.at(-1)].filter((map) => map !== undefined);
  }
  return [...stages.values()]
    .flatMap((stage) => stage.at(-1) ?? [])
    .sort((a, b) => strideOf(a, size) - strideOf(b, size));
}
