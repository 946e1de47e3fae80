import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { constantParameters } from '../../../src/detector/patch-scores.ts';
import { ensembleInference, joinMembers, splitMembers } from '../../../src/model/ensemble.ts';
import { networksInference } from '../../../src/model/networks.ts';
import { initialParameters } from '../../../src/model/parameters.ts';
import { runGraph } from '../../helpers/run-graph.ts';

describe('joinMembers', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]+\.\d\.(weight|bias)$/), {
    minLength: 1,
    maxLength: 6,
  });

  it('is undone by splitMembers, whatever the names', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 12 }), (keys, count) => {
        const members = Array.from({ length: count }, (_, member) =>
          Object.fromEntries(keys.map((key, index) => [key, member * 100 + index])),
        );
        expect(splitMembers(joinMembers(members))).toEqual(members);
      }),
    );
  });

  it('leaves a single network its names', () => {
    expect(joinMembers([{ 'adaptor.0.weight': 1 }])).toEqual({ 'adaptor.0.weight': 1 });
  });
});

describe('ensembleInference', () => {
  const spec = {
    inputWidth: 6,
    adaptorWidths: [8, 6, 4],
    discriminatorWidths: [4, 3],
    classes: 2,
  } as const;
  const random = new Random('ensemble');
  const members = [0, 1, 2].map(() => initialParameters(spec, random));
  const rows = { data: random.fillNormal(new Float32Array(5 * 6)), shape: [5, 6] };

  it('is the mean of what its members say', async () => {
    const { score, logits, ...single } = await runGraph({ rows }, (graph, { rows: x }) => ({
      ...ensembleInference(x!, constantParameters(graph, joinMembers(members))),
      ...Object.fromEntries(
        members.flatMap((member, index) => {
          const outputs = networksInference(x!, constantParameters(graph, member));
          return [
            [`score${index}`, outputs.score],
            [`logits${index}`, outputs.logits],
          ];
        }),
      ),
    }));
    const mean = (name: string, at: number) =>
      [0, 1, 2].reduce((sum, index) => sum + single[`${name}${index}`]!.data[at]!, 0) / 3;
    expect(score!.shape).toEqual([5]);
    expect(logits!.shape).toEqual([5, 3]);
    for (const [at, value] of score!.data.entries()) expect(value).toBeCloseTo(mean('score', at), 5);
    for (const [at, value] of logits!.data.entries()) expect(value).toBeCloseTo(mean('logits', at), 5);
    expect(new Set([0, 1, 2].map((index) => single[`score${index}`]!.data[0])).size).toBe(3);
  });
});
