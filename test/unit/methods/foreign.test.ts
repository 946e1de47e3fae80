/** @file What a method from a file does wrong while it works is told in a sentence that names the file. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
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
  ])('that %s is refused in a sentence', async (_, parts, message) => {
    await expect(method(parts).view({} as never, {} as never, {} as never)).rejects.toEqual(told(message));
  });

  it("that throws in fit, plan, tasks or adapt is reported with the file's name", async () => {
    const broken = method({ fit: fails, plan: fails, tasks: fails, adapt: fails });
    const message = told(/undefinedThing/);
    await expect(broken.fit({} as never)).rejects.toEqual(message);
    await expect(broken.plan?.({} as never)).rejects.toEqual(message);
    expect(() => broken.tasks?.({} as never, {} as never)).toThrow(message);
    expect(() => broken.adapt?.({} as never, {} as never)).toThrow(message);
  });

  it('that gives something else than was asked for is told', async () => {
    const options = z.object({ seed: z.number() });
    const wrong = method({
      options,
      tasks: () => 3,
      imageSeconds: () => 'long',
      adapt: () => ({ seed: 'x' }),
      plan: async () => ({ steps: {} }),
    });
    const of = {} as never;
    expect(() => wrong.tasks?.(of, of)).toThrow(
      told(/its tasks gave 3; expected a list, each an object with task/),
    );
    expect(() => wrong.imageSeconds?.(of, of)).toThrow(
      told(/its imageSeconds gave the text "long"; expected a number/),
    );
    expect(() => wrong.adapt?.(of, of)).toThrow(told(/its adapt gave an object with seed; expected options/));
    await expect(wrong.plan?.(of)).rejects.toEqual(
      told(/its plan gave an object with steps; expected an object/),
    );
    const right = method({ options, adapt: (of: object) => of, tasks: () => [{ task: 'x', seconds: 1 }] });
    expect(right.adapt?.({ seed: 1 } as never, of)).toEqual({ seed: 1 });
    expect(right.tasks?.(of, of)).toHaveLength(1);
  });

  it('whose ablation throws, or gives something else than texts, is told', () => {
    const options = {} as never;
    const { ablation } = method({
      ablation: {
        parts: [{ name: 'noise', set: fails }],
        sweeps: { size: () => 3, depth: () => ['depth=1'], width: fails },
      },
    });
    expect(() => ablation?.parts[0]?.set(options)).toThrow(told(/undefinedThing/));
    expect(() => ablation?.sweeps.width?.(options)).toThrow(told(/undefinedThing/));
    expect(() => ablation?.sweeps.size?.(options)).toThrow(
      told(/its ablation gave for size no list of texts/),
    );
    expect(ablation?.sweeps.depth?.(options)).toEqual(['depth=1']);
    expect(() => method({ ablation: { parts: 3 } })).toThrow(told(/parts\.map is not a function/));
  });

  it('keeps errors that are told on purpose', async () => {
    const stopped = new CladError('INTERRUPTED', { where: 'here' });
    await expect(blaming(path, () => Promise.reject(stopped))).rejects.toBe(stopped);
    const ours = new Error('ours');
    await expect(blaming(undefined, () => Promise.reject(ours))).rejects.toBe(ours);
  });
});

describe('the results of a method from a file', () => {
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

  it('are accepted where they have the wanted shapes', () => {
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
  ])('are refused: %s', (_, parts, message) => {
    expect(given(parts)).toThrow(message);
  });
});
