/**
 * @file The box that a photograph is cropped to, so that its part covers more of the input: what finds it, and where it lies. In whole cells and pixels, so that the
 * graph of a detector (detector/crop/crop-graph.ts) and a training have the very same box. Pure.
 */
import type { GridSize, Rectangle } from '../geometry.ts';
import type { ImageSize } from '../limits.ts';
import type { PartModel } from './part-model.ts';

/** What a detector crops by. One for all of its classes, as no class is known before an image has been cropped. */
export interface CropModel {
  /** Finds the part, without margin. */
  readonly part: PartModel;
  /** Size of the box, cells: as large as the largest part of good images with what is around it. Always the same, so that parts keep their scale. */
  readonly columns: number;
  readonly rows: number;
}

/**
 * The box of an image, pixels of it: around the middle of the part, within the image. Larger than usual where the part is, so that nothing of it is cut off; all of the
 * image where no part was found.
 * @param cells - [rows, columns]: 1 inside; all of them where no part was found
 * @param grid - of the cells
 */
export function cropBox(
  cells: ArrayLike<number>,
  grid: GridSize,
  { columns, rows }: Pick<CropModel, 'columns' | 'rows'>,
  image: ImageSize,
): Rectangle {
  const { across, down } = extent(cells, grid);
  const [x, width] = along(across, grid.columns, columns, image.width);
  const [y, height] = along(down, grid.rows, rows, image.height);
  return { x, y, width, height };
}

/** First and last column and row with a cell inside. */
export function extent(cells: ArrayLike<number>, { rows, columns }: GridSize) {
  const inColumn = new Uint8Array(columns);
  const inRow = new Uint8Array(rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      if (cells[row * columns + column] !== 0) inRow[row] = inColumn[column] = 1;
  const ends = (inside: Uint8Array) => [inside.indexOf(1), inside.lastIndexOf(1)] as const;
  return { across: ends(inColumn), down: ends(inRow) };
}

/** Start and length along an axis, pixels. @param usual - cells of the box */
function along(
  [first, last]: readonly [number, number],
  cells: number,
  usual: number,
  pixels: number,
): [start: number, length: number] {
  const count = Math.min(Math.max(usual, last - first + 1), cells);
  // In half cells, as a middle may lie between two.
  const half = Math.max(0, Math.min(first + last + 1 - count, 2 * (cells - count)));
  const length = Math.floor((count * pixels + cells - 1) / cells);
  return [Math.min(Math.floor((half * pixels) / (2 * cells)), pixels - length), length];
}
