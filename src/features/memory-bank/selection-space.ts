/** @file The space in which entries of a memory bank are chosen: principal components in fewer, random directions. */
import { Random } from '../../core/random.ts';
import { Graph, matmul } from '../../graph/index.ts';
import { type Engine, float32, floats } from '../../runtime/engine.ts';

/** Dimensions in which entries are chosen: a random projection keeps distances well enough (Johnson and Lindenstrauss). */
export const selectionWidth = 96;

/** The directions in which entries are chosen, [components, selectionWidth]; undefined where there are no more components. */
export function selectionDirections(components: number, random: Random): Float32Array | undefined {
  return components > selectionWidth
    ? random.fillNormal(new Float32Array(components * selectionWidth))
    : undefined;
}

/** Random numbers by which the entries of a training's classes are chosen. */
export const selectionRandom = {
  directions: (seed: number) => new Random(seed, 'coreset directions'),
  entries: (seed: number, className: string) => new Random(seed, `coreset of ${className}`),
} as const;

/**
 * Patches of principal components as they are compared when entries of a class are chosen.
 * @param rows - [rows, components]
 * @returns [rows, width]
 */
export async function selectionRows(
  engine: Engine,
  rows: Float32Array,
  components: number,
  seed: number,
): Promise<{ readonly rows: Float32Array; readonly width: number }> {
  const directions = selectionDirections(components, selectionRandom.directions(seed));
  if (!directions) return { rows, width: components };
  const graph = new Graph();
  const narrowed = matmul(
    graph.input('rows', 'float32', ['rows', components]),
    graph.constant('directions', directions, [components, selectionWidth]),
  );
  graph.output('selection', narrowed);
  const session = await engine.load(graph.toBytes());
  try {
    const outputs = await session.run({ rows: float32(rows, [rows.length / components, components]) });
    return { rows: floats(outputs.selection), width: selectionWidth };
  } finally {
    await session.release();
  }
}
