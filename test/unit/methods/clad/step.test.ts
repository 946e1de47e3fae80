/** @file One step: the rows of a batch, which losses there are, and that they are those of the paper's equations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatsToHalves, halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { concat, Graph, type Tensor } from '../../../../src/graph/index.ts';
import { type CladOptions, cladPresets as presets } from '../../../../src/methods/clad/clad-options.ts';
import {
  initialParameters,
  networksInference,
  networksTraining,
} from '../../../../src/methods/clad/networks.ts';
import { stepBuilder } from '../../../../src/methods/clad/step.ts';
import { batchRows, batchSpec } from '../../../../src/methods/shared/batch-rows.ts';
import { float32, floats, int64, type TensorValue } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { contrastReference } from '../../../helpers/contrast-reference.ts';

const width = 6;
const classes = 3;
const engine = await nodeEngine({ threads: 2 });
const parameters = initialParameters(
  { inputWidth: width, adaptorWidths: [8, 7, 5], discriminatorWidths: [6, 4], classes },
  new Random('step test'),
);
const noiseDeviation = Float32Array.from({ length: width }, (_, axis) => 0.2 + 0.1 * axis);

type Overrides = { [key in keyof CladOptions]?: Partial<CladOptions[key]> };

function trainingOf(overrides: Overrides = {}): CladOptions {
  const base: CladOptions = { ...presets.paper, adaptor: [8, 7, 5], discriminator: [6, 4] };
  const merged = Object.entries(overrides).map(([key, value]) => {
    const before = base[key as keyof CladOptions];
    return [key, typeof value === 'object' ? { ...(before as object), ...value } : value];
  });
  return { ...base, ...Object.fromEntries(merged) };
}

interface Case {
  readonly training?: Overrides;
  readonly stage?: 1 | 2;
  readonly rows?: { normal: number; local: number; global: number };
  /** Changes the batch before it is fed. */
  readonly change?: (batch: Record<string, TensorValue>) => void;
}

function batchOf({ normal, local, global }: Required<Case>['rows']): Record<string, TensorValue> {
  const random = new Random('step batch');
  const halves = (rows: number): TensorValue => ({
    dtype: 'float16',
    shape: [rows, width],
    data: floatsToHalves(random.fillNormal(new Float32Array(rows * width))),
  });
  const beta = Float32Array.from({ length: local }, () => random.uniform(0.2, 0.8));
  return {
    normal: halves(normal),
    classes: int64(
      Array.from({ length: normal }, (_, row) => row % classes),
      [normal],
    ),
    ...(local > 0 && { local: halves(local), localNormal: halves(local), beta: float32(beta, [local]) }),
    ...(global > 0 && {
      noise: float32(random.fillNormal(new Float32Array(global * width)), [global, width]),
    }),
  };
}

/** The losses of one step by name. */
async function lossesOf({ training, stage = 1, rows, change }: Case = {}): Promise<Record<string, number>> {
  const used = rows ?? { normal: 9, local: 4, global: 5 };
  const graph = new Graph();
  const build = stepBuilder({ stage, rows: used, classes, noiseDeviation, training: trainingOf(training) });
  const inputs = Object.fromEntries(
    Object.entries(batchSpec(used, width)).map(([name, { dtype, shape }]) => [
      name,
      graph.input(name, dtype, shape),
    ]),
  );
  const { losses } = build(constants(graph), inputs);
  for (const [name, value] of Object.entries(losses)) graph.output(`loss.${name}`, value);
  const batch = batchOf(used);
  change?.(batch);
  const session = await engine.load(graph.toBytes());
  try {
    const outputs = await session.run(batch);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name.slice('loss.'.length), floats(value)[0]!]),
    );
  } finally {
    await session.release();
  }
}

function constants(graph: Graph): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [name, graph.constant(name, data, shape)]),
  );
}

describe('rows of a batch', () => {
  const share = fc.double({ min: 0, max: 0.9, noNaN: true });

  it('add up to the batch, with at least two normal ones and no more global ones than those', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 100_000 }),
        share,
        share,
        fc.boolean(),
        (batch, local, global, has) => {
          const rows = batchRows(batch, { local, global }, has);
          expect(Object.values(rows).every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
          expect(rows.normal).toBeGreaterThanOrEqual(Math.max(2, rows.global));
          expect(rows.normal + rows.local + rows.global).toBe(Math.max(batch, rows.local + rows.global + 2));
          if (!has || local === 0) expect(rows.local).toBe(0);
          if (global === 0) expect(rows.global).toBe(0);
        },
      ),
    );
  });

  it.each([
    [8000, { local: 0.25, global: 0.25 }, true, { normal: 4000, local: 2000, global: 2000 }],
    [8000, { local: 0.25, global: 0.25 }, false, { normal: 6000, local: 0, global: 2000 }],
    [100, { local: 0, global: 0 }, true, { normal: 100, local: 0, global: 0 }],
    [100, { local: 0.2, global: 0.9 }, true, { normal: 40, local: 20, global: 40 }],
  ])('of %d by shares %j, local anomalies there: %s, are %j', (batch, shares, has, rows) => {
    expect(batchRows(batch, shares, has)).toEqual(rows);
  });
});

describe('losses of a step', () => {
  it('are all four in stage 1', async () => {
    const losses = await lossesOf();
    expect(Object.keys(losses)).toEqual(['contrast', 'variance', 'classification', 'score', 'total']);
    for (const [name, value] of Object.entries(losses)) expect(value, name).toBeGreaterThan(0);
  });

  it('are classification and score alone in stage 2 (Eq. 24)', async () => {
    const losses = await lossesOf({ stage: 2, training: { losses: { contrast: 5, variance: 5 } } });
    expect(Object.keys(losses)).toEqual(['classification', 'score', 'total']);
    expect(losses.total).toBeCloseTo(losses.classification! + losses.score!, 5);
  });

  it('keep the variance in stage 2 where the sentence of section 3.5 is followed', async () => {
    const losses = await lossesOf({ stage: 2, training: { losses: { varianceInStage2: true } } });
    expect(Object.keys(losses)).toEqual(['variance', 'classification', 'score', 'total']);
    expect(losses.variance).toBe((await lossesOf()).variance);
  });

  it.each([1, 2] as const)('add up to the total by their weights in stage %d', async (stage) => {
    const weights = { contrast: 0.5, variance: 0.25, classification: 3, score: 0.7 };
    const plain = await lossesOf({ stage });
    const { total, ...losses } = await lossesOf({ stage, training: { losses: weights } });
    let sum = 0;
    for (const [name, value] of Object.entries(losses)) {
      // The weights are in the total, not in the values that are logged.
      expect(value, name).toBe(plain[name]);
      sum += weights[name as keyof typeof weights] * value;
    }
    expect(total).toBeCloseTo(sum, 4);
  });

  it.each(['contrast', 'variance', 'classification'])('have no %s where its weight is 0', async (name) => {
    const with0 = await lossesOf({ training: { losses: { [name]: 0 } } });
    const { [name]: without, ...others } = await lossesOf();
    expect(with0).toEqual({ ...others, total: expect.closeTo(others.total! - without!, 4) });
  });

  it('do not count the score where its weight is 0', async () => {
    const { contrast, variance, classification, total } = await lossesOf({
      training: { losses: { score: 0 } },
    });
    expect(total).toBeCloseTo(contrast! + variance! + classification!, 5);
  });

  it.each([
    ['local', { normal: 9, local: 0, global: 5 }, ['normal', 'classes', 'noise']],
    ['global', { normal: 9, local: 4, global: 0 }, ['normal', 'classes', 'local', 'localNormal', 'beta']],
    ['any', { normal: 9, local: 0, global: 0 }, ['normal', 'classes']],
  ])('can do without %s anomalies', async (_, rows, fed) => {
    expect(Object.keys(batchSpec(rows, width))).toEqual(fed);
    const losses = await lossesOf({ rows });
    for (const [name, value] of Object.entries(losses)) expect(value, name).toBeGreaterThan(0);
  });

  it('depend on the normal feature beside a local anomaly by beta (Eq. 4), and not where beta is 0', async () => {
    const other: Case['change'] = (batch) => {
      const { shape, data } = batch.localNormal!;
      batch.localNormal = { dtype: 'float16', shape, data: (data as Uint16Array).slice().reverse() };
    };
    const unfused: Case['change'] = (batch) => {
      batch.beta = float32(new Float32Array(4), [4]);
    };
    expect((await lossesOf({ change: other })).total).not.toBe((await lossesOf()).total);
    const both: Case['change'] = (batch) => {
      other(batch);
      unfused(batch);
    };
    expect(await lossesOf({ change: both })).toEqual(await lossesOf({ change: unfused }));
  });
});

type Displace = (noise: readonly number[], origin: readonly number[]) => number[] | Promise<number[]>;

describe('losses against the equations, in plain loops', () => {
  const rows = { normal: 9, local: 4, global: 5 };

  /**
   * The networks' outputs on rows put together by hand: without ascent a global anomaly is its normal row with noise.
   * @param displace - what becomes of a row's noise; as drawn where absent
   */
  async function reference(displace: Displace = (noise) => [...noise]) {
    const batch = batchOf(rows);
    const plain = (name: string) => halvesToFloats(batch[name]!.data as Uint16Array);
    const [normal, local, beside] = ['normal', 'local', 'localNormal'].map(plain) as Float32Array[];
    const [beta, noise] = [floats(batch.beta), floats(batch.noise)];
    const fused = local!.map((value, at) => {
      const share = beta[Math.floor(at / width)]!;
      return (1 - share) * value + share * beside![at]!;
    });
    const noisy = new Float32Array(noise.length);
    for (let row = 0; row < rows.global; row++) {
      const own = [...noise.subarray(row * width, (row + 1) * width)].map(
        (value, axis) => value * noiseDeviation[axis]!,
      );
      const origin = [...normal!.subarray(row * width, (row + 1) * width)];
      const moved = await displace(own, origin);
      noisy.set(
        moved.map((value, axis) => origin[axis]! + value),
        row * width,
      );
    }
    const graph = new Graph();
    const parts = [normal!, fused, noisy].map((data, part) =>
      graph.constant(`part${part}`, data, [data.length / width, width]),
    );
    const { outputs } = networksTraining(concat(parts, 0), constants(graph));
    graph.output('logits', outputs.logits);
    graph.output('score', outputs.score);
    graph.output('embedding', outputs.embedding);
    const session = await engine.load(graph.toBytes());
    const { logits, score, embedding } = await session.run({});
    await session.release();
    const labels = [
      ...Array.from({ length: rows.normal }, (_, row) => row % classes),
      ...new Array<number>(rows.local + rows.global).fill(classes),
    ];
    const d = 5;
    const z = labels.map((_, row) => Array.from(floats(embedding).subarray(row * d, (row + 1) * d)));
    return { logits: floats(logits), score: floats(score), z, labels };
  }

  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  const plain = { globalAnomalies: { ascentSteps: 0 } };

  it.each([true, false])(
    'contrast has all rows, anomalies as one class that attracts: %s (Eq. 8-17)',
    async (attract) => {
      const { z, labels } = await reference();
      const { contrast } = await lossesOf({
        rows,
        training: { ...plain, losses: { attractAnomalies: attract } },
      });
      const options = { ...trainingOf().losses, unattracted: attract ? undefined : classes };
      expect(contrast).toBeCloseTo(contrastReference(z, labels, options), 4);
    },
  );

  it('variance has all rows, anomalies as one class (Eq. 18-19)', async () => {
    const { z, labels } = await reference();
    const byClass = Array.from({ length: classes + 1 }, (_, label) => {
      const own = z.filter((_, row) => labels[row] === label);
      const centre = own[0]!.map((_, axis) => mean(own.map((row) => row[axis]!)));
      return mean(own.map((row) => row.reduce((sum, value, axis) => sum + (value - centre[axis]!) ** 2, 0)));
    });
    expect((await lossesOf({ rows, training: plain })).variance).toBeCloseTo(mean(byClass), 3);
  });

  it('variance may leave anomalies out (Eq. 19) and be averaged over dimensions (Eq. 18)', async () => {
    const { z, labels } = await reference();
    const byClass = Array.from({ length: classes }, (_, label) => {
      const own = z.filter((_, row) => labels[row] === label);
      const centre = own[0]!.map((_, axis) => mean(own.map((row) => row[axis]!)));
      return mean(own.map((row) => row.reduce((sum, value, axis) => sum + (value - centre[axis]!) ** 2, 0)));
    });
    const losses = { compactAnomalies: false, varianceOver: 'mean' } as const;
    expect((await lossesOf({ rows, training: { ...plain, losses } })).variance).toBeCloseTo(
      mean(byClass) / z[0]!.length,
      4,
    );
  });

  it('a shell of one radius gives every global anomaly the length of the noise (Eq. 7)', async () => {
    const length = Math.hypot(...noiseDeviation);
    const { score, labels } = await reference((noise) =>
      noise.map((value) => (value * length) / Math.hypot(...noise)),
    );
    const expected = labels.map((label, row) =>
      Math.max(0, 0.5 - (label === classes ? 1 : -1) * score[row]!),
    );
    const shell = { ascentSteps: 1, stepLength: 0, innerRadius: 1, outerRadius: 1 };
    const losses = await lossesOf({ rows, training: { globalAnomalies: shell, losses: { delta: 0.5 } } });
    expect(losses.score).toBeCloseTo(mean(expected), 4);
  });

  it('the ascent goes up the loss of the networks with their running statistics (Eq. 5-6)', async () => {
    const graph = new Graph();
    const { score: inUse } = networksInference(graph.input('x', 'float32', ['N', width]), constants(graph));
    graph.output('score', inUse);
    const session = await engine.load(graph.toBytes());
    const eta = 0.5 * Math.hypot(...noiseDeviation);
    const { score, labels } = await reference(async (noise, origin) => {
      const at = noise.map((value, axis) => origin[axis]! + value);
      const step = 1e-3;
      const around = at.flatMap((_, axis) =>
        [step, -step].map((by) => at.map((each, other) => each + (other === axis ? by : 0))),
      );
      const outputs = await session.run({
        x: float32(Float32Array.from(around.flat()), [around.length, width]),
      });
      const losses = Array.from(floats(outputs.score), (value) => Math.log1p(Math.exp(-value)));
      const slope = at.map((_, axis) => losses[2 * axis]! - losses[2 * axis + 1]!);
      return noise.map((value, axis) => value + (eta * slope[axis]!) / Math.hypot(...slope));
    });
    await session.release();
    const expected = labels.map((label, row) =>
      Math.log1p(Math.exp((label === classes ? -1 : 1) * score[row]!)),
    );
    const one = { ascentSteps: 1, stepLength: 0.5, innerRadius: 0, outerRadius: 1000 };
    const losses = await lossesOf({
      rows,
      training: { globalAnomalies: one, losses: { scoreLoss: 'bce' } },
    });
    expect(losses.score).toBeCloseTo(mean(expected), 3);
    // Without the step it is another.
    const still = await lossesOf({ rows, training: { ...plain, losses: { scoreLoss: 'bce' } } });
    expect(Math.abs(losses.score! - still.score!)).toBeGreaterThan(5e-3);
  });

  it('classification labels classes by their class and every anomaly by class N (Eq. 20)', async () => {
    const { logits, labels } = await reference();
    const expected = labels.map((label, row) => {
      const own = Array.from(logits.subarray(row * (classes + 1), (row + 1) * (classes + 1)));
      return Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0)) - own[label]!;
    });
    const losses = await lossesOf({ rows, training: plain });
    expect(losses.classification).toBeCloseTo(mean(expected), 4);
  });

  it.each([
    ['hinge', (score: number, sign: number) => Math.max(0, 0.5 - sign * score)],
    ['bce', (score: number, sign: number) => Math.log1p(Math.exp(-sign * score))],
  ] as const)('%s asks anomalies above and normal rows below (Eq. 21-23)', async (scoreLoss, term) => {
    const { score, labels } = await reference();
    const expected = labels.map((label, row) => term(score[row]!, label === classes ? 1 : -1));
    const losses = await lossesOf({
      rows,
      training: { ...plain, losses: { scoreLoss, delta: 0.5 } },
    });
    expect(losses.score).toBeCloseTo(mean(expected), 4);
  });
});
