/**
 * @file A mask that is painted on, with the way back, and forth again. Before the first pixel of a tile changes, the tile is kept, so that a step back costs what was painted and not
 * the whole photograph. Pure.
 */
import { fillCentres } from '../../../src/core/polygons.ts';
import type { Point, Size } from './view.ts';

/** Pixels of a tile's side. */
const side = 64;
/** Bytes of tiles that are kept for steps back, at most; the oldest steps go first. */
const mostKept = 192 * 2 ** 20;

/** Tiles as they were before a step, by number. */
type Step = Map<number, Uint8Array>;

export class MaskDrawing {
  readonly width: number;
  readonly height: number;
  /** [height, width], row by row: 1 inside. */
  readonly data: Uint8Array;
  readonly #columns: number;
  #steps: Step[] = [];
  /** Steps that were taken back, the last one last. */
  #undone: Step[] = [];
  #current: Step | undefined;
  #kept = 0;
  /** Steps since the mask was saved, below 0 where steps were taken back; NaN where the way back no longer leads there. */
  #sinceSaved = 0;

  constructor({ width, height }: Size, data?: Uint8Array) {
    this.width = width;
    this.height = height;
    this.data = data ?? new Uint8Array(width * height);
    this.#columns = Math.ceil(width / side);
  }

  get canUndo(): boolean {
    return this.#steps.length > 0;
  }
  get canRedo(): boolean {
    return this.#undone.length > 0;
  }
  /** Whether it is another than the one that was saved. */
  get isChanged(): boolean {
    return this.#sinceSaved !== 0;
  }
  get isEmpty(): boolean {
    return !this.data.includes(1);
  }

  saved(): void {
    this.#sinceSaved = 0;
  }

  /** Begins a step: what is painted until `end` is taken back at once. */
  begin(): void {
    this.end();
    this.#current = new Map();
  }

  end(): void {
    const step = this.#current;
    this.#current = undefined;
    if (!step || step.size === 0) return;
    for (const each of this.#undone.splice(0)) this.#kept -= bytesOf(each);
    this.#steps.push(step);
    this.#kept += bytesOf(step);
    while (this.#kept > mostKept && this.#steps.length > 1)
      this.#kept -= bytesOf(this.#steps.shift() as Step);
    // What was saved lay beyond steps that were taken back.
    this.#sinceSaved = this.#sinceSaved < 0 ? Number.NaN : this.#sinceSaved + 1;
  }

  /** Takes back what was painted since `begin`, as if it had not begun. */
  cancel(): void {
    const step = this.#current;
    this.#current = undefined;
    if (step) this.#restore(step);
  }

  undo(): void {
    this.end();
    const step = this.#steps.pop();
    if (!step) return;
    this.#undone.push(this.#swapped(step));
    this.#sinceSaved--;
  }

  /** Does again what was taken back last, as long as nothing else was painted. */
  redo(): void {
    this.end();
    const step = this.#undone.pop();
    if (!step) return;
    this.#steps.push(this.#swapped(step));
    this.#sinceSaved++;
  }

  /** Sets the pixels whose centres lie no farther from a line than a radius, in pixels; the one beneath its end in any case. */
  line([x1, y1]: Point, [x2, y2]: Point, radius: number, value: 0 | 1): void {
    const { width, height } = this;
    const [dx, dy] = [x2 - x1, y2 - y1];
    const length = dx * dx + dy * dy;
    const isNear = (x: number, y: number) => {
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
      return (x - x1 - along * dx) ** 2 + (y - y1 - along * dy) ** 2 <= radius * radius;
    };
    const first = Math.max(0, Math.floor(Math.min(y1, y2) - radius));
    const last = Math.min(height - 1, Math.ceil(Math.max(y1, y2) + radius));
    const left = Math.max(0, Math.floor(Math.min(x1, x2) - radius));
    const right = Math.min(width - 1, Math.ceil(Math.max(x1, x2) + radius));
    for (let row = first; row <= last; row++) {
      // What lies near a line is convex, so each row has one stretch of it.
      let from = left;
      while (from <= right && !isNear(from + 0.5, row + 0.5)) from++;
      let to = right;
      while (to > from && !isNear(to + 0.5, row + 0.5)) to--;
      if (from <= right) this.#fill(row, from, to + 1, value);
    }
    const [column, row] = [Math.floor(x2), Math.floor(y2)];
    if (column >= 0 && row >= 0 && column < width && row < height) this.#fill(row, column, column + 1, value);
  }

  /** Sets the pixels whose centres are inside a polygon. */
  polygon(points: readonly Point[], value: 0 | 1): void {
    const { width, height, data } = this;
    const rows = points.map(([, y]) => y);
    const columns = points.map(([x]) => x);
    const [top, bottom] = [
      Math.max(0, Math.floor(Math.min(...rows))),
      Math.min(height - 1, Math.max(...rows)),
    ];
    const [left, right] = [
      Math.max(0, Math.floor(Math.min(...columns))),
      Math.min(width - 1, Math.max(...columns)),
    ];
    for (let row = top; row < bottom + side; row += side)
      for (let column = left; column < right + side; column += side)
        this.#keep(Math.min(row, height - 1), Math.min(column, width - 1));
    fillCentres(data, width, height, [points], value);
  }

  clear(): void {
    for (let row = 0; row < this.height; row++) this.#fill(row, 0, this.width, 0);
  }

  #fill(row: number, from: number, to: number, value: 0 | 1): void {
    for (let column = from; column < to; column = (Math.floor(column / side) + 1) * side)
      this.#keep(row, column);
    this.data.fill(value, row * this.width + from, row * this.width + to);
  }

  /** Keeps the tile of a pixel as it is, once in a step. */
  #keep(row: number, column: number): void {
    const tile = Math.floor(row / side) * this.#columns + Math.floor(column / side);
    if (!this.#current || this.#current.has(tile)) return;
    this.#current.set(tile, this.#copyOf(tile));
  }

  #copyOf(tile: number): Uint8Array {
    const { left, rows, columns, top } = this.#placeOf(tile);
    const kept = new Uint8Array(rows * columns);
    for (let at = 0; at < rows; at++) {
      const from = (top + at) * this.width + left;
      kept.set(this.data.subarray(from, from + columns), at * columns);
    }
    return kept;
  }

  /** Restores a step. @returns the same tiles as they were until now: the way to and fro is the same */
  #swapped(step: Step): Step {
    const before: Step = new Map([...step.keys()].map((tile) => [tile, this.#copyOf(tile)]));
    this.#restore(step);
    return before;
  }

  #restore(step: Step): void {
    for (const [tile, kept] of step) {
      const { left, rows, columns, top } = this.#placeOf(tile);
      for (let at = 0; at < rows; at++)
        this.data.set(kept.subarray(at * columns, (at + 1) * columns), (top + at) * this.width + left);
    }
  }

  #placeOf(tile: number) {
    const top = Math.floor(tile / this.#columns) * side;
    const left = (tile % this.#columns) * side;
    return {
      ...{ top, left },
      rows: Math.min(side, this.height - top),
      columns: Math.min(side, this.width - left),
    };
  }
}

function bytesOf(step: Step): number {
  let bytes = 0;
  for (const tile of step.values()) bytes += tile.length;
  return bytes;
}
