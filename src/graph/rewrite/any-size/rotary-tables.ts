/**
 * @file Rotary positions, as DINOv3 has them: cosines and sines of angles that grow with where a place is between the middle of the image and its ends. A
 * file holds them for the places of one size; they are taken for that where each number of the table is what the formula gives, and made by it for any.
 */
import { dtypeCode } from '../../tensor.ts';
import type { Emitter } from './emitter.ts';
import type { Factor } from './factor.ts';

/** Angles by channel: `rows` times the place down and `columns` times the place across, each from -1 to 1, and `phase`; the table has their cosines. */
interface RotaryTable {
  readonly rows: Float32Array;
  readonly columns: Float32Array;
  readonly phase: Float32Array;
}

/** The longest period is nearly this many times the shortest, which is the whole image. */
const base = 100;
/** Single precision leaves less between the formula and what a file has of it. */
const tolerance = 1e-5;
/** Cosines, sines, and sines of the other sign. */
const phases = [0, -Math.PI / 2, Math.PI / 2];

/** Where the middle of each of so many places is between -1 and 1. */
const places = (count: number) => Float64Array.from({ length: count }, (_, at) => (2 * at + 1) / count - 1);

/**
 * What a table holds.
 * @param data - [rows * columns, channels]
 * @returns undefined where it is none of this kind: of another, nothing tells how it goes on at another size
 */
export function rotaryTable(
  data: Float32Array,
  { from: height }: Factor,
  { from: width }: Factor,
): RotaryTable | undefined {
  const channels = data.length / (height * width);
  const pairs = Math.max(1, Math.floor(channels / 4));
  const [down, across] = [places(height), places(width)];
  const found = { rows: [] as number[], columns: [] as number[], phase: [] as number[] };
  const speeds = Array.from({ length: pairs }, (_, at) => (2 * Math.PI) / base ** (at / pairs));
  const choices = speeds.flatMap((speed) =>
    phases.flatMap((phase) => [
      { rows: speed, columns: 0, phase },
      { rows: 0, columns: speed, phase },
    ]),
  );
  for (let channel = 0; channel < channels; channel++) {
    const fits = ({ rows, columns, phase }: (typeof choices)[number]) =>
      down.every((y, row) =>
        across.every((x, column) => {
          const value = data[(row * width + column) * channels + channel] as number;
          return Math.abs(value - Math.cos(rows * y + columns * x + phase)) <= tolerance;
        }),
      );
    const choice = choices.find(fits);
    if (!choice) return undefined;
    found.rows.push(choice.rows);
    found.columns.push(choice.columns);
    found.phase.push(choice.phase);
  }
  const { rows, columns, phase } = found;
  return { rows: new Float32Array(rows), columns: new Float32Array(columns), phase: new Float32Array(phase) };
}

/**
 * Writes the table for the image at hand.
 * @returns the name of its value, [rows, columns, channels]
 */
export function writeRotaryTable(
  emit: Emitter,
  { rows, columns, phase }: RotaryTable,
  height: Factor,
  width: Factor,
): string {
  const scalar = (vector: string) => emit.add('Squeeze', [vector]);
  const one = (value: number) => emit.floats(Float32Array.of(value), [1]);
  const asFloat = (name: string) => emit.add('Cast', [name], { to: { int: dtypeCode.float32 } });
  /** The places of a side, in a shape that has them on one axis. */
  const along = (factor: Factor, shape: readonly number[]) => {
    const count = emit.factor(factor);
    const [start, step] = [scalar(emit.integers([0])), scalar(emit.integers([1]))];
    const numbers = asFloat(emit.add('Range', [start, scalar(count), step]));
    const middles = emit.add('Add', [emit.add('Mul', [numbers, one(2)]), one(1)]);
    const shares = emit.add('Sub', [emit.add('Div', [middles, asFloat(count)]), one(1)]);
    return emit.add('Reshape', [shares, emit.integers(shape)]);
  };
  const channels = (values: Float32Array) => emit.floats(values, [values.length]);
  const down = emit.add('Mul', [along(height, [-1, 1, 1]), channels(rows)]);
  const across = emit.add('Mul', [along(width, [1, -1, 1]), channels(columns)]);
  return emit.add('Cos', [emit.add('Add', [emit.add('Add', [down, across]), channels(phase)])]);
}
