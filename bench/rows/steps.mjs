/**
 * (b) A training step, as the trainer runs it (several in one call of the engine), beside its own matrix products and beside the same step written in
 * PyTorch, with the ascent of the global anomalies in both. Its share of the products says what all else costs: losses, batch norm, AdamW and,
 * in stage 1, the pairs of the contrast, whose powers take longer than their products.
 */
import { cladNetworks } from '../../dist/methods/clad/clad-networks.js';
import { batchSpec } from '../../dist/methods/shared/batch-rows.js';
import { atMost, inTurns, line } from '../measure.mjs';
import { productsOf, steps, timedStep } from '../steps.mjs';
import { bareProducts } from './products.mjs';

export const letter = 'b';
export const about = 'training steps';
export const seconds = 150;

/** Steps in one call, as the trainer has them up to 25 of; fewer where they are large. */
const together = ({ width }) => (width > 512 ? 2 : 8);

/** A session of the step. @returns runs `together` steps, and gives the time of one in milliseconds */
export async function trainingStep({ engine, random, now }, step) {
  const { stage, options, rows, width, classes } = step;
  const noise = { width, noiseDeviation: new Float32Array(width).fill(0.1) };
  const networks = cladNetworks(options, noise, classes);
  const program = {
    parameters: networks.initial(random),
    spec: batchSpec(rows, width),
    step: networks.stages[stage - 1].step(rows),
    optimizer: options.optimizer,
  };
  return timedStep({ engine, now }, program, classes, together(step));
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
      lines.push(line(step.name, times.ours, atMost(1, 'the same step in PyTorch', times.theirs)));
    }
    await bare.release();
    await ours.release();
    await torch?.clear();
  }
  return lines;
}
