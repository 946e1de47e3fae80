/**
 * @file CFLOW-AD (Gudovskiy et al., "CFLOW-AD: Real-Time Unsupervised Anomaly Detection with Localization via Conditional Normalizing Flows", WACV 2022): of each level
 * of the backbone a flow learns how likely a patch's features are at its place, and what is unlikely is anomalous.
 *
 * Six things differ from its code: the highest likelihood is that of the good images learnt from, where it takes that of the test images; maps are enlarged with
 * half-pixel centres, where it aligns corners; the learning rate falls step by step to a hundredth, where it falls pass by pass to a thousandth; levels are trained one
 * after another, which is the same as in turn, since nothing passes between them; the last state is taken, where it reports one chosen by the test images; and one
 * flow of each level learns all classes, of which it is not told.
 */
import { type MapLevel, valuesOf } from '../../features/store/extract-maps.ts';
import type { Stage } from '../../training/stage.ts';
import { defineMethod } from '../contract.ts';
import { fittedOnMaps, type MapView, storedMaps, trainOnMaps } from '../shared/maps/fit-on-maps.ts';
import { ImagePasses } from '../shared/maps/image-passes.ts';
import { rootMeanSquares } from '../shared/maps/map-size.ts';
import { type CflowOptions, cflowOptions, cflowPresets } from './cflow-options.ts';
import { planCflow } from './cflow-plan.ts';
import { scheduleOf, taskOfLevel } from './cflow-schedule.ts';
import { cflowScores } from './cflow-scores.ts';
import { cflowImageSeconds, cflowStoredSeconds, cflowTasks } from './cflow-seconds.ts';
import { cflowStep } from './cflow-step.ts';
import { levelsView, withLevels } from './cflow-view.ts';
import { flowParameters, flowsOf, type LevelFlow } from './flow.ts';
import { LevelBatches } from './level-batches.ts';
import { likelihoodPeaks } from './likelihood-peaks.ts';

/** The most that a call of the engine is fed, bytes: steps of deep levels take long, and between calls there is progress to tell and a chance to stop. */
const feedBytes = 8e6;

export const cflow = defineMethod<CflowOptions, MapView>({
  name: 'cflow',
  summary: "a flow of each level says how likely a patch's features are at its place",
  options: cflowOptions,
  presets: cflowPresets,
  inputSize: ({ features }) => features.inputSize,
  adapt: withLevels,
  view: levelsView,
  plan: planCflow,
  tasks: cflowTasks,
  imageSeconds: cflowImageSeconds,
  storedSeconds: cflowStoredSeconds,

  async fit(context) {
    const { options, split, view, engine } = context;
    const stored = await storedMaps(context);
    const widths = stored.levels.map((level) => valuesOf([level]));
    const sizes = options.features.unit
      ? await rootMeanSquares(engine, stored.made, split.fit, widths)
      : undefined;
    const flows = flowsOf(stored.levels, options.flow, options.seed, sizes);
    const passes = () => new ImagePasses(stored.made, split.fit, options.seed);
    const stages = cflowStages(flows, options, passes);
    const trained = await trainOnMaps(context, stored, {
      parameters: (random) => Object.assign({}, ...flows.map((flow) => flowParameters(flow, random))),
      stages,
      feedBytes,
    });
    const peaks = await likelihoodPeaks(context, passes(), flows, trained);
    const said = cflowScores({ flows, parameters: trained.parameters, peaks }, options, view);
    const steps = flows.map(({ name }, at) => [name, trained.steps[at] ?? 0]);
    return { ...(await fittedOnMaps(context, stored, said)), steps: Object.fromEntries(steps) };
  },
});

/** One level's training after another's; each is about the parameters of its flow alone. @param passes - over the images to learn from */
function cflowStages(
  flows: readonly LevelFlow[],
  { seed, training }: CflowOptions,
  passes: () => ImagePasses,
): Stage[] {
  return flows.map((flow, at) => {
    const before: MapLevel[] = flows.slice(0, at).map(({ level }) => level);
    const batches = new LevelBatches(passes(), flow, valuesOf(before), { ...training, seed });
    return {
      name: taskOfLevel(at),
      schedule: scheduleOf(training, at, batches.stepsPerEpoch),
      batches,
      step: cflowStep(flow),
      concerns: (parameter) => parameter.startsWith(`${flow.name}.`),
    };
  });
}
