/**
 * @file Static 8-bit quantisation of products with weights, as a transformer's layers are: what is multiplied is rounded, and the result is float32.
 * For a network alone: behind one, products are distances to a memory bank, where small differences between large numbers decide.
 */
import { mapped } from '../../core/arrays.ts';
import { dimsOf, float32Values } from '../constants.ts';
import { freshNames, withoutUnusedConstants } from '../names.ts';
import type { ModelProto, NodeProto, TensorProto } from '../onnx.ts';
import {
  dequantised,
  largestWeight,
  type Quantised,
  quantisedValue,
  type ValueRange,
} from './whole-numbers.ts';

/** Fewer weights are not worth the rounding. */
const leastWeights = 4096;

/** A product of a value with a constant matrix. */
interface WeightedProduct {
  readonly input: string;
  readonly weight: TensorProto;
  readonly values: Float32Array;
}

function productsOf({ graph }: ModelProto): Map<NodeProto, WeightedProduct> {
  const constants = new Map((graph.initializer ?? []).map((each) => [each.name ?? '', each]));
  const found = new Map<NodeProto, WeightedProduct>();
  for (const node of graph.node ?? []) {
    if (node.opType !== 'MatMul') continue;
    const [input = '', name = ''] = node.input ?? [];
    const weight = constants.get(name);
    const values = weight && dimsOf(weight).length === 2 ? float32Values(weight) : undefined;
    if (!weight || !values || values.length < leastWeights || constants.has(input)) continue;
    found.set(node, { input, weight, values });
  }
  return found;
}

/** The values whose ranges `quantiseProducts` wants. */
export function productsToMeasure(model: ModelProto): string[] {
  return [...new Set([...productsOf(model).values()].map(({ input }) => input))];
}

/**
 * Quantises the products.
 * @param ranges - of the values that `productsToMeasure` names; a product without one stays in float32
 */
export function quantiseProducts(model: ModelProto, ranges: ReadonlyMap<string, ValueRange>): ModelProto {
  const { graph } = model;
  const products = productsOf(model);
  const fresh = freshNames(model);
  const constants: TensorProto[] = [];
  const rounded = new Map<string, Quantised>();
  const nodes = (graph.node ?? []).flatMap((node): NodeProto[] => {
    const product = products.get(node);
    const range = product && ranges.get(product.input);
    if (!product || !range) return [node];
    const { input, weight, values } = product;
    const before = rounded.get(input);
    const value = before ?? quantisedValue(input, range, fresh, constants);
    rounded.set(input, value);
    const [, columns = 1] = dimsOf(weight);
    const steps = stepsOf(values, columns);
    const whole = mapped(Int8Array, values, (each, at) => Math.round(each / (steps[at % columns] as number)));
    const stem = `${weight.name ?? 'weight'}/int8`;
    const weights = dequantised(stem, whole, dimsOf(weight), 1, steps, fresh, constants);
    const product8 = { ...node, input: [value.result, weights.result] };
    return [...(before ? [] : value.nodes), weights.node, product8];
  });
  return withoutUnusedConstants({
    ...model,
    graph: { ...graph, node: nodes, initializer: [...(graph.initializer ?? []), ...constants] },
  });
}

/** Of each column of a matrix, so that its largest weight is the largest whole number. */
function stepsOf(values: Float32Array, columns: number): Float32Array {
  const steps = new Float32Array(columns);
  values.forEach((value, at) => {
    steps[at % columns] = Math.max(steps[at % columns] as number, Math.abs(value) / largestWeight);
  });
  return steps.map((step) => step || 1);
}
