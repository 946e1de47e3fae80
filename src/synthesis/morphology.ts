/**
 * @file Binary morphology with a square, and components. Masks are padded by repeating their edges before anything
 * shrinks or grows, so the image's border is never taken for the border of a part.
 */
import { mapped } from '../core/arrays.ts';
import type { Mask } from '../image/rgb.ts';

/** Fills gaps and bays narrower than `2 * radius + 1` pixels: grow, then shrink. */
export function close(mask: Mask, radius: number): Mask {
  return padded(mask, 2 * radius, (wide) => shrinkMask(grow(wide, radius), radius));
}

/** Removes specks and threads narrower than `2 * radius + 1` pixels: shrink, then grow. */
export function open(mask: Mask, radius: number): Mask {
  return padded(mask, 2 * radius, (wide) => grow(shrinkMask(wide, radius), radius));
}

/** Inside where any pixel of the square around is. */
export function grow(mask: Mask, radius: number): Mask {
  return ofSquares(mask, radius, false);
}

/** Inside where every pixel of the square around is; what lies beyond the image does not count. */
export function shrinkMask(mask: Mask, radius: number): Mask {
  return ofSquares(mask, radius, true);
}

/** The pixels of a mask that are connected, over sides, to the image's border by pixels of the mask. */
export function connectedToBorder({ width, height, data }: Mask): Mask {
  const reached = new Uint8Array(width * height);
  const open: number[] = [];
  const visit = (at: number) => {
    if (data[at] === 0 || reached[at] === 1) return;
    reached[at] = 1;
    open.push(at);
  };
  for (let column = 0; column < width; column++) {
    visit(column);
    visit((height - 1) * width + column);
  }
  for (let row = 0; row < height; row++) {
    visit(row * width);
    visit(row * width + width - 1);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) visitNeighbours(at, width, height, visit);
  return { width, height, data: reached };
}

/** Visits the pixels that share a side with one. */
function visitNeighbours(at: number, width: number, height: number, visit: (at: number) => void): void {
  const column = at % width;
  if (column > 0) visit(at - 1);
  if (column < width - 1) visit(at + 1);
  if (at >= width) visit(at - width);
  if (at < (height - 1) * width) visit(at + width);
}

/** The mask without those components (over sides) that are smaller than `share` of its largest. */
export function withoutSmallParts({ width, height, data }: Mask, share: number): Mask {
  const labels = new Int32Array(width * height);
  const sizes = [0];
  const open: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] === 0 || labels[start] !== 0) continue;
    const label = sizes.length;
    let size = 0;
    const visit = (at: number) => {
      if (data[at] === 0 || labels[at] !== 0) return;
      labels[at] = label;
      size++;
      open.push(at);
    };
    visit(start);
    for (let at = open.pop(); at !== undefined; at = open.pop()) visitNeighbours(at, width, height, visit);
    sizes.push(size);
  }
  const least = share * sizes.reduce((largest, size) => Math.max(largest, size), 0);
  return {
    width,
    height,
    data: mapped(Uint8Array, data, (inside, at) => inside && Number(sizes[labels[at]!]! >= least)),
  };
}

/** Everything inside that was outside, and the reverse. */
export function invert({ width, height, data }: Mask): Mask {
  return { width, height, data: mapped(Uint8Array, data, (inside) => 1 - inside) };
}

/** Looks at the squares around pixels, cut at the image's edges: rows first, then columns. @param all - whether all of a square has to be inside, or any of it */
function ofSquares(mask: Mask, radius: number, all: boolean): Mask {
  return ofColumns(ofRows(mask, radius, all), radius, all);
}

/** Along each row, by counting. */
function ofRows({ width, height, data }: Mask, radius: number, all: boolean): Mask {
  const target = new Uint8Array(data.length);
  const least = leastInside(width, radius, all);
  for (let start = 0; start < data.length; start += width) {
    let count = 0;
    for (let column = 0; column < Math.min(radius, width); column++) count += data[start + column]!;
    for (let column = 0; column < width; column++) {
      if (column + radius < width) count += data[start + column + radius]!;
      if (column > radius) count -= data[start + column - radius - 1]!;
      target[start + column] = count >= least[column]! ? 1 : 0;
    }
  }
  return { width, height, data: target };
}

/** Along all columns at once, row after row, as the pixels lie in memory. */
function ofColumns({ width, height, data }: Mask, radius: number, all: boolean): Mask {
  const target = new Uint8Array(data.length);
  const least = leastInside(height, radius, all);
  const counts = new Int32Array(width);
  const add = (row: number, times: number) => {
    if (row < 0 || row >= height) return;
    const from = row * width;
    for (let column = 0; column < width; column++) counts[column]! += times * data[from + column]!;
  };
  for (let row = 0; row < Math.min(radius, height); row++) add(row, 1);
  for (let row = 0; row < height; row++) {
    add(row + radius, 1);
    add(row - radius - 1, -1);
    const [to, wanted] = [row * width, least[row]!];
    for (let column = 0; column < width; column++) target[to + column] = counts[column]! >= wanted ? 1 : 0;
  }
  return { width, height, data: target };
}

/** Pixels of the stretch around each place of a line, cut at its ends, that have to be inside. */
function leastInside(length: number, radius: number, all: boolean): Int32Array {
  return Int32Array.from({ length }, (_, at) =>
    all ? Math.min(length - 1, at + radius) - Math.max(0, at - radius) + 1 : 1,
  );
}

/** Runs `work` on the mask with its edges repeated `margin` pixels outwards, and cuts the margin off again. */
function padded(mask: Mask, margin: number, work: (wide: Mask) => Mask): Mask {
  const { width, height } = mask;
  const wideWidth = width + 2 * margin;
  const wideHeight = height + 2 * margin;
  const wide = new Uint8Array(wideWidth * wideHeight);
  for (let row = 0; row < wideHeight; row++) {
    const from = Math.min(height - 1, Math.max(0, row - margin)) * width;
    const at = row * wideWidth;
    wide.fill(mask.data[from]!, at, at + margin);
    wide.set(mask.data.subarray(from, from + width), at + margin);
    wide.fill(mask.data[from + width - 1]!, at + margin + width, at + wideWidth);
  }
  const worked = work({ width: wideWidth, height: wideHeight, data: wide });
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (row + margin) * wideWidth + margin;
    data.set(worked.data.subarray(from, from + width), row * width);
  }
  return { width, height, data };
}
