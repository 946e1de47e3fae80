/**
 * @file Static 8-bit quantisation of a network's convolutions, written as QuantizeLinear and DequantizeLinear around them: any ONNX
 * Runtime computes that, and those with 8-bit kernels fuse each convolution with its neighbours into one of whole numbers.
 *
 * Activations: unsigned, one scale a value, from ranges that were measured. Weights: signed, one scale an output channel. Everything
 * that is no convolution stays in float32, the sums of residual blocks too.
 */
import { mapped } from '../../core/arrays.ts';
import { countUses, freshNames, withoutUnusedConstants } from '../names.ts';
import type { ModelProto, NodeProto, TensorProto } from '../onnx.ts';
import { networkConvolutions, type WeightedConvolution } from './convolutions.ts';
import {
  dequantised,
  largestWeight,
  type Quantised,
  quantisedValue,
  type ValueRange,
} from './whole-numbers.ts';

/** Biases are whole numbers of 32 bits; half of their range is left for the sum that they are added to. */
const largestBias = 2 ** 30;

/** What one convolution reads and what comes out of it, of its activation if it has one. */
interface Place {
  readonly convolution: WeightedConvolution;
  readonly input: string;
  readonly output: string;
}

/** Which convolutions are quantised, of those that could be. */
export type Choice = (convolution: WeightedConvolution) => boolean;

const all: Choice = () => true;

function placesOf(model: ModelProto, chosen: Choice): Place[] {
  const uses = countUses(model.graph);
  const activations = new Map<string, string>();
  for (const { opType, input = [], output = [] } of model.graph.node ?? []) {
    const [source = ''] = input;
    if (opType === 'Relu' && uses.get(source) === 1) activations.set(source, output[0] ?? '');
  }
  return [...networkConvolutions(model).values()].filter(chosen).map((convolution) => {
    const [output = ''] = convolution.node.output ?? [];
    return {
      convolution,
      input: convolution.node.input?.[0] ?? '',
      output: activations.get(output) ?? output,
    };
  });
}

/**
 * The values whose ranges `quantise` wants.
 * @param model - with its batch norms folded
 */
export function valuesToMeasure(model: ModelProto, choice = all): string[] {
  return [...new Set(placesOf(model, choice).flatMap(({ input, output }) => [input, output]))];
}

/**
 * Quantises the convolutions.
 * @param model - with its batch norms folded
 * @param ranges - of the values that `valuesToMeasure` names; a convolution without both stays in float32
 */
export function quantise(
  model: ModelProto,
  ranges: ReadonlyMap<string, ValueRange>,
  choice = all,
): ModelProto {
  const { graph } = model;
  const fresh = freshNames(model);
  const constants: TensorProto[] = [];
  const places = placesOf(model, choice).filter(
    ({ input, output }) => ranges.has(input) && ranges.has(output),
  );
  const chosen = new Map(places.map((place) => [place.convolution.node, place]));
  const outputs = new Set(places.map(({ output }) => output));
  const quantised = new Map<string, Quantised>();
  for (const name of new Set(places.flatMap(({ input, output }) => [input, output])))
    quantised.set(name, quantisedValue(name, ranges.get(name) as ValueRange, fresh, constants));

  const nodes: NodeProto[] = [...inputsOf(graph.input ?? [], quantised)];
  for (const node of graph.node ?? []) {
    const place = chosen.get(node);
    if (place) nodes.push(...quantisedConvolution(place, quantised, fresh, constants));
    // What follows a quantised convolution reads the rounded values, or the engine could not fuse it with its rounding.
    else
      nodes.push(renamed(node, (name) => (outputs.has(name) ? (quantised.get(name)?.result ?? name) : name)));
    for (const name of node.output ?? []) nodes.push(...(quantised.get(name)?.nodes ?? []));
  }
  return withoutUnusedConstants({
    ...model,
    graph: { ...graph, node: nodes, initializer: [...(graph.initializer ?? []), ...constants] },
  });
}

/** Pairs for values that no node makes. */
function inputsOf(inputs: readonly { readonly name: string }[], quantised: ReadonlyMap<string, Quantised>) {
  return inputs.flatMap(({ name }) => quantised.get(name)?.nodes ?? []);
}

function quantisedConvolution(
  { convolution: { node, values, dims, bias }, input }: Place,
  quantised: ReadonlyMap<string, Quantised>,
  fresh: (stem: string) => string,
  constants: TensorProto[],
): NodeProto[] {
  const source = quantised.get(input) as Quantised;
  const [channels = 1] = dims;
  const each = values.length / channels;
  const scales = Float32Array.from({ length: channels }, (_, channel) => {
    const largest = values
      .subarray(channel * each, (channel + 1) * each)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A channel with hardly any weights still has its bias, which counts in steps of this scale.
    const ofBias = Math.abs(bias?.[channel] ?? 0) / (source.scale * largestBias);
    return Math.max(largest / largestWeight, ofBias) || 1;
  });
  const weights = mapped(Int8Array, values, (value, index) =>
    Math.round(value / (scales[Math.floor(index / each)] as number)),
  );
  const stem = node.input?.[1] ?? 'weight';
  const weight = dequantised(`${stem}/int8`, weights, dims, 0, scales, fresh, constants);
  const parts = [weight];
  if (bias) {
    const steps = scales.map((scale) => scale * source.scale);
    const whole = Int32Array.from(bias, (value, channel) => Math.round(value / (steps[channel] as number)));
    parts.push(dequantised(`${stem}/int32_bias`, whole, [channels], 0, steps, fresh, constants));
  }
  return [
    ...parts.map(({ node: part }) => part),
    { ...node, input: [source.result, ...parts.map(({ result }) => result)] },
  ];
}

function renamed(node: NodeProto, rename: (name: string) => string): NodeProto {
  return { ...node, input: (node.input ?? []).map(rename) };
}
