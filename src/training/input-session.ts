/** @file Patch features to the networks' input, blocks at a time, with the patch's own image left out of the memory bank. */
import { cast, Graph } from '../graph/index.ts';
import { type FittedInput, networkInput } from '../model/network-input.ts';
import { type Engine, floats, int64 } from '../runtime/engine.ts';

/** A block's similarities to 32 768 members take 64 MB. */
const blockRows = 512;

/** Turns rows of patch features into the networks' input, blocks at a time. */
export async function inputSession(engine: Engine, width: number, fitted: FittedInput) {
  const graph = new Graph();
  const features = graph.input('features', 'float16', ['rows', width]);
  const images = graph.input('images', 'int64', ['rows']);
  const { rows, match } = networkInput(graph, cast(features, 'float32'), fitted, {
    rowImages: images,
  });
  graph.output('rows', cast(rows, 'float16'));
  if (match) graph.output('distance', match.distance);
  const session = await engine.load(graph.toBytes());
  return {
    /**
     * @param halves - [count, width]
     * @param imageIds - image of each row
     * @returns halves [count, fitted.width], and distances to the nearest members [count] (residual)
     */
    async run(halves: Uint16Array, imageIds: ArrayLike<number>) {
      const count = halves.length / width;
      const result = new Uint16Array(count * fitted.width);
      const distances = new Float32Array(match ? count : 0);
      for (let start = 0; start < count; start += blockRows) {
        const end = Math.min(count, start + blockRows);
        const outputs = await session.run({
          features: {
            dtype: 'float16',
            shape: [end - start, width],
            data: halves.subarray(start * width, end * width),
          },
          images: int64(Array.prototype.slice.call(imageIds, start, end), [end - start]),
        });
        result.set(outputs.rows?.data as Uint16Array, start * fitted.width);
        if (match) distances.set(floats(outputs.distance), start);
      }
      return { rows: result, distance: distances };
    },
    release: () => session.release(),
  };
}
