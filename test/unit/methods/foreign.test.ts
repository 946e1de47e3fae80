/** @file What a method from a file does wrong while it works is told in a sentence that names the file. */
import { describe, expect, it } from 'vitest';
import { CladError } from '../../../src/core/errors.ts';
import { blaming } from '../../../src/core/plugin.ts';
import { detectorGraph } from '../../../src/detector/detector-graph.ts';
import { type Graph, mul, reshape, type Tensor } from '../../../src/graph/index.ts';
import type { Method } from '../../../src/methods/contract.ts';
import { foreignMethod } from '../../../src/methods/foreign.ts';
import { squareOf } from '../../helpers/sizes.ts';

const path = '/mine/method.mjs';
const told = (reason: RegExp) =>
  expect.objectContaining({ code: 'PLUGIN_INVALID', message: expect.stringMatching(reason) });
const fails = () => {
  throw new ReferenceError('undefinedThing is not defined');
};
const method = (parts: object) =>
  foreignMethod({ name: 'mine', options: {}, presets: {}, ...parts } as unknown as Method, path);

describe('a method from a file', () => {
  it.each([
    ['throws in view', { view: fails }, /method\.mjs cannot be used: undefinedThing is not defined\./],
    [
      'has no view to show',
      { view: async () => undefined },
      /its view gave no geometry with width and height/,
    ],
    [
      'sees a size that is none',
      { view: async () => ({ geometry: { width: 64, height: 2.5 }, grid: { rows: 8, columns: 8 } }) },
      /no geometry/,
    ],
    ['has no grid', { view: async () => ({ geometry: squareOf(64) }) }, /its view gave no grid/],
  ])('that %s is told', async (_, parts, message) => {
    await expect(method(parts).view({} as never, {} as never, {} as never)).rejects.toEqual(told(message));
  });

  it('that throws in fit, plan, tasks or adapt is told', async () => {
    const broken = method({ fit: fails, plan: fails, tasks: fails, adapt: fails });
    const message = told(/undefinedThing/);
    await expect(broken.fit({} as never)).rejects.toEqual(message);
    await expect(broken.plan?.({} as never)).rejects.toEqual(message);
    expect(() => broken.tasks?.({} as never, {} as never)).toThrow(message);
    expect(() => broken.adapt?.({} as never, {} as never)).toThrow(message);
  });

  it('keeps errors that are told on purpose', async () => {
    const stopped = new CladError('INTERRUPTED', { where: 'here' });
    await expect(blaming(path, () => Promise.reject(stopped))).rejects.toBe(stopped);
    const ours = new Error('ours');
    await expect(blaming(undefined, () => Promise.reject(ours))).rejects.toBe(ours);
  });
});

describe('what a method gives', () => {
  const map = (_: Graph, image: Tensor, shape: (number | string)[]) =>
    reshape(
      mul(image.graph.constant('map', new Float32Array(64), [1, 8, 8]), 1),
      [-1, 8, 8],
      shape[0] as string,
    );
  const given = (parts: (graph: Graph, image: Tensor) => object | undefined) => () =>
    detectorGraph({ graph: parts as never }, ['a', 'b'], { size: squareOf(8) });
  const good = (graph: Graph, image: Tensor) => ({
    map: map(graph, image, ['N', 8, 8]),
    score: graph.constant('score', [1], [1]),
    shares: graph.constant('shares', [0.5, 0.5], [1, 2]),
  });

  it('is taken where it has the shapes that are wanted', () => {
    expect(given(good)).not.toThrow();
  });

  it.each<[string, (graph: Graph, image: Tensor) => object | undefined, RegExp]>([
    ['nothing', () => undefined, /as map none, and float32 \[N, 8, 8\] was expected/],
    ['no score', (g, i) => ({ ...good(g, i), score: undefined }), /as score none/],
    [
      'a map of another size',
      (g, i) => ({ ...good(g, i), map: g.constant('m', new Float32Array(16), [1, 4, 4]) }),
      /as map float32 \[1, 4, 4\]/,
    ],
    [
      'shares of other classes',
      (g, i) => ({ ...good(g, i), shares: g.constant('s', [1, 0, 0], [1, 3]) }),
      /as shares float32 \[1, 3\]/,
    ],
    [
      'a score of whole numbers',
      (g, i) => ({ ...good(g, i), score: g.constant('n', [1], [1], 'int64') }),
      /as score int64 \[1\], and float32 \[N\]/,
    ],
  ])('is refused: %s', (_, parts, message) => {
    expect(given(parts)).toThrow(message);
  });
});
