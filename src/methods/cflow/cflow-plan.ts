/** @file What a training of CFLOW-AD will cost: times are measured here and now on one image and one step of each level, sizes follow from the options. */
import { Random } from '../../core/random.ts';
import { levelsOf, valuesOf } from '../../features/store/extract-maps.ts';
import type { DeclaredParameters } from '../../nn/parameters.ts';
import type { FitPlan, PlanContext } from '../contract.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { photographSeconds, plannedBytes, saidSeconds } from '../shared/maps/plan-maps.ts';
import { oneStepSeconds } from '../shared/step-timing.ts';
import type { CflowOptions } from './cflow-options.ts';
import { scheduleOf, stepsOfPass } from './cflow-schedule.ts';
import { cflowScores } from './cflow-scores.ts';
import { cflowStep, levelSpec } from './cflow-step.ts';
import { flowParameters, flowsOf } from './flow.ts';

/** Of the program, the engine and the backbone, bytes. */
const base = 0.8e9;

/** @throws what running the backbone and the flows once throws */
export async function planCflow({
  options,
  view,
  engine,
  backbone,
  training: images,
  split,
}: PlanContext<CflowOptions, MapView>): Promise<FitPlan> {
  const { training, optimizer, seed } = options;
  const levels = levelsOf(backbone, view);
  const flows = flowsOf(levels, options.flow, seed);
  const steps: Record<string, number> = {};
  const time: Record<string, number> = {};
  let patches = 0;
  let state = 0;
  const parameters: Record<string, DeclaredParameters[string]> = {};
  for (const [at, flow] of flows.entries()) {
    const { name, level } = flow;
    const places = level.rows * level.columns;
    const declared = flowParameters(flow, new Random('plan'));
    const { steps: count } = scheduleOf(training, at, stepsOfPass(split.fit.size, places, training).perPass);
    const spec = levelSpec(flow, training.batch);
    const program = { parameters: declared, spec, step: cflowStep(flow), optimizer };
    const seconds = await oneStepSeconds(engine, program, places);
    steps[name] = count;
    time[name] = count * seconds;
    patches += split.fit.size * places;
    // Weights, gradients and moments of this level, going in and coming out.
    state = Math.max(state, 8 * bytesOf(declared));
    Object.assign(parameters, declared);
  }
  const peaks = flows.map(() => 0);
  const ofMaps = cflowScores({ flows, parameters, peaks }, options, view);
  const features = await photographSeconds(engine, backbone, view, view.geometry);
  const said = await saidSeconds(engine, ofMaps, levels);
  return {
    learntFrom: { name: 'patches', count: patches },
    steps,
    disk: { features: images.length * valuesOf(levels) * 2 },
    memory: base + state + bytesOf(parameters),
    file: plannedBytes(ofMaps, backbone, view),
    time: {
      features: images.length * features,
      ...time,
      likelihoods: split.fit.size * said,
    },
    imageSeconds: features + said,
    storedSeconds: said,
  };
}

function bytesOf(parameters: DeclaredParameters): number {
  return Object.values(parameters).reduce((sum, { data }) => sum + data.byteLength, 0);
}
