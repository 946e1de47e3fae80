/**
 * (b) A training step, as the trainer runs it (several in one call of the engine), beside its own matrix products and beside the same step written in
 * PyTorch, with the ascent of the global anomalies in both. Its share of the products says what all else costs: losses, batch norm, AdamW and,
 * in stage 1, the pairs of the contrast, whose powers take longer than their products.
 */
import { cladNetworks } from '../../dist/methods/clad/clad-networks.js';
import { batchSpec } from '../../dist/methods/shared/batch-rows.js';
import { float32, int64 } from '../../dist/runtime/engine.js';
import { initialState, trainingProgram } from '../../dist/training/program.js';
import { inTurns, line } from '../measure.mjs';
import { productsOf, steps } from '../steps.mjs';
import { bareProducts } from './products.mjs';

export const letter = 'b';
export const about = 'training steps';
export const seconds = 150;

/** Steps in one call, as the trainer has them up to 25 of; fewer where they are large. */
const together = ({ width }) => (width > 512 ? 2 : 8);

/** A session of the step. @returns runs `together` steps, and gives the time of one in milliseconds */
export async function trainingStep({ engine, random, now }, step) {
  const { stage, options, rows, width, classes } = step;
  const count = together(step);
  const noise = { width, noiseDeviation: new Float32Array(width).fill(0.1) };
  const networks = cladNetworks(options, noise, classes);
  const declared = networks.initial(random);
  const state = initialState(declared, options.optimizer.averageDecay > 0);
  const spec = batchSpec(rows, width);
  const { averageDecay, ...optimizer } = options.optimizer;
  const build = networks.stages[stage - 1].step(rows);
  const session = await engine.load(
    trainingProgram(declared, state, spec, build, { optimizer, averageDecay }),
  );
  const drawn = {
    float16: (length) => ({
      dtype: 'float16',
      data: new Uint16Array(length).map(() => 0x3000 + random.integer(0x800)),
    }),
    float32: (length) => ({ dtype: 'float32', data: random.fillNormal(new Float32Array(length)) }),
    int64: (length) =>
      int64(
        Array.from({ length }, () => random.integer(classes)),
        [],
      ),
  };
  const feeds = {
    ...Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    ),
    steps: int64([count], []),
    learning_rate: float32(new Float32Array(count).fill(1e-4), [count]),
  };
  for (const [name, { dtype, shape }] of Object.entries(spec)) {
    const all = [count, ...shape];
    feeds[name] = { ...drawn[dtype](all.reduce((product, size) => product * size, 1)), shape: all };
  }
  return {
    async run() {
      const started = now();
      await session.run(feeds);
      return (now() - started) / count;
    },
    release: () => session.release(),
  };
}

function inPyTorch({ stage, options, rows, width, classes }) {
  const { ascentSteps, stepLength, innerRadius, outerRadius } = options.globalAnomalies;
  return {
    width,
    adaptor: options.adaptor,
    discriminator: options.discriminator,
    classes,
    normal: rows.normal,
    local: rows.local,
    globals_: rows.global,
    losses: options.losses,
    stage,
    ascent: { steps: ascentSteps, stepLength, innerRadius, outerRadius },
  };
}

export async function measure(context) {
  const { torch } = context;
  const lines = [];
  for (const step of steps) {
    const bare = await bareProducts(context, productsOf(step));
    const ours = await trainingStep(context, step);
    const theirs = await torch?.make('step', inPyTorch(step));
    const times = await inTurns(
      { ours: ours.run, bare: bare.run, ...(theirs && { theirs }) },
      context.limits(20),
    );
    lines.push(
      line(step.name, times.ours, {
        beside: 'its products',
        besideTimes: times.bare,
        kind: 'share',
        target: { of: 'ratio', least: step.stage === 1 ? 0.5 : 0.7 },
      }),
    );
    if (theirs) {
      lines.push(
        line(step.name, times.ours, {
          beside: 'the same step in PyTorch',
          besideTimes: times.theirs,
          kind: 'times',
          target: { of: 'ratio', most: 1 },
        }),
      );
    }
    await bare.release();
    await ours.release();
    await torch?.clear();
  }
  return lines;
}
