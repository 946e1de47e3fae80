/**
 * (j) A training step of each of the rivals that are networks, as the trainer runs it, beside the same step written in PyTorch. Steps are fed numbers by chance:
 * what they take does not depend on them.
 */
import { atMost, inTurns, line } from '../measure.mjs';
import { rivalSteps } from '../rival-steps.mjs';
import { timedStep } from '../steps.mjs';

export const letter = 'j';
export const about = 'training steps of the rivals';
export const seconds = 150;

/** Steps in one call, about as the trainer has them: as many as it feeds at once. */
function together({ spec }) {
  const bytes = Object.values(spec).map(
    ({ shape }) => 2 * shape.reduce((product, size) => product * size, 1),
  );
  return Math.max(1, Math.min(8, Math.floor(128e6 / bytes.reduce((sum, each) => sum + each, 0))));
}

export async function measure(context) {
  const { torch } = context;
  const lines = [];
  for (const { name, program, below, torch: asked } of await rivalSteps(context)) {
    const ours = await timedStep(context, program, below, together(program));
    const theirs = await torch?.make(asked.kind, asked.options);
    const times = await inTurns({ ours: ours.run, ...(theirs && { theirs }) }, context.limits(20));
    lines.push(line(name, times.ours, theirs && atMost(1, 'the same step in PyTorch', times.theirs)));
    await ours.release();
    await torch?.clear();
  }
  return lines;
}
