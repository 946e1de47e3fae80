/** @file Feature jitter: its size follows each token's length, its seed and step, and a share of the steps has it. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { Graph, reshape } from '../../../../src/graph/index.ts';
import { jittered } from '../../../../src/methods/uniad/jitter.ts';
import { withJitter } from '../../../../src/methods/uniad/jitter-batches.ts';
import { normalNoise } from '../../../../src/nn/noise.ts';
import { float32, floats, int64 } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const [images, places, channels] = [2, 5, 900];
const shape = [images, places, channels];
const tokens = Float32Array.from(
  new Random('tokens').fillNormal(new Float32Array(images * places * channels)),
  // Tokens of several lengths.
  (value, at) => value * (1 + Math.floor(at / channels)),
);
const engine = await nodeEngine({ threads: 1 });

async function noisy(scale: number, draw: number): Promise<Float32Array> {
  const graph = new Graph();
  const given = graph.input('tokens', 'float32', shape);
  const noise = normalNoise(images * places, channels, graph.input('draw', 'int64', []), 'jitter');
  graph.output('noisy', jittered(given, reshape(noise, shape), graph.input('scale', 'float32', [])));
  const session = await engine.load(graph.toBytes());
  const result = await session.run({
    tokens: float32(tokens, shape),
    draw: int64([draw], []),
    scale: float32(new Float32Array([scale]), []),
  });
  await session.release();
  return floats(result.noisy).slice();
}

const lengthOf = (values: Float32Array) => Math.hypot(...values);

describe('feature jitter', () => {
  it("is as long as scale / sqrt(channels) of each token's length", async () => {
    const values = await noisy(20, 1234);
    for (let token = 0; token < images * places; token++) {
      const own = tokens.subarray(token * channels, (token + 1) * channels);
      const added = own.map((value, at) => values[token * channels + at]! - value);
      const ratio = lengthOf(added) / lengthOf(own) / (20 / Math.sqrt(channels));
      // The length of that many normal numbers varies by 1 / sqrt(2 channels) of itself.
      expect(Math.abs(ratio - 1)).toBeLessThan(5 / Math.sqrt(2 * channels));
    }
  });

  it('leaves tokens as they are where its scale is 0', async () => {
    expect(await noisy(0, 1234)).toEqual(tokens);
  });
});

describe('what a step is fed for it', () => {
  const maps = {
    spec: { maps: { dtype: 'float16' as const, shape: [1] } },
    stepsPerEpoch: 3,
    batches: async (from: number, steps: number) => ({
      maps: float32(
        Float32Array.from({ length: steps }, (_, at) => from + at),
        [steps],
      ),
    }),
  };
  const fed = async (seed: number, from: number, steps: number, probability = 0.25) => {
    const batches = withJitter(maps, { scale: 20, probability }, seed);
    expect(batches.stepsPerEpoch).toBe(3);
    const { draw, scale, maps: own } = await batches.batches(from, steps);
    expect(floats(own)[0]).toBe(from);
    return { draws: Array.from(draw!.data as BigInt64Array, Number), scales: Array.from(floats(scale)) };
  };

  it('is the same for the same seed and step, however steps are asked for', async () => {
    const all = await fed(0, 0, 40);
    expect(await fed(0, 13, 7)).toEqual({ draws: all.draws.slice(13, 20), scales: all.scales.slice(13, 20) });
    expect((await fed(1, 0, 40)).draws).not.toEqual(all.draws);
    expect(new Set(all.draws).size).toBe(40);
  });

  it('has the scale in that share of the steps', async () => {
    const share = ({ scales }: { scales: number[] }) =>
      scales.filter((scale) => scale === 20).length / scales.length;
    const some = await fed(0, 0, 4000);
    expect(share(some)).toBeGreaterThan(0.22);
    expect(share(some)).toBeLessThan(0.28);
    expect(some.scales.every((scale) => scale === 0 || scale === 20)).toBe(true);
    expect(share(await fed(0, 0, 200, 1))).toBe(1);
    expect(share(await fed(0, 0, 200, 0))).toBe(0);
  });
});
