/**
 * @file The flow of CFLOW-AD against PyTorch (tools/make-cflow-golden.py): four training steps, losses and weights, and how likely it finds the places of an image afterwards;
 * what the map makes of likelihoods, and how many steps each level is given.
 */
import { describe, expect, it } from 'vitest';
import { floatsToHalves, halvesToFloats } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import {
  type CflowOptions,
  cflowOptions,
  cflowPresets,
} from '../../../../src/methods/cflow/cflow-options.ts';
import { scheduleOf, stepsOfPass } from '../../../../src/methods/cflow/cflow-schedule.ts';
import { cflowScores } from '../../../../src/methods/cflow/cflow-scores.ts';
import { cflowStep, levelSpec } from '../../../../src/methods/cflow/cflow-step.ts';
import {
  flowParameters,
  flowsOf,
  type LevelFlow,
  likelihoodsOfMaps,
  logLikelihood,
  placesOf,
} from '../../../../src/methods/cflow/flow.ts';
import type { DeclaredParameters, Parameters } from '../../../../src/nn/parameters.ts';
import { floats, int64 } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { initialState, trainingProgram } from '../../../../src/training/program.ts';
import { rateAt } from '../../../../src/training/stage.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { type GoldenLayer, transformerWeight, uniform } from '../../../helpers/golden-weights.ts';
import { type Fed, runGraph } from '../../../helpers/run-graph.ts';
import { runSteps } from '../../../helpers/run-steps.ts';

interface GoldenFlow {
  readonly level: { channels: number; rows: number; columns: number };
  readonly positions: number;
  readonly hidden: number;
  readonly kind: 'hard' | 'soft';
  readonly batch: number;
  readonly mixings: number[][];
  readonly weights: Record<string, number[]>;
  readonly losses: number[];
  readonly final: Record<string, GoldenLayer>;
  readonly said: number[];
}

const golden = fixture<{ flows: Record<string, GoldenFlow> }>('cflow.json');
const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** The flow of the options, mixing as the script does. */
function flowOf({ level, positions, hidden, kind, mixings }: GoldenFlow): LevelFlow {
  const options = { blocks: mixings.length, hidden, clamp: 1.9, mixing: kind, positions };
  const flow = flowsOf([level], options, 0)[0]!;
  const blocks = flow.blocks.map((block, at) => {
    const given = mixings[at]!;
    return {
      ...block,
      mixing:
        kind === 'hard'
          ? { kind, order: given }
          : { kind: 'soft' as const, rotation: Float32Array.from(given) },
    };
  });
  return { ...flow, blocks };
}

const rowsOf = (name: string | number, count: number) =>
  Float32Array.from(uniform(`rows ${name}`, count), (value) => Math.max(4 * value - 1, 0));

/** Runs the steps, one call of the engine for all. */
async function trained(given: GoldenFlow, flow: LevelFlow, declared: DeclaredParameters) {
  const { batch, losses, level } = given;
  const state = initialState(declared, false);
  const bytes = trainingProgram(declared, state, levelSpec(flow, batch), cflowStep(flow), {
    optimizer,
    averageDecay: 0,
  });
  const steps = losses.length;
  const patches: number[] = [];
  const places: number[] = [];
  for (let step = 0; step < steps; step++) {
    patches.push(...rowsOf(step, batch * level.channels));
    for (const value of uniform(`places ${step}`, batch))
      places.push(Math.floor(value * level.rows * level.columns));
  }
  const fed = {
    patches: {
      dtype: 'float16' as const,
      shape: [steps, batch, level.channels],
      data: floatsToHalves(Float32Array.from(patches)),
    },
    places: int64(places, [steps, batch]),
  };
  const engine = await nodeEngine({ threads: 1 });
  const result = await runSteps(engine, bytes, state, { count: steps, rate: 0.002, fed });
  const parameters: Parameters = Object.fromEntries(
    Object.entries(declared).map(([name, { shape }]) => [
      name,
      { shape, data: floats(result[`${name}.out`]) },
    ]),
  );
  return { losses: floats(result['loss.total']), parameters };
}

describe.each(Object.entries(golden.flows))('a flow, %s', async (_, given) => {
  const flow = flowOf(given);
  const made = flowParameters(flow, new Random('flow'));
  const declared: DeclaredParameters = Object.fromEntries(
    Object.entries(made).map(([name, each]) => [
      name,
      { ...each, data: transformerWeight(name, each.shape).data as Float32Array },
    ]),
  );
  const { losses, parameters } = await trained(given, flow, declared);

  it("has the parameters of PyTorch's", () => {
    const shapes = Object.entries(made).map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual(given.weights);
  });

  it('has the same losses at each step, and the same weights after four', () => {
    given.losses.forEach((loss, step) => {
      expect(Math.abs(losses[step]! - loss)).toBeLessThan(1e-4 * loss);
    });
    for (const [name, { at, values }] of Object.entries(given.final)) {
      const scale = Math.max(...values.map(Math.abs), 0.1);
      at.forEach((index, number) => {
        const off = Math.abs(parameters[name]!.data[index]! - values[number]!);
        expect(off, `${name}[${index}]`).toBeLessThan(1e-4 * scale);
      });
    }
  });

  it('finds the places of an image as likely, alone or with others', async () => {
    const { channels, rows, columns } = given.level;
    const places = rows * columns;
    // The script's rows are halves.
    const image = halvesToFloats(floatsToHalves(rowsOf('image', places * channels)));
    // As maps: channels first. The other image is the same turned round.
    const maps = Float32Array.from({ length: 2 * image.length }, (_, at) => {
      const [channel, place] = [Math.floor(at / places) % channels, at % places];
      const value = image[place * channels + channel]!;
      return at < image.length ? value : 1 - value;
    });
    const weights: Record<string, Fed> = { ...parameters };
    const said = async (data: Float32Array, images: number) => {
      const shape = [images, channels, rows, columns];
      const found = await runGraph({ ...weights, maps: { shape, data } }, (graph, tensors) => ({
        said: likelihoodsOfMaps(graph, [tensors.maps!], [flow], tensors)[0]!,
      }));
      return found.said!.data;
    };
    const [alone, both] = [await said(maps.slice(0, image.length), 1), await said(maps, 2)];
    expect(alone).toHaveLength(places);
    given.said.forEach((value, place) => {
      expect(Math.abs(alone[place]! - value)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
    });
    expect(both.slice(0, places)).toEqual(alone);
  });
});

describe('the map', () => {
  it('is how much less likely places are than the likeliest, the mean of levels, and the score its highest pixel', async () => {
    const levels = [
      { channels: 4, rows: 2, columns: 2 },
      { channels: 3, rows: 1, columns: 1 },
    ];
    const flows = flowsOf(levels, { ...cflowPresets.fast.flow, blocks: 2, positions: 8 }, 3);
    const random = new Random('map');
    const parameters = Object.assign(
      {},
      ...flows.map((flow) => flowParameters(flow, random)),
    ) as DeclaredParameters;
    const inputs = Object.fromEntries(
      levels.map((level, at) => {
        const shape = [2, level.channels, level.rows, level.columns];
        const count = shape.reduce((product, size) => product * size, 1);
        return [`maps${at}`, { shape, data: random.fillNormal(new Float32Array(count)) }];
      }),
    );
    const peaks = [-0.5, -0.9];
    const options = { score: { blurSigma: 0, topShare: 0 } };
    const said = cflowScores({ flows, parameters, peaks }, options, {
      geometry: { width: 2, height: 2 } as never,
    });
    const found = await runGraph({ ...inputs, ...parameters }, (graph, tensors) => {
      const maps = [tensors.maps0!, tensors.maps1!];
      const [first, second] = likelihoodsOfMaps(graph, maps, flows, tensors);
      return { ...said(graph, maps), first: first!, second: second! };
    });
    for (const image of [0, 1]) {
      const deep = 1 - Math.exp(found.second!.data[image]! - peaks[1]!);
      const expected = [0, 1, 2, 3].map(
        (place) => (1 - Math.exp(found.first!.data[4 * image + place]! - peaks[0]!) + deep) / 2,
      );
      expected.forEach((value, place) => {
        expect(found.map!.data[4 * image + place]).toBeCloseTo(value, 5);
      });
      expect(found.score!.data[image]).toBeCloseTo(Math.max(...expected), 5);
    }
  });

  it('divides features by their size, which changes how dense they lie alone', async () => {
    const options = { ...cflowPresets.fast.flow, positions: 8 };
    const level = { channels: 4, rows: 1, columns: 2 };
    const [plain, divided] = [undefined, [4]].map((sizes) => flowsOf([level], options, 0, sizes)[0]!);
    const parameters = flowParameters(plain!, new Random('size'));
    const data = [1, 2, 3, 4, 5, 6, 7, 8];
    const said = async (flow: LevelFlow, times: number) => {
      const x = { shape: [2, 4], data: data.map((value) => value * times) };
      const found = await runGraph({ ...parameters, x }, (graph, tensors) => ({
        said: logLikelihood(tensors.x!, placesOf(graph, flow), flow, tensors),
      }));
      return found.said!.data;
    };
    const [expected, found] = [await said(plain!, 1), await said(divided!, 4)];
    found.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 5);
    });
  });

  it('depends on where a patch is', async () => {
    const [flow] = flowsOf([{ channels: 4, rows: 1, columns: 2 }], cflowPresets.fast.flow, 0);
    const parameters = flowParameters(flow!, new Random('where'));
    const x = { shape: [2, 4], data: [1, 2, 3, 4, 1, 2, 3, 4] };
    const { said } = await runGraph({ ...parameters, x }, (graph, tensors) => ({
      said: logLikelihood(tensors.x!, placesOf(graph, flow!), flow!, tensors),
    }));
    expect(said!.data[0]).not.toBeCloseTo(said!.data[1]!, 4);
  });
});

describe('the steps of levels', () => {
  const training = (given: Partial<CflowOptions['training']>) => ({
    ...cflowPresets.paper.training,
    ...given,
  });

  it("are in the presets' schedules as many as are said, or as passes over the patches need", () => {
    const said = training({ steps: [40, 20] });
    expect([0, 1, 2].map((level) => scheduleOf(said, level, 5).steps)).toEqual([40, 20, 20]);
    expect([0, 1].map((level) => scheduleOf(training({ steps: 7 }), level, 5).steps)).toEqual([7, 7]);
    expect(scheduleOf(said, 0, 5)).toMatchObject({ warmUp: 3, epochs: null });
    // 32 images of 1024, 256 and 64 places are 128, 32 and 8 batches of 256, and 64 images are two of these.
    const passes = [1024, 256, 64].map((places) => stepsOfPass(64, places, training({})).perPass);
    expect(passes).toEqual([256, 64, 16]);
    expect(passes.map((each, level) => scheduleOf(training({}), level, each).steps)).toEqual([
      51_200, 12_800, 3200,
    ]);
  });

  it('take no more images together than there are, but enough for a batch', () => {
    expect(stepsOfPass(10, 100, training({}))).toEqual({ together: 10, steps: 3, perPass: 3 });
    expect(stepsOfPass(2, 16, training({}))).toEqual({ together: 16, steps: 1, perPass: 0.125 });
    expect(scheduleOf(training({ epochs: 1 }), 0, 0.125).steps).toBe(1);
  });

  it('warm up to the learning rate and fall to a hundredth of it', () => {
    const schedule = scheduleOf(training({ steps: [1000] }), 0, 1);
    const rates = [0, 80, 999].map((step) => rateAt(schedule, step, 1000));
    expect(rates[0]).toBeCloseTo(2e-4 / 81, 8);
    expect(rates[1]).toBeCloseTo(2e-4, 8);
    expect(rates[2]).toBeCloseTo(2e-6, 8);
  });

  it('and blocks that no flow can have are refused', () => {
    for (const [group, wrong] of [
      ['training', { steps: [] }],
      ['training', { steps: [0] }],
      ['training', { steps: 0 }],
      ['flow', { positions: 6 }],
      ['flow', { blocks: 0 }],
    ] as const) {
      const options = { ...cflowPresets.fast, [group]: { ...cflowPresets.fast[group], ...wrong } };
      expect(cflowOptions.safeParse(options).success, JSON.stringify(wrong)).toBe(false);
    }
    for (const preset of Object.values(cflowPresets)) expect(cflowOptions.parse(preset)).toEqual(preset);
  });
});
