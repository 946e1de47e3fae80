/** @file What a patch says: the networks' score and vote, the memory bank's distance, and both together. */
import { describe, expect, it } from 'vitest';
import { roundToHalves } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { localLevels } from '../../../../src/features/memory-bank/local-level.ts';
import type { Tensor } from '../../../../src/graph/index.ts';
import { initialParameters, networksInference } from '../../../../src/methods/clad/networks.ts';
import {
  fuseScores,
  patchScores,
  type ScoreFusion,
  type TrainedClad,
} from '../../../../src/methods/clad/patch-scores.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const [rows, width, entries] = [9, 4, 6];
const classes = ['bolt', 'nut', 'cap'];
const random = new Random('voices');
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const x = normals(rows * width);
const parameters = initialParameters(
  { inputWidth: width, adaptorWidths: [8, 6, 5], discriminatorWidths: [6, 5], classes: classes.length },
  random,
);
const identity = Float32Array.from({ length: width ** 2 }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
// As training rounds them.
const bank = roundToHalves(normals(entries * width));
const whitening = Float32Array.of(1, 2, 0.5, 1.5);
const entryClasses = [0, 0, 1, 1, 2, 2];
const feature: TrainedClad = {
  classes,
  parameters,
  fitted: { kind: 'feature', width, noiseDeviation: new Float32Array(width) },
};
const residual: TrainedClad = {
  classes,
  parameters,
  fitted: {
    kind: 'residual',
    width,
    noiseDeviation: new Float32Array(width),
    search: { neighbours: 2, shortlist: 2 },
    searchWidth: null,
    entryClasses,
    // The same number as any row could have: at inference no entry is left out.
    entryImages: [0, 0, 0, 0, 0, 0],
    arrays: {
      mean: { shape: [width], data: new Float32Array(width).fill(0.25) },
      projection: { shape: [width, width], data: identity },
      entries: { shape: [entries, width], data: bank },
      norms: {
        shape: [entries],
        data: Float32Array.from(
          { length: entries },
          (_, entry) => Math.hypot(...bank.subarray(entry * width, (entry + 1) * width)) ** 2,
        ),
      },
      whitening: { shape: [width], data: whitening },
    },
  },
};
const fusion: ScoreFusion = {
  distance: [1.5, 1.1, 0.7].map((mean) => ({ mean, deviation: mean / 3 })),
  network: [-0.2, 0.3, 0.1].map((mean) => ({ mean, deviation: 0.1 })),
  networkWeight: 0.75,
};

async function scoresOf(model: TrainedClad, second?: ScoreFusion) {
  const found = await runGraph({ x: { data: x, shape: [rows, width] } }, (graph, inputs) => {
    const said = patchScores(graph, inputs.x!, model, rows);
    return {
      ...(said.network && { network: said.network }),
      votes: said.votes,
      ...(said.distance && { distance: said.distance }),
      combined: fuseScores(said, second, rows),
    };
  });
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data]));
}

/** The networks on rows, with their class logits. */
async function networks(data: ArrayLike<number>) {
  const found = await runGraph({ x: { data, shape: [rows, width] } }, (graph, inputs) => {
    const tensors: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(parameters))
      tensors[name] = graph.constant(name, value.data, value.shape);
    const { logits, score } = networksInference(inputs.x!, tensors);
    return { logits, networkScore: score };
  });
  return { logits: found.logits!.data, score: found.networkScore!.data };
}

function expectClose(actual: readonly number[] | undefined, expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, at) => {
    expect(actual![at], `${at}`).toBeCloseTo(value, 4);
  });
}

describe('a patch', () => {
  it('on features is scored by the networks and votes for the likeliest class, never for the anomaly class', async () => {
    const { network, votes, distance, combined } = await scoresOf(feature);
    const { logits, score } = await networks(x);
    expectClose(network, score);
    expectClose(combined, score);
    expect(distance).toBeUndefined();
    const likeliest = Array.from({ length: rows }, (_, row) => {
      const products = logits.slice(row * 4, row * 4 + 3);
      return products.indexOf(Math.max(...products));
    });
    expect(new Set(likeliest).size).toBeGreaterThan(1);
    expect(votes).toEqual([0, 1, 2].map((each) => likeliest.filter((product) => product === each).length));
  });

  it('on residuals votes for the nearest class, by how much further the next one is, and is scored by the entries of the class that won', async () => {
    const { network, votes, distance } = await scoresOf(residual);
    const sorted = Array.from({ length: rows }, (_, row) => {
      const own = Array.from(x.subarray(row * width, (row + 1) * width), (value) => value - 0.25);
      const nearest = entryClasses
        .map((of, entry) => ({ of, values: bank.subarray(entry * width, (entry + 1) * width) }))
        .map((each) => ({
          ...each,
          away: Math.hypot(...own.map((value, axis) => value - each.values[axis]!)),
        }))
        .sort((a, b) => a.away - b.away);
      return { own, nearest };
    });
    const expectedVotes = sorted.map(({ nearest }) => {
      const first = nearest[0]!;
      const next = nearest.find(({ of }) => of !== first.of)!;
      return [0, 1, 2].map((each) => (each === first.of ? next.away - first.away : 0));
    });
    const totals = [0, 1, 2].map((each) => expectedVotes.reduce((sum, vote) => sum + vote[each]!, 0));
    expectClose(votes, totals);
    const winner = totals.indexOf(Math.max(...totals));
    // Otherwise nothing would show that only the winner's entries are asked.
    expect(sorted.some(({ nearest }) => nearest[0]!.of !== winner)).toBe(true);
    const differences = sorted.map(({ own, nearest }) => {
      const [first, second] = nearest.filter(({ of }) => of === winner);
      return own.map((value, axis) => value - (first!.values[axis]! + second!.values[axis]!) / 2);
    });
    expectClose(
      distance,
      differences.map((difference) => Math.hypot(...difference)),
    );
    const inputs = differences.flatMap((difference) =>
      difference.map((value, axis) => value * whitening[axis]!),
    );
    expectClose(network, (await networks(inputs)).score);
  });

  it('is the whitened distance in units of its spread where there are no networks', async () => {
    const { network: _, ...distanceAlone } = fusion;
    const alone = await scoresOf({ ...residual, parameters: undefined }, distanceAlone);
    expect(alone.network).toBeUndefined();
    const { distance, votes } = alone;
    expect(votes).toEqual((await scoresOf(residual)).votes);
    const totals = [0, 1, 2].map((each) =>
      votes!.reduce((sum, vote, at) => sum + (at % 3 === each ? vote : 0), 0),
    );
    const winner = totals.indexOf(Math.max(...totals));
    // The same of white residuals is their length; and each component counts by its own weight.
    const plain = (await scoresOf(residual)).distance!;
    const ones = { shape: [width], data: new Float32Array(width).fill(1) };
    const { fitted } = residual;
    if (fitted.kind !== 'residual') throw new Error('no residuals');
    const white = { ...fitted, arrays: { ...fitted.arrays, whitening: ones } };
    expectClose(
      (await scoresOf({ ...residual, fitted: white, parameters: undefined }, distanceAlone)).distance,
      [...plain],
    );
    expect([...distance!]).not.toEqual([...plain]);
    const largest = Math.max(...whitening);
    for (const [row, value] of distance!.entries())
      expect(value).toBeLessThanOrEqual(largest * plain[row]! + 1e-5);
    const { mean, deviation } = fusion.distance[winner]!;
    expectClose(
      alone.combined,
      distance!.map((value) => (value - mean) / deviation),
    );
  });

  it('has both scores fused in units of their spread over normal patches', async () => {
    const { network, distance, votes, combined } = await scoresOf(residual, fusion);
    const totals = [0, 1, 2].map((each) =>
      votes!.reduce((sum, vote, at) => sum + (at % 3 === each ? vote : 0), 0),
    );
    const winner = totals.indexOf(Math.max(...totals));
    const { distance: far, network: trained } = fusion;
    const [{ mean, deviation }, other] = [far[winner]!, trained![winner]!];
    expectClose(
      combined,
      network!.map(
        (score, row) =>
          (distance![row]! - mean) / deviation + 0.75 * ((score - other.mean) / other.deviation),
      ),
    );
  });

  it('in tiles is measured by how near the rim it lies, less the level of its image, as far as good images have it', async () => {
    const zones = Array.from({ length: rows }, (_, row) => row % 2);
    const { network: _, ...distanceAlone } = fusion;
    const alone = { ...residual, parameters: undefined };
    const ofClasses = (level: number) =>
      [0, 1, 2].map((each) => ({ means: [1 + each, 1.5 + each], deviations: [0.5, 0.75 + each], level }));
    const grid = { rows: 3, columns: 3 };
    for (const level of [-50, 50]) {
      const rim = { grid, zones, ofClasses: ofClasses(level) };
      const found = await scoresOf(alone, { ...distanceAlone, rim });
      const totals = [0, 1, 2].map((each) =>
        found.votes!.reduce((sum, vote, at) => sum + (at % 3 === each ? vote : 0), 0),
      );
      const { means, deviations } = ofClasses(level)[totals.indexOf(Math.max(...totals))]!;
      const measured = found.distance!.map((value, row) => (value - means[row % 2]!) / deviations[row % 2]!);
      const own = measured.reduce((sum, value) => sum + value, 0) / rows;
      expectClose(
        found.combined,
        measured.map((value) => value - Math.min(own, level)),
      );
    }
  });

  it('beside the whole is less the level around it, and of the whole itself as it is measured', async () => {
    const zones = Array.from({ length: rows }, (_, row) => row % 2);
    const grid = { rows: 2, columns: 3, whole: { rows: 1, columns: 3 } };
    const { network: _, ...distanceAlone } = fusion;
    const alone = { ...residual, parameters: undefined };
    const ofClasses = (level: number) =>
      [0, 1, 2].map((each) => ({ means: [1 + each, 1.5 + each], deviations: [0.5, 0.75 + each], level }));
    for (const level of [-50, 50]) {
      const rim = { grid, zones, ofClasses: ofClasses(level) };
      const found = await scoresOf(alone, { ...distanceAlone, rim });
      const totals = [0, 1, 2].map((each) =>
        found.votes!.reduce((sum, vote, at) => sum + (at % 3 === each ? vote : 0), 0),
      );
      const { means, deviations } = ofClasses(level)[totals.indexOf(Math.max(...totals))]!;
      const measured = found.distance!.map((value, row) => (value - means[row % 2]!) / deviations[row % 2]!);
      const around = localLevels(Float32Array.from(measured.slice(0, 6)), { rows: 2, columns: 3 });
      expectClose(
        found.combined,
        measured.map((value, row) => (row < 6 ? value - Math.min(around[row]!, level) : value)),
      );
    }
  });

  it("has the networks' score alone where no fusion is wanted, or there is no memory bank", async () => {
    const alone = await scoresOf(residual);
    expectClose(alone.combined, alone.network!);
    const none = await scoresOf(feature, fusion);
    expectClose(none.combined, none.network!);
  });
});
