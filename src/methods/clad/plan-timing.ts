/** @file What `clad train --plan` measures: a few images, steps and maps, drawn by chance, on this machine as it is now. */
import { Random } from '../../core/random.ts';
import { Evaluator } from '../../evaluation/evaluator.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type BatchRows, batchRows, batchSpec } from '../shared/batch-rows.ts';
import { extrapolated, oneStepSeconds } from '../shared/step-timing.ts';
import { cladNetworks } from './clad-networks.ts';
import type { CladOptions } from './clad-options.ts';

/**
 * Of one step, measured where its batch is small, else extrapolated from two smaller ones: by the rows and their square where rows are contrasted
 * (stage 1), by the rows and a fixed part elsewhere.
 */
export async function stepSeconds(
  engine: Engine,
  options: CladOptions,
  stage: 1 | 2,
  width: number,
  classes: number,
): Promise<number> {
  const { batch } = options[`stage${stage}`];
  const timed = (rows: number) => {
    const parts = batchRows(rows, options.batch, options.synthesis.perImage > 0);
    return oneStep(engine, options, stage, parts, width, classes);
  };
  const contrasted = stage === 1 && options.losses.contrast > 0;
  const [small, large] = contrasted ? ([1024, 4096] as const) : ([2048, 8192] as const);
  if (batch <= small) return timed(batch);
  const first = { rows: small, seconds: await timed(small) };
  const second = { rows: Math.min(batch, large), seconds: await timed(Math.min(batch, large)) };
  return extrapolated(first, second, batch, contrasted);
}

async function oneStep(
  engine: Engine,
  options: CladOptions,
  stage: 1 | 2,
  rows: BatchRows,
  width: number,
  classes: number,
): Promise<number> {
  const networks = cladNetworks(
    options,
    { width, noiseDeviation: new Float32Array(width).fill(0.1) },
    classes,
  );
  const { step } = networks.stages[stage - 1]!;
  const program = {
    parameters: networks.initial(new Random('plan')),
    spec: batchSpec(rows, width),
    step: step(rows),
    optimizer: options.optimizer,
  };
  return oneStepSeconds(engine, program, classes);
}

/** All metrics of one test image, by drawn maps of this size. */
export function metricSeconds({ width, height }: ImageSize): number {
  const random = new Random('plan');
  const length = width * height;
  const drawnMap = () => Float32Array.from({ length }, () => random.uniform(0, 1));
  const data = Uint8Array.from({ length }, (_, pixel) => (pixel % width < width / 8 ? 1 : 0));
  const mask = { width, height, data };
  const images = Array.from({ length: 8 }, (_, number) => ({ map: drawnMap(), anomalous: number % 2 === 1 }));
  const started = performance.now();
  const evaluator = new Evaluator();
  for (const { map, anomalous } of images)
    evaluator.add({
      className: 'plan',
      anomalous,
      mask: anomalous ? mask : null,
      prediction: { score: map[0] ?? 0, map },
    });
  evaluator.result();
  return (performance.now() - started) / 1000 / images.length;
}
