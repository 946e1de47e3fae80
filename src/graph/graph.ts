/**
 * @file A computation graph under construction: nodes in order, constants, inputs, outputs. Operations (ops/) add
 * nodes; `toModel` writes ONNX. A graph made by `child` is the body of a Loop: it sees its parent's values by name
 * (ONNX's outer scope) and keeps its constants in the outermost graph.
 */
import { CladError } from '../core/errors.ts';
import { numberedCpuNodes } from './cpu-node.ts';
import type { Attribute, GivenGradient, Node, OutputType, OwnGradients } from './node.ts';
import {
  encodeModel,
  type GraphProto,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx.ts';
import type { Operator } from './operators.ts';
import { mostValues } from './shapes/known.ts';
import { type DType, dtypeCode, elementCount, refuse, type Shape, type Tensor } from './tensor.ts';
import { nodeProtos, rawBytes, valueInfo } from './write.ts';

/** The operator set all our graphs use; 18 is the first with antialiased Resize. */
export const opsetVersion = 18;
const irVersion = 8;

/** The graph that operations add to, from the values they are given. */
export class Graph {
  readonly parent: Graph | undefined;
  readonly #root: RootState;
  /** In an order that computes inputs first. */
  readonly #nodes: Node[] = [];
  readonly #inputs: Tensor[] = [];
  readonly #outputs: { name: string; value: Tensor }[] = [];
  /** Constants of a body that have to lie in it. */
  readonly #own: TensorProto[] = [];

  /** @param parent - the graph whose Loop this is the body of */
  constructor(parent?: Graph) {
    this.parent = parent;
    this.#root = parent ? parent.#root : { names: new Set(), constants: [], scalars: new Map() };
  }

  /** How many Loops this graph lies in. */
  get depth(): number {
    return this.parent ? this.parent.depth + 1 : 0;
  }

  /** The graph that all Loops around this one stand in; it holds the constants. */
  get outermost(): Graph {
    return this.parent ? this.parent.outermost : this;
  }

  /** Whether values of another graph can be read here: it is this one, or one around it. */
  sees(other: Graph): boolean {
    let graph: Graph | undefined = this;
    while (graph && graph !== other) graph = graph.parent;
    return graph !== undefined;
  }

  get inputs(): readonly Tensor[] {
    return this.#inputs;
  }

  get outputs(): readonly { readonly name: string; readonly value: Tensor }[] {
    return this.#outputs;
  }

  /** A value fed from outside. Its name is kept exactly; a second value of that name is an error. */
  input(name: string, dtype: DType, shape: Shape): Tensor {
    if (this.#root.names.has(name)) refuse('input', `the name ${name} is taken`, shape);
    this.#root.names.add(name);
    const tensor: Tensor = { graph: this, name, dtype, shape };
    this.#inputs.push(tensor);
    return tensor;
  }

  /** Names a value as a result of the graph. */
  output(name: string, value: Tensor): void {
    this.#outputs.push({ name, value });
  }

  /**
   * A constant stored in the file.
   * @param data - row-major, as many numbers as the shape holds; typed arrays of the same kind are not copied
   */
  constant(
    name: string,
    data: ArrayLike<number>,
    shape: readonly number[],
    dtype: DType = 'float32',
  ): Tensor {
    if (data.length !== elementCount(shape)) {
      refuse('constant', `${data.length} numbers given for ${name}`, shape);
    }
    const values = data.length <= mostValues ? { values: Array.from(data) } : {};
    const tensor: Tensor = { graph: this.outermost, name: this.uniqueName(name), dtype, shape, ...values };
    this.#root.constants.push({
      name: tensor.name,
      dims: [...shape],
      dataType: dtypeCode[dtype],
      rawData: rawBytes(data, dtype),
    });
    return tensor;
  }

  /** A single number; equal ones share one constant. */
  scalar(value: number, dtype: DType = 'float32'): Tensor {
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    let tensor = this.#root.scalars.get(key);
    if (!tensor) {
      tensor = this.constant('scalar', [value], [], dtype);
      this.#root.scalars.set(key, tensor);
    }
    return tensor;
  }

  /** A vector of 64-bit integers, as shapes and axes are given to operations. */
  integers(values: readonly number[]): Tensor {
    const key = `int64 [${values}]`;
    let tensor = this.#root.scalars.get(key);
    if (!tensor) {
      tensor = this.constant('integers', values, [values.length], 'int64');
      this.#root.scalars.set(key, tensor);
    }
    return tensor;
  }

  /** An empty graph that sees this one's values: the body of a Loop. */
  child(): Graph {
    return new Graph(this);
  }

  /** Adds a node and returns its outputs. */
  add(
    operation: Operator,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly OutputType[],
    options: {
      attributes?: Record<string, Attribute>;
      stopped?: boolean;
      given?: GivenGradient;
      own?: OwnGradients;
      onCpu?: boolean;
    } = {},
  ): Tensor[] {
    for (const input of inputs) {
      if (input && !this.sees(input.graph)) {
        refuse(operation, `${input.name} belongs to another graph`, input.shape);
      }
    }
    const tensors: Tensor[] = [];
    const { attributes = {}, stopped = false, given, own } = options;
    // Not every device that WebGPU runs on knows halves.
    const onCpu = options.onCpu ?? [...inputs, ...outputs].some((each) => each?.dtype === 'float16');
    const node: Node = { operation, inputs, outputs: tensors, attributes, stopped, given, own, onCpu };
    for (const { dtype, shape } of outputs) {
      tensors.push({ graph: this, name: this.uniqueName(operation), dtype, shape, producer: node });
    }
    this.#nodes.push(node);
    return tensors;
  }

  /** Adds nodes and constants of another model as they are (see attach.ts), with names made unique before. */
  addAttached(nodes: readonly Node[], constants: readonly TensorProto[]): void {
    this.#nodes.push(...nodes);
    const steps = new Set(this.parent ? nodes.flatMap(roundingSteps) : []);
    for (const constant of constants)
      (steps.has(constant.name ?? '') ? this.#own : this.#root.constants).push(constant);
  }

  /** A name no other value has, made from `stem`. */
  uniqueName(stem: string): string {
    let name = stem;
    for (let count = this.#root.names.size; this.#root.names.has(name); count++) name = `${stem}_${count}`;
    this.#root.names.add(name);
    return name;
  }

  /** The whole graph as an ONNX model message. `metadata` becomes the file's metadata entries. */
  toModel(metadata: Readonly<Record<string, string>> = {}): ModelProto {
    return {
      irVersion,
      producerName: 'clad',
      opsetImport: [{ domain: '', version: opsetVersion }],
      graph: this.toProto('clad'),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    };
  }

  /** The bytes of the ONNX file. */
  toBytes(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    return encodeModel(this.toModel(metadata));
  }

  /** The graph message of this graph or Loop body. */
  toProto(name: string): GraphProto {
    const nodes = this.#nodes.flatMap((node) => node.attached?.proto ?? nodeProtos(node));
    const names = this.#outputs.map(({ value }) => value.name);
    const outputs: ValueInfoProto[] = [];
    for (const { name: outputName, value } of this.#outputs) {
      // A value of an outer graph, an input or one already given out cannot be a graph output itself.
      const plain = value.graph === this && value.producer !== undefined;
      if (outputName === value.name && plain && names.filter((other) => other === value.name).length === 1) {
        outputs.push(valueInfo(value.name, value));
        continue;
      }
      nodes.push({ opType: 'Identity', input: [value.name], output: [outputName] });
      outputs.push(valueInfo(outputName, value));
    }
    return {
      name,
      node: numberedCpuNodes(nodes),
      initializer: this.parent ? this.#own : this.#root.constants,
      input: this.#inputs.map((tensor) => valueInfo(tensor.name, tensor)),
      output: outputs,
    };
  }
}

/**
 * Scales and zeros of whole numbers, which have to lie in the body of a Loop that rounds by them: where they lie around it, ONNX Runtime 1.30 makes convolutions of
 * whole numbers whose inputs are missing.
 */
function roundingSteps({ operation, attached }: Node): string[] {
  const rounds = operation === 'QuantizeLinear' || operation === 'DequantizeLinear';
  return rounds ? (attached?.proto.input ?? []).slice(1) : [];
}

interface RootState {
  readonly names: Set<string>;
  readonly constants: TensorProto[];
  readonly scalars: Map<string, Tensor>;
}

/** The innermost of the graphs that some values belong to: where an operation on them has to stand. */
export function commonGraph(operation: string, values: readonly Tensor[]): Graph {
  let innermost: Graph | undefined;
  for (const { graph } of values) {
    if (!innermost || graph.depth > innermost.depth) innermost = graph;
  }
  if (!innermost) throw new CladError('INTERNAL', { reason: `${operation}: no operand is a tensor.` });
  return innermost;
}
