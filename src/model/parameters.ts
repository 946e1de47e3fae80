/** @file The trained numbers of a network: names as PyTorch's state dicts have them, shapes, first values. */
import type { Random } from '../core/random.ts';

/** One named array. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights and running statistics by name, e.g. `adaptor.0.weight`, `adaptor.1.running_var`. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** Widths of CLAD's two networks (section 3.3). */
export interface NetworkSpec {
  /** Width of what enters the adaptor. */
  readonly inputWidth: number;
  /** Output widths of the adaptor's three linear layers; the last is d, smaller than the input ("dimensional reduction"). */
  readonly adaptorWidths: readonly [number, number, number];
  /** Output widths of the discriminator's two hidden layers. */
  readonly discriminatorWidths: readonly [number, number];
  /** Product classes N; the discriminator has N + 1 class logits (the last is "anomalous") and one score. */
  readonly classes: number;
}

/** Linear layers stand at 0, 3, 6 of each network; batch norm at 1 and 4; the activation between has no parameters. */
const linearPositions = [0, 3, 6] as const;
const normPositions = [1, 4] as const;

/** Widths through one network, input first. */
function widths(spec: NetworkSpec, network: 'adaptor' | 'discriminator'): readonly number[] {
  return network === 'adaptor'
    ? [spec.inputWidth, ...spec.adaptorWidths]
    : [spec.adaptorWidths[2], ...spec.discriminatorWidths, spec.classes + 2];
}

/**
 * First values of all parameters: Xavier-normal weights, zero biases (as GLASS and SimpleNet), batch norm as identity.
 * The discriminator's last layer has no bias unless `lastBias` says so.
 */
export function initialParameters(spec: NetworkSpec, random: Random, lastBias = false): Parameters {
  const parameters: Record<string, Parameter> = {};
  const filled = (width: number, value: number): Parameter => ({
    shape: [width],
    data: new Float32Array(width).fill(value),
  });
  for (const network of ['adaptor', 'discriminator'] as const) {
    const sizes = widths(spec, network);
    linearPositions.forEach((position, layer) => {
      const [inputs, outputs] = [sizes[layer] as number, sizes[layer + 1] as number];
      const deviation = Math.sqrt(2 / (inputs + outputs));
      const weight = random.fillNormal(new Float32Array(inputs * outputs));
      for (let index = 0; index < weight.length; index++)
        weight[index] = (weight[index] as number) * deviation;
      parameters[`${network}.${position}.weight`] = { shape: [outputs, inputs], data: weight };
      const last = network === 'discriminator' && layer === 2;
      if (!last || lastBias) parameters[`${network}.${position}.bias`] = filled(outputs, 0);
    });
    normPositions.forEach((position, layer) => {
      const width = sizes[layer + 1] as number;
      parameters[`${network}.${position}.weight`] = filled(width, 1);
      parameters[`${network}.${position}.bias`] = filled(width, 0);
      parameters[`${network}.${position}.running_mean`] = filled(width, 0);
      parameters[`${network}.${position}.running_var`] = filled(width, 1);
    });
  }
  return parameters;
}

/** Whether the optimiser changes a parameter; running statistics follow the batches instead. */
export function isTrainable(name: string): boolean {
  return !/\.running_(mean|var)$/.test(name);
}
