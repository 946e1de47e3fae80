/**
 * @file What reverse distillation trains: the teacher's levels are brought to the deepest one's grid and fused, made narrower in space by residual blocks (the
 * one-class bottleneck), and unfolded again by a decoder that mirrors the teacher, level by level. With all channels it is the network of the publication's
 * code. Names of parameters: `fusion`, `embedding`, `decoder` and `heads`, with the numbers of levels, shallow to deep.
 */
import type { Random } from '../../core/random.ts';
import type { MapLevel } from '../../features/store/extract-maps.ts';
import { concat, type Tensor } from '../../graph/index.ts';
import { convolutionParameters, convolve } from '../../nn/convolution.ts';
import type { Normalise } from '../../nn/normalize.ts';
import type { DeclaredParameters, ParameterTensors } from '../../nn/parameters.ts';
import {
  convolved,
  convolvedParameters,
  type ResidualShape,
  residual,
  residualParameters,
} from '../../nn/residual.ts';
import type { RdOptions } from './rd-options.ts';

/** One convolution with batch norm of the fusion. */
interface Fusing {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

interface Block {
  readonly name: string;
  readonly shape: ResidualShape;
}

/** The whole of the student, as what follows from the teacher's levels and the options. */
export interface StudentShape {
  /** Of each level but the deepest, the convolutions that halve it down to the deepest one's grid. */
  readonly fusion: readonly (readonly Fusing[])[];
  readonly embedding: readonly Block[];
  /** Blocks of each level, shallow to deep. */
  readonly decoder: readonly (readonly Block[])[];
  /** Convolutions from a level of the decoder to the teacher's channels; undefined where these are the same. */
  readonly heads: readonly (Fusing | undefined)[];
}

/** @param levels - of the teacher, shallow to deep */
export function studentShape(
  levels: readonly Pick<MapLevel, 'channels'>[],
  { channels, width, embeddingBlocks, decoderBlocks }: RdOptions['student'],
): StudentShape {
  const own = levels.map((level) => Math.max(4, Math.round(level.channels * channels)));
  const inside = (outputs: number) => Math.max(2, Math.round(outputs * width));
  const last = levels.length - 1;
  const deepest = own[last] as number;
  const fusion = levels.slice(0, -1).map(({ channels: inputs }, level) =>
    own.slice(level + 1).map((outputs, at) => ({
      name: `fusion.${level}.${at}`,
      inputs: at === 0 ? inputs : (own[level + at] as number),
      outputs,
    })),
  );
  const stack = (
    name: string,
    count: number,
    inputs: number,
    outputs: number,
    size: ResidualShape['size'],
  ): Block[] =>
    Array.from({ length: count }, (_, at) => ({
      name: `${name}.${at}`,
      shape: {
        kind: 'bottleneck',
        inputs: at === 0 ? inputs : outputs,
        width: inside(outputs),
        outputs,
        size: at === 0 ? size : 'kept',
      },
    }));
  const fused = last * deepest + (levels[last]?.channels ?? 0);
  const decoder = own.map((outputs, level) => {
    const count = decoderBlocks[last - level] ?? (decoderBlocks.at(-1) as number);
    return stack(`decoder.${level}`, count, own[level + 1] ?? 2 * deepest, outputs, 'doubled');
  });
  return {
    fusion,
    embedding: stack('embedding', embeddingBlocks, fused, 2 * deepest, 'halved'),
    decoder,
    heads: levels.map(({ channels: outputs }, level) =>
      own[level] === outputs ? undefined : { name: `heads.${level}`, inputs: own[level]!, outputs },
    ),
  };
}

/** First values of all parameters. */
export function studentParameters(shape: StudentShape, random: Random): DeclaredParameters {
  const { fusion, embedding, decoder, heads } = shape;
  const all: Record<string, DeclaredParameters[string]> = {};
  for (const { name, ...sizes } of fusion.flat())
    Object.assign(all, convolvedParameters(`${name}.conv`, `${name}.bn`, { ...sizes, kernel: 3 }, random));
  for (const block of [...embedding, ...decoder.flat()])
    Object.assign(all, residualParameters(block.name, block.shape, random));
  for (const head of heads)
    if (head) Object.assign(all, convolutionParameters(head.name, { ...head, kernel: 1 }, random, true));
  return all;
}

/**
 * The teacher's maps as the student reconstructs them.
 * @param teacher - maps [N, channels, rows, columns] of each level, shallow to deep
 * @returns the same shapes
 */
export function reconstruct(
  teacher: readonly Tensor[],
  { fusion, embedding, decoder, heads }: StudentShape,
  parameters: ParameterTensors,
  normalise: Normalise,
): Tensor[] {
  const through = (maps: Tensor, { name, shape }: Block) =>
    residual(name, maps, shape, parameters, normalise);
  const halved = (maps: Tensor, { name }: Fusing) =>
    convolved(`${name}.conv`, `${name}.bn`, maps, parameters, normalise, 2);
  const brought = fusion.map((steps, level) => steps.reduce(halved, teacher[level] as Tensor));
  let maps = embedding.reduce(through, concat([...brought, teacher.at(-1) as Tensor], 1));
  const levels: Tensor[] = [];
  for (let level = decoder.length - 1; level >= 0; level--) {
    maps = (decoder[level] as readonly Block[]).reduce(through, maps);
    const head = heads[level];
    levels.unshift(head ? convolve(head.name, maps, parameters) : maps);
  }
  return levels;
}
