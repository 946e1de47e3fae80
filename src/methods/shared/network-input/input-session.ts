/** @file Patch features to the networks' input, an image at a time, with the patch's own image left out of the memory bank. */
import { pickRows } from '../../../core/arrays.ts';
import { cast, Graph } from '../../../graph/index.ts';
import { type Engine, floats, int64 } from '../../../runtime/engine.ts';
import { type FittedInput, networkInput } from './network-input.ts';

/** A block's similarities to 32 768 entries take 64 MB. */
const blockRows = 512;

/** Turns rows of patch features into the networks' input, blocks of one image at a time. */
export async function inputSession(engine: Engine, width: number, fitted: FittedInput) {
  const graph = new Graph();
  const features = graph.input('features', 'float16', ['rows', width]);
  const image = graph.input('image', 'int64', [1]);
  const { rows, match } = networkInput(graph, cast(features, 'float32'), fitted, { ownImage: image });
  graph.output('rows', cast(rows, 'float16'));
  if (match) graph.output('distance', match.distance);
  const session = await engine.load(graph.toBytes());
  return {
    /**
     * @param halves - [count, width]
     * @param imageIds - image of each row
     * @returns halves [count, fitted.width], and distances to the nearest entries [count] (residual)
     */
    async run(halves: Uint16Array, imageIds: ArrayLike<number>) {
      const count = halves.length / width;
      const result = new Uint16Array(count * fitted.width);
      const distances = new Float32Array(match ? count : 0);
      for (const { id, rows } of blocksByImage(imageIds)) {
        const outputs = await session.run({
          features: {
            dtype: 'float16',
            shape: [rows.length, width],
            data: pickRows(Uint16Array, halves, width, rows),
          },
          image: int64([id], [1]),
        });
        const data = outputs.rows?.data as Uint16Array;
        const lengths = match ? floats(outputs.distance) : undefined;
        rows.forEach((row, at) => {
          result.set(data.subarray(at * fitted.width, (at + 1) * fitted.width), row * fitted.width);
          if (lengths) distances[row] = lengths[at] as number;
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
