/** @file The neighbour mask: which places are hidden, that attention with it does not read them, and grids on which nothing would be left. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { hidden, hidesAll, neighbourMask } from '../../../../src/methods/uniad/neighbours.ts';
import { reconstruct, reconstructorParameters } from '../../../../src/methods/uniad/reconstructor.ts';
import { constantParameters } from '../../../../src/nn/constant-parameters.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

describe('the neighbour mask', () => {
  it('hides a place and those around it, cut at the border', () => {
    const mask = neighbourMask({ rows: 3, columns: 4 }, 3);
    const shown = (place: number) =>
      Array.from(mask.subarray(12 * place, 12 * place + 12), (value) => (value === hidden ? '#' : '.')).join(
        '',
      );
    expect([0, 6, 11].map(shown)).toEqual(['##..##......', '.###.###.###', '......##..##']);
    expect(neighbourMask({ rows: 2, columns: 2 }, 0).every((value) => value === 0)).toBe(true);
  });

  it('is symmetric, hides each place from itself, and all of some row only where it is said to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        (rows, columns, half) => {
          const side = 2 * half + 1;
          const places = rows * columns;
          const mask = neighbourMask({ rows, columns }, side);
          const row = (at: number) => mask.subarray(at * places, (at + 1) * places);
          const numbers = Array.from({ length: places }, (_, at) => at);
          for (const a of numbers) {
            expect(row(a)[a]).toBe(hidden);
            for (const b of numbers) expect(row(a)[b]).toBe(row(b)[a]);
          }
          const blind = numbers.some((at) => row(at).every((value) => value === hidden));
          expect(blind).toBe(hidesAll({ rows, columns }, side));
        },
      ),
    );
  });

  it('lets nothing of a token through a layer to the places that do not see it', async () => {
    const level = { channels: 6, rows: 5, columns: 5 };
    // One layer of each: two steps of neighbours apart, the encoder's output of a place holds its own token, which the decoder does not ask for there.
    const shape = {
      level,
      size: 1,
      width: 8,
      heads: 2,
      hidden: 8,
      encoderLayers: 1,
      decoderLayers: 1,
      neighbours: 3,
    };
    const declared = reconstructorParameters(shape, new Random('mask'));
    // Without what the encoder's attention mixes in, a token stays where it is.
    declared['transformer.encoder.layers.0.self_attn.out_proj.weight']!.data.fill(0);
    const graph = new Graph();
    const tokens = graph.input('tokens', 'float32', [1, 25, 6]);
    graph.output('made', reconstruct(tokens, shape, constantParameters(graph, declared)));
    const session = await (await nodeEngine({ threads: 1 })).load(graph.toBytes());
    const given = new Random('tokens').fillNormal(new Float32Array(150));
    const made = async (values: Float32Array) =>
      floats((await session.run({ tokens: float32(values, [1, 25, 6]) })).made).slice();
    const before = await made(given);
    const changed = given.slice();
    for (let channel = 0; channel < 6; channel++) changed[12 * 6 + channel]! += 3 * (channel - 2);
    const after = await made(changed);
    await session.release();
    for (let place = 0; place < 25; place++) {
      const near = Math.abs(Math.floor(place / 5) - 2) <= 1 && Math.abs((place % 5) - 2) <= 1;
      const moved = [0, 1, 2, 3, 4, 5].some(
        (channel) => before[place * 6 + channel] !== after[place * 6 + channel],
      );
      expect(moved, `place ${place}`).toBe(!near);
    }
  });
});
