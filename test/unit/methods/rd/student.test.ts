/** @file Reverse distillation against PyTorch: the shapes of the student, four training steps, and the distances that it gives afterwards (tools/make-rd-golden.py). */
import { describe, expect, it } from 'vitest';
import { floatsToHalves } from '../../../../src/core/half.ts';
import { Random } from '../../../../src/core/random.ts';
import { mapsOfStored, valuesOf } from '../../../../src/features/store/extract-maps.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { rdStep } from '../../../../src/methods/rd/rd.ts';
import type { RdOptions } from '../../../../src/methods/rd/rd-options.ts';
import { reconstruct, studentParameters, studentShape } from '../../../../src/methods/rd/student.ts';
import { distanceMap } from '../../../../src/methods/shared/maps/cosine.ts';
import { constantParameters } from '../../../../src/nn/constant-parameters.ts';
import { runningNormaliser } from '../../../../src/nn/normalize.ts';
import type { DeclaredParameters, Parameters } from '../../../../src/nn/parameters.ts';
import { floats, type TensorValue } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { initialState, trainingProgram } from '../../../../src/training/program.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { type GoldenLayer, transformerWeight, uniform } from '../../../helpers/golden-weights.ts';
import { runSteps } from '../../../helpers/run-steps.ts';

interface GoldenCase {
  readonly weights: Record<string, number[]>;
  readonly losses: number[][];
  readonly final: Record<string, GoldenLayer>;
  readonly distances: GoldenLayer[];
}

const golden = fixture<{
  levels: [channels: number, rows: number, columns: number][];
  batch: number;
  cases: Record<string, GoldenCase>;
}>('rd.json');

const levels = golden.levels.map(([channels, rows, columns]) => ({ channels, rows, columns }));
const { batch } = golden;
const optimizer = { beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

const settings: Record<string, { student: RdOptions['student']; cosine: RdOptions['cosine'] }> = {
  paper: {
    student: { channels: 1, width: 0.5, embeddingBlocks: 2, decoderBlocks: [1, 2, 1] },
    cosine: 'whole',
  },
  narrow: {
    student: { channels: 0.5, width: 0.6, embeddingBlocks: 1, decoderBlocks: [2, 1] },
    cosine: 'places',
  },
};

/** Halves of a step's maps, image by image, each with its levels one after another. */
function mapsOf(step: number): Uint16Array {
  const parts = levels.map(({ channels, rows, columns }, level) => {
    const numbers = uniform(`maps ${step} ${level}`, batch * channels * rows * columns);
    return Float32Array.from(numbers, (value) => Math.max(2 * value - 0.8, 0));
  });
  const images = Array.from({ length: batch }, (_, image) =>
    parts.flatMap((part) => {
      const size = part.length / batch;
      return Array.from(part.subarray(image * size, (image + 1) * size));
    }),
  );
  return floatsToHalves(Float32Array.from(images.flat()));
}

const halves = (data: Uint16Array, shape: number[]): TensorValue => ({ dtype: 'float16', shape, data });

/** Runs the steps, one call of the engine for all. */
async function trained(name: string) {
  const { student, cosine } = settings[name]!;
  const shape = studentShape(levels, student);
  const made = studentParameters(shape, new Random('student'));
  const { weights, losses } = golden.cases[name]!;
  const declared: DeclaredParameters = Object.fromEntries(
    Object.entries(made).map(([each, parameter]) => [
      each,
      { ...parameter, data: transformerWeight(each, parameter.shape).data as Float32Array },
    ]),
  );
  const width = valuesOf(levels);
  const state = initialState(declared, false);
  const bytes = trainingProgram(
    declared,
    state,
    { maps: { dtype: 'float16', shape: [batch, width] } },
    rdStep(shape, levels, cosine),
    { optimizer, averageDecay: 0 },
  );
  const steps = losses.length;
  const fed = new Uint16Array(steps * batch * width);
  for (let step = 0; step < steps; step++) fed.set(mapsOf(step), step * batch * width);
  const result = await runSteps(await nodeEngine({ threads: 2 }), bytes, state, {
    count: steps,
    rate: 0.005,
    fed: { maps: halves(fed, [steps, batch, width]) },
  });
  const parameters: Parameters = Object.fromEntries(
    Object.entries(declared).map(([each, { shape: of }]) => [
      each,
      { shape: of, data: floats(result[`${each}.out`]) },
    ]),
  );
  return { shape, shapes: made, weights, result, parameters };
}

describe.each(Object.keys(golden.cases))('reverse distillation, %s', async (name) => {
  const { shape, shapes, weights, result, parameters } = await trained(name);
  const { losses, final, distances } = golden.cases[name]!;

  it("has the parameters of PyTorch's network", () => {
    expect(Object.fromEntries(Object.entries(shapes).map(([each, of]) => [each, of.shape]))).toEqual(weights);
  });

  it('has the same losses at each step', () => {
    losses.forEach((levelsOf, step) => {
      levelsOf.forEach((loss, level) => {
        expect(Math.abs(floats(result[`loss.level${level + 1}`])[step]! - loss)).toBeLessThan(1e-4 * loss);
      });
    });
  });

  it('has the same weights and statistics after four steps', () => {
    for (const [each, { at, values }] of Object.entries(final)) {
      const scale = Math.max(...values.map(Math.abs), 0.1);
      at.forEach((index, number) => {
        const off = Math.abs(parameters[each]!.data[index]! - values[number]!);
        expect(off, `${each}[${index}]`).toBeLessThan(1e-4 * scale);
      });
    }
  });

  it('gives the same distances with them', async () => {
    const graph = new Graph();
    const width = valuesOf(levels);
    const teacher = mapsOfStored(graph.input('maps', 'float16', [batch, width]), levels);
    const tensors = constantParameters(graph, parameters);
    const student = reconstruct(teacher, shape, tensors, runningNormaliser(tensors));
    for (const [level, maps] of teacher.entries())
      graph.output(`distance${level}`, distanceMap(maps, student[level]!));
    const session = await (await nodeEngine({ threads: 2 })).load(graph.toBytes());
    const said = await session.run({ maps: halves(mapsOf(losses.length), [batch, width]) });
    await session.release();
    distances.forEach(({ shape: of, at, values }, level) => {
      const [images, rows, columns] = of as [number, number, number];
      expect(said[`distance${level}`]!.shape).toEqual([images, rows * columns]);
      at.forEach((index, number) => {
        expect(floats(said[`distance${level}`])[index]).toBeCloseTo(values[number]!, 4);
      });
    });
  });
});

describe('the student of the presets', () => {
  it("mirrors a ResNet-50's levels in full width, and brings narrow ones back by heads", () => {
    const resnet = [256, 512, 1024].map((channels) => ({ channels }));
    const full = studentShape(resnet, {
      channels: 1,
      width: 0.25,
      embeddingBlocks: 3,
      decoderBlocks: [3, 4, 6],
    });
    expect(full.decoder.map((blocks) => blocks.length)).toEqual([6, 4, 3]);
    expect(full.embedding[0]!.shape).toMatchObject({ inputs: 3072, width: 512, outputs: 2048 });
    expect(full.heads).toEqual([undefined, undefined, undefined]);
    const narrow = studentShape(resnet, {
      channels: 0.25,
      width: 0.5,
      embeddingBlocks: 1,
      decoderBlocks: [2],
    });
    expect(narrow.decoder.map((blocks) => blocks.length)).toEqual([2, 2, 2]);
    expect(narrow.heads.map((head) => head?.outputs)).toEqual([256, 512, 1024]);
  });
});
