/**
 * @file AdamW (Loshchilov and Hutter 2019) as graph nodes, step by step as PyTorch computes it; with a weight decay of 0 it is Adam, and with
 * `clipUpdates` StableAdamW (Wortsman et al. 2023).
 */
import { add, div, exp, maximum, mean, mul, sqrt, square, sub, type Tensor } from '../graph/index.ts';

export interface AdamWOptions {
  /** Decay of the first moment; presets: 0.9. */
  readonly beta1: number;
  /** Decay of the second moment; presets: 0.999. */
  readonly beta2: number;
  /** Added to the root of the second moment; presets: 1e-8. */
  readonly epsilon: number;
  /** Decoupled weight decay, on every trained parameter; presets: 0.01. */
  readonly weightDecay: number;
  /**
   * Whether a parameter's step is made smaller where its gradient is larger than its second moment says: divided by the root mean square of the
   * gradient over the root of that moment, where this is above 1. @default false
   */
  readonly clipUpdates?: boolean;
  /** AMSGrad (Reddi et al. 2018): the largest second moment so far takes the second moment's place. @default false */
  readonly amsgrad?: boolean;
}

export interface AdamMoments {
  readonly first: Tensor;
  readonly second: Tensor;
  /** The largest `second` so far, of AMSGrad alone. */
  readonly largest?: Tensor | undefined;
}

/**
 * One update of one parameter.
 * @param learningRate - scalar
 * @param corrections - what `biasCorrections` gives for this step
 */
export function adamW(
  parameter: Tensor,
  gradient: Tensor,
  moments: AdamMoments,
  learningRate: Tensor,
  corrections: AdamMoments,
  options: AdamWOptions,
): { parameter: Tensor; moments: AdamMoments } {
  const { beta1, beta2, epsilon, weightDecay, clipUpdates = false } = options;
  const first = add(mul(moments.first, beta1), mul(gradient, 1 - beta1));
  const second = add(mul(moments.second, beta2), mul(square(gradient), 1 - beta2));
  const largest = moments.largest && maximum(moments.largest, second);
  const decayed = mul(parameter, sub(1, mul(learningRate, weightDecay)));
  const denominator = add(div(sqrt(largest ?? second), sqrt(corrections.second)), epsilon);
  const surprise = clipUpdates ? sqrt(mean(square(div(gradient, denominator)))) : undefined;
  const rate = surprise ? div(learningRate, maximum(surprise, 1)) : learningRate;
  const change = mul(div(first, denominator), div(rate, corrections.first));
  return { parameter: sub(decayed, change), moments: { first, second, largest } };
}

/** 1 - beta^t for both moments; t counts from 1, a float32 scalar. */
export function biasCorrections(step: Tensor, options: AdamWOptions): AdamMoments {
  // beta^t = exp(t ln beta), with the logarithm taken here, exactly.
  const power = (beta: number) => sub(1, exp(mul(step, Math.log(beta))));
  return { first: power(options.beta1), second: power(options.beta2) };
}
