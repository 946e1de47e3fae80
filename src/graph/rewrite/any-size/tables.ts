/**
 * @file Tables of absolute positions: a vector for each place of the grid, learnt for one size of it. For another they are resized as the makers of vision
 * transformers do it: bicubic, widened where the grid shrinks, with the coefficient that PyTorch and PIL have for that. At the file's own size every number stays what it is.
 */
import { dimsOf, float32Values } from '../../constants.ts';
import type { Emitter } from './emitter.ts';
import { type Factor, stands } from './factor.ts';
import { rotaryTable, writeRotaryTable } from './rotary-tables.ts';
import { inputName, outputName, type Step } from './rule.ts';
import { windowMask, writeWindowMask } from './shifted-windows.ts';
import { grownBy, type Size } from './size.ts';

/** How the numbers of a table lie: [lead, before + rows * columns + after, trail]. */
interface Table {
  readonly lead: number;
  readonly trail: number;
  readonly before: number;
  readonly after: number;
  /** Sides of the grid; one side only: the other one is undefined. */
  readonly rows: Factor | undefined;
  readonly columns: Factor | undefined;
}

/**
 * Writes a node with its table resized to the grid of the image.
 * @param at - which input the table is
 * @param sizes - of the node's result
 * @param axes - of these, where the table has as many positions as the grid
 */
export function writeTable(
  emit: Emitter,
  step: Step,
  at: number,
  sizes: readonly Size[],
  axes: readonly number[],
): void {
  if (emit.ownSize) {
    emit.keep(step.node);
    return;
  }
  const added = step.operation === 'Add' || step.operation === 'Sub';
  const tensor = step.file.constant(inputName(step, at));
  const data = tensor && float32Values(tensor);
  if (!tensor || !data) stands('its table of positions is computed, or of another type than float32');
  const dims = dimsOf(tensor);
  const skipped = sizes.length - dims.length;
  const own = axes.map((axis) => axis - skipped);
  const grid = axes.map((axis) => sizes[axis] as Size);
  const name = added
    ? (maskOf(emit, data, dims, own, grid) ?? resized(emit, data, tableOf(dims, own, grid)))
    : rotaryOf(emit, data, tableOf(dims, own, grid), step.operation);
  const shape = dims.map((size, axis) => {
    const of = own.indexOf(axis);
    return of < 0 ? size : emit.size(sizes[axes[of] as number] as Size);
  });
  const input = [...(step.node.input ?? [])];
  input[at] = emit.add('Reshape', [name, emit.vector(shape)]);
  emit.add(step.operation, input, {}, { output: outputName(step) });
}

/** A table that is multiplied by. */
function rotaryOf(
  emit: Emitter,
  data: Float32Array,
  { lead, before, after, rows, columns }: Table,
  operation: string,
): string {
  const plain = operation === 'Mul' && lead === 1 && before === 0 && after === 0;
  const table = plain && rows && columns ? rotaryTable(data, rows, columns) : undefined;
  if (table && rows && columns) return writeRotaryTable(emit, table, rows, columns);
  return stands(
    `its ${operation} has a table of as many positions as its grid has (a mask, or rotary positions other than DINOv3's), and nothing in it tells how it goes on at another size`,
  );
}

/** A table of each pair of places for each window, where it is a mask of shifted windows. */
function maskOf(
  emit: Emitter,
  data: Float32Array,
  dims: readonly number[],
  [axis, ...others]: readonly number[],
  [windows]: readonly Size[],
): string | undefined {
  const [one, two, ...more] = dims.slice((axis ?? 0) + 1).filter((size) => size !== 1);
  const leading = dims.slice(0, axis).every((size) => size === 1);
  if (!windows || others.length > 0 || !leading || !one || one !== two || more.length > 0) return undefined;
  const mask = windowMask(data, windows, one);
  return mask && writeWindowMask(emit, mask);
}

function tableOf(dims: readonly number[], axes: readonly number[], sizes: readonly Size[]): Table {
  const product = (of: readonly number[]) => of.reduce((all, size) => all * size, 1);
  const [first, last] = [axes[0] as number, axes.at(-1) as number];
  const factors = sizes.flatMap((size) => [...size.factors]);
  const others = dims.filter((size, axis) => !axes.includes(axis) && size !== 1);
  if (others.length > 1 && factors.some(({ origin }) => origin?.kind === 'part'))
    stands(
      'it has a table for each of its windows that is no mask of shifted windows, and is there for one number of windows only',
    );
  const single = sizes.length === 1 ? sizes[0] : undefined;
  const offset = sizes.some(({ before, after }) => before !== 0 || after !== 0);
  if (last - first !== axes.length - 1 || (offset && !single))
    stands('its table of positions is of an unusual kind');
  const rows = factors.find((factor) => grownBy(factor) === 'rows');
  const columns = factors.find((factor) => grownBy(factor) === 'columns');
  const expected = [rows, columns].filter((side) => side !== undefined);
  if (factors.length !== expected.length || factors.some((factor, index) => factor !== expected[index]))
    stands('its table of positions is not of rows and columns (of pairs of places, or of windows)');
  return {
    lead: product(dims.slice(0, first)),
    trail: product(dims.slice(last + 1)),
    before: single?.before ?? 0,
    after: single?.after ?? 0,
    rows,
    columns,
  };
}

/** The name of the table as [lead, places, trail] for the image at hand. */
function resized(
  emit: Emitter,
  data: Float32Array,
  { lead, trail, before, after, rows, columns }: Table,
): string {
  const [height, width] = [rows?.from ?? 1, columns?.from ?? 1];
  const places = before + height * width + after;
  const part = (from: number, count: number) => {
    const values = new Float32Array(lead * count * trail);
    for (let outer = 0; outer < lead; outer++) {
      const start = (outer * places + from) * trail;
      values.set(data.subarray(start, start + count * trail), outer * count * trail);
    }
    return values;
  };
  const grid = part(before, height * width);
  // Channels first: [1, lead * trail, rows, columns], as Resize wants maps.
  const map = new Float32Array(grid.length);
  for (let outer = 0; outer < lead; outer++)
    for (let place = 0; place < height * width; place++)
      for (let inner = 0; inner < trail; inner++)
        map[(outer * trail + inner) * height * width + place] =
          grid[(outer * height * width + place) * trail + inner]!;
  const channels = lead * trail;
  const sizes = [rows, columns].map((side) => (side ? emit.factor(side) : 1));
  const larger = emit.add(
    'Resize',
    [emit.floats(map, [1, channels, height, width]), '', '', emit.vector([1, channels, ...sizes])],
    {
      mode: { string: 'cubic' },
      cubic_coeff_a: { float: -0.5 },
      coordinate_transformation_mode: { string: 'half_pixel' },
      antialias: { int: 1 },
      exclude_outside: { int: 1 },
    },
    { onCpu: true },
  );
  const split = emit.add('Reshape', [larger, emit.integers([lead, trail, -1])]);
  const body = emit.add('Transpose', [split], { perm: { ints: [0, 2, 1] } });
  const ends = [
    ...(before > 0 ? [emit.floats(part(0, before), [lead, before, trail])] : []),
    body,
    ...(after > 0 ? [emit.floats(part(before + height * width, after), [lead, after, trail])] : []),
  ];
  return ends.length === 1 ? body : emit.add('Concat', ends, { axis: { int: 1 } });
}
