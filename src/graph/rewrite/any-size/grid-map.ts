/** @file Which values of a file are maps of features over the image, and how each becomes [N, C, rows, columns]. */
import type { NodeProto } from '../../onnx.ts';
import type { Emitter } from './emitter.ts';
import type { Factor } from './factor.ts';
import { grownBy, hasBatch, isFixed, numberOf, onlyFactor, type Size } from './size.ts';

/** A value that is a map: channels first or last, or tokens in a row. */
export interface GridMap {
  /** Of the value in the followed file. */
  readonly name: string;
  readonly channels: number;
  /** Places at the file's own size. */
  readonly rows: number;
  readonly columns: number;
  /** `tokens` are [N, T, C]. */
  readonly layout: 'channels first' | 'channels last' | 'tokens' | 'tokens last' | 'tokens, batch second';
  /** Class tokens before the grid. */
  readonly before: number;
  /** Whether it is the sum of two computed values of its own shape: the end of a residual block. */
  readonly isSum: boolean;
  /** Sides of the grid. */
  readonly sides: readonly [Factor, Factor];
}

/** @param sizes - of the value; undefined where they are not known */
export function gridMap(
  name: string,
  sizes: readonly Size[] | undefined,
  node: NodeProto,
  all: ReadonlyMap<string, readonly Size[]>,
): GridMap | undefined {
  const isBatch = (size: Size | undefined) => size && hasBatch(size) && onlyFactor(size);
  const batchSecond = sizes?.length === 3 && isBatch(sizes[1]);
  if (!sizes || (!batchSecond && !isBatch(sizes[0]))) return undefined;
  const inOrder = layoutOf(batchSecond ? [sizes[0] as Size, sizes[2] as Size] : sizes.slice(1));
  if (!inOrder || (batchSecond && inOrder.layout !== 'tokens')) return undefined;
  const found = batchSecond ? { ...inOrder, layout: 'tokens, batch second' as const } : inOrder;
  const [rows, columns] = found.sides;
  const same = (input: string) =>
    all.get(input)?.length === sizes.length &&
    all
      .get(input)
      ?.every(
        (size, axis) =>
          numberOf(size) === numberOf(sizes[axis] as Size) && isFixed(size) === isFixed(sizes[axis] as Size),
      );
  const isSum = node.opType === 'Add' && (node.input ?? []).every(same);
  return { name, ...found, rows: rows.from, columns: columns.from, isSum };
}

function layoutOf(
  sizes: readonly Size[],
): Pick<GridMap, 'channels' | 'layout' | 'before' | 'sides'> | undefined {
  const channelsAt = sizes.findIndex(isFixed);
  const channels = sizes[channelsAt];
  const rest = sizes.filter((_, at) => at !== channelsAt);
  const factors = rest.flatMap((size) => [...size.factors]);
  const [rows, columns] = factors;
  if (!channels || factors.length !== 2 || !rows || !columns) return undefined;
  if (grownBy(rows) !== 'rows' || grownBy(columns) !== 'columns') return undefined;
  const found = { channels: numberOf(channels), sides: [rows, columns] as const };
  const [tokens] = rest;
  if (rest.length === 1 && tokens && tokens.before >= 0 && tokens.after >= 0)
    return { ...found, layout: channelsAt === 1 ? 'tokens' : 'tokens last', before: tokens.before };
  if (rest.length !== 2 || !rest.every(onlyFactor) || channelsAt === 1) return undefined;
  return { ...found, layout: channelsAt === 0 ? 'channels first' : 'channels last', before: 0 };
}

/** Writes a map as an output. */
export function writeMap(
  emit: Emitter,
  { name, layout, before, channels, sides }: GridMap,
  output: string,
): void {
  if (layout === 'channels first') {
    emit.add('Identity', [name], {}, { output });
    return;
  }
  if (layout === 'channels last') {
    emit.add('Transpose', [name], { perm: { ints: [0, 3, 1, 2] } }, { output });
    return;
  }
  const value =
    layout === 'tokens, batch second' ? emit.add('Transpose', [name], { perm: { ints: [1, 0, 2] } }) : name;
  const axis = layout === 'tokens last' ? 2 : 1;
  const end = emit.product(sides);
  const past = before === 0 ? end : emit.add('Add', [end, emit.integers([before])]);
  const slice = [value, emit.integers([before]), past, emit.integers([axis])];
  const grid = emit.add('Slice', slice);
  const first = axis === 1 ? emit.add('Transpose', [grid], { perm: { ints: [0, 2, 1] } }) : grid;
  const shape = emit.vector([0, channels, ...sides.map((side) => emit.factor(side))]);
  emit.add('Reshape', [first, shape], {}, { output });
}
