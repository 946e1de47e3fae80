/** @file Patch features to residuals, an image at a time, in its own class's bank and with its own entries left out. */
import { pickRows } from '../../../core/arrays.ts';
import { cast, Graph } from '../../../graph/index.ts';
import { type Engine, floats, int64 } from '../../../runtime/engine.ts';
import { type FittedResidual, residualsOfImage } from './network-input.ts';

/** A block's similarities to 32 768 entries take 64 MB. */
const blockRows = 512;

/** What the rows of a run are of. */
export interface RowImages {
  /** Image id of each row. */
  readonly images: ArrayLike<number>;
  /** Class index of each row. */
  readonly classes: ArrayLike<number>;
}

/** Turns rows of patch features into the networks' input, blocks of one image at a time. */
export async function inputSession(engine: Engine, width: number, fitted: FittedResidual) {
  const graph = new Graph();
  const features = graph.input('features', 'float16', ['rows', width]);
  const image = {
    id: graph.input('image', 'int64', [1]),
    classIndex: graph.input('class', 'int64', [1]),
  };
  const { rows, distance } = residualsOfImage(graph, cast(features, 'float32'), fitted, image);
  graph.output('rows', cast(rows, 'float16'));
  graph.output('distance', distance);
  const session = await engine.load(graph.toBytes());
  return {
    /**
     * @param halves - [count, width]
     * @returns halves [count, fitted.width], and distances to the nearest entries [count]
     */
    async run(halves: Uint16Array, { images, classes }: RowImages) {
      const count = halves.length / width;
      const result = new Uint16Array(count * fitted.width);
      const distances = new Float32Array(count);
      for (const { id, rows } of blocksByImage(images)) {
        const outputs = await session.run({
          features: {
            dtype: 'float16',
            shape: [rows.length, width],
            data: pickRows(Uint16Array, halves, width, rows),
          },
          image: int64([id], [1]),
          class: int64([classes[rows[0]!]!], [1]),
        });
        const data = outputs.rows?.data as Uint16Array;
        const lengths = floats(outputs.distance);
        rows.forEach((row, at) => {
          result.set(data.subarray(at * fitted.width, (at + 1) * fitted.width), row * fitted.width);
          distances[row] = lengths[at]!;
        });
      }
      return { rows: result, distance: distances };
    },
    release: () => session.release(),
  };
}

/** Rows of each image, at most so many together. */
function blocksByImage(imageIds: ArrayLike<number>): { id: number; rows: number[] }[] {
  const byImage = new Map<number, number[]>();
  for (let row = 0; row < imageIds.length; row++) {
    const id = imageIds[row] as number;
    const rows = byImage.get(id);
    if (rows) rows.push(row);
    else byImage.set(id, [row]);
  }
  return [...byImage].flatMap(([id, rows]) =>
    Array.from({ length: Math.ceil(rows.length / blockRows) }, (_, block) => ({
      id,
      rows: rows.slice(block * blockRows, (block + 1) * blockRows),
    })),
  );
}
