/** The training steps that are measured: what they are of, and the matrix products that none of them can do without. */
import { loadMethod } from '../dist/methods/registry.js';
import { batchRows } from '../dist/methods/shared/batch-rows.js';
import { openStep } from '../dist/methods/shared/step-timing.js';

const clad = await loadMethod('clad');

/** Of residuals, as the presets `fast` and `accurate` see them; of features, as the paper does. */
function stepOf(preset, stage, width, batch) {
  const options = clad.presets[preset];
  const rows = batchRows(batch ?? options[`stage${stage}`].batch, options.batch, true);
  const classes = 4;
  const total = rows.normal + rows.local + rows.global;
  return {
    name: `stage ${stage}, ${preset === 'paper' ? "the paper's widths" : preset}, batch ${total}`,
    stage,
    options,
    rows,
    width,
    classes,
    contrasted: stage === 1 && options.losses.contrast > 0,
  };
}

/** The paper's own batches, 8000 and 100 000, take minutes a step; its widths are what matters. */
export const steps = [
  stepOf('fast', 1, clad.presets.fast.memoryBank.components),
  stepOf('fast', 2, clad.presets.fast.memoryBank.components),
  stepOf('paper', 1, 1536, 4096),
  stepOf('paper', 2, 1536, 4096),
];

/**
 * The products of a step, [rows, inner, columns] each: forward, by weights, and by inputs but for the first layer's; forward and by inputs
 * of the global anomalies' ascent; the pairs of the contrast and their derivative.
 */
export function productsOf({ options, rows, width, classes, contrasted }) {
  const widths = [width, ...options.adaptor, ...options.discriminator, classes + 2];
  const batch = rows.normal + rows.local + rows.global;
  const shapes = [];
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [from, to] = [widths[layer], widths[layer + 1]];
    shapes.push([batch, from, to], [to, batch, from]);
    if (layer > 0) shapes.push([batch, to, from]);
    for (let step = 0; step < options.globalAnomalies.ascentSteps; step++)
      shapes.push([rows.global, from, to], [rows.global, to, from]);
  }
  const embedded = options.adaptor.at(-1);
  if (contrasted) shapes.push([batch, embedded, batch], [batch, batch, embedded]);
  return shapes;
}

/** Operations of products, each multiplication with its addition as two. */
export const operations = (shapes) => shapes.reduce((sum, [m, k, n]) => sum + 2 * m * k * n, 0);

/**
 * A step of any method in the engine, fed values by chance.
 * @param program - parameters, spec of a batch, step, optimizer
 * @param below - whole numbers that are fed are below this
 * @param count - steps in one call
 * @returns `run`, which gives the milliseconds of one step, and `release`
 */
export async function timedStep({ engine, now }, program, below, count) {
  const step = await openStep(engine, program, below, count);
  return {
    async run() {
      const started = now();
      await step.run();
      return (now() - started) / count;
    },
    release: step.release,
  };
}
