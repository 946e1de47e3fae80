/**
 * @file A computation graph under construction: nodes in order, constants, inputs, outputs. Operations (ops/) add
 * nodes; `toModel` writes ONNX. A graph made by `child` is the body of a Loop: it sees its parent's values by name
 * (ONNX's outer scope) and keeps its constants in the outermost graph.
 */
import { CladError } from '../core/errors.ts';
import { floatToHalf } from '../core/half.ts';
import { cpuNode } from './cpu-node.ts';
import {
  type AttributeProto,
  attributeType,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx.ts';
import { type DType, dtypeCode, elementCount, refuse, type Shape, shapeText, type Tensor } from './tensor.ts';

/** The operator set all our graphs use; 18 is the first with antialiased Resize. */
export const opsetVersion = 18;
const irVersion = 8;

/** What an attribute may hold. Numbers are told apart because 1 may be an INT or a FLOAT. */
export type Attribute =
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { floats: readonly number[] }
  | { string: string }
  | { graph: Graph };

/** Computes the gradients of a node's sources from those of its outputs; undefined where there is none. */
export type GradientRule = (
  upstream: readonly (Tensor | undefined)[],
  node: Node,
) => readonly (Tensor | undefined)[];

/** One operation of a graph. */
export interface Node {
  readonly operation: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** What the gradient rule gives gradients for; the inputs, unless the node says otherwise. */
  readonly sources: readonly (Tensor | undefined)[];
  /** Absent: the operation has no gradient, and asking for one is an error. */
  readonly gradient?: GradientRule | undefined;
  /** Differentiation stops here silently (comparisons, indices, frozen networks). */
  readonly constant: boolean;
  /** Computed on the CPU whatever the device. */
  readonly onCpu: boolean;
}

type NumberArray = ArrayLike<number>;

/** What an operation tells of one output. */
export interface OutputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The graph that operations add to, from the values they are given. */
export class Graph {
  readonly parent: Graph | undefined;
  readonly #root: RootState;
  /** Our nodes and the raw ones of attached models, in an order that computes inputs first. */
  readonly #nodes: (Node | NodeProto)[] = [];
  readonly #inputs: Tensor[] = [];
  readonly #outputs: { name: string; value: Tensor }[] = [];

  /** @param parent - the graph whose Loop this is the body of */
  constructor(parent?: Graph) {
    this.parent = parent;
    this.#root = parent ? parent.#root : { names: new Set(), constants: [], scalars: new Map() };
  }

  /** How many Loops this graph lies in. */
  get depth(): number {
    return this.parent ? this.parent.depth + 1 : 0;
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
  constant(name: string, data: NumberArray, shape: readonly number[], dtype: DType = 'float32'): Tensor {
    if (data.length !== elementCount(shape)) {
      refuse('constant', `${data.length} numbers given for ${name}`, shape);
    }
    const tensor: Tensor = { graph: this.#outermost(), name: this.uniqueName(name), dtype, shape };
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
    operation: string,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly OutputType[],
    options: {
      attributes?: Record<string, Attribute>;
      gradient?: GradientRule;
      sources?: readonly Tensor[];
      constant?: boolean;
      onCpu?: boolean;
    } = {},
  ): Tensor[] {
    for (const input of inputs) {
      if (input && !this.#sees(input.graph)) {
        refuse(operation, `${input.name} belongs to another graph`, input.shape);
      }
    }
    const tensors: Tensor[] = [];
    const node: Node = {
      operation,
      inputs,
      outputs: tensors,
      attributes: options.attributes ?? {},
      sources: options.sources ?? inputs,
      gradient: options.gradient,
      constant: options.constant ?? false,
      onCpu: options.onCpu ?? false,
    };
    for (const { dtype, shape } of outputs) {
      tensors.push({ graph: this, name: this.uniqueName(operation), dtype, shape, producer: node });
    }
    this.#nodes.push(node);
    return tensors;
  }

  /** Adds nodes and constants of another model as they are (see attach.ts), with names made unique before. */
  addRaw(nodes: readonly NodeProto[], constants: readonly TensorProto[]): void {
    this.#nodes.push(...nodes);
    this.#root.constants.push(...constants);
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
    const nodes = this.#nodes.map((node) => ('opType' in node ? node : nodeProto(node)));
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
      node: nodes,
      initializer: this.parent ? [] : this.#root.constants,
      input: this.#inputs.map((tensor) => valueInfo(tensor.name, tensor)),
      output: outputs,
    };
  }

  #outermost(): Graph {
    return this.parent ? this.parent.#outermost() : this;
  }

  #sees(other: Graph): boolean {
    let graph: Graph | undefined = this;
    while (graph && graph !== other) graph = graph.parent;
    return graph !== undefined;
  }
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

function nodeProto(node: Node): NodeProto {
  return {
    ...(node.onCpu ? { name: cpuNode } : {}),
    opType: node.operation,
    input: node.inputs.map((input) => input?.name ?? ''),
    output: node.outputs.map((output) => output.name),
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  };
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if ('int' in value) return { name, type: attributeType.INT, i: value.int };
  if ('ints' in value) return { name, type: attributeType.INTS, ints: [...value.ints] };
  if ('float' in value) return { name, type: attributeType.FLOAT, f: value.float };
  if ('floats' in value) return { name, type: attributeType.FLOATS, floats: [...value.floats] };
  if ('string' in value) {
    return { name, type: attributeType.STRING, s: new TextEncoder().encode(value.string) };
  }
  return { name, type: attributeType.GRAPH, g: value.graph.toProto(name) };
}

function valueInfo(name: string, { dtype, shape }: OutputType): ValueInfoProto {
  return {
    name,
    type: {
      tensorType: {
        elemType: dtypeCode[dtype],
        shape: {
          dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
        },
      },
    },
  };
}

function rawBytes(data: NumberArray, dtype: DType): Uint8Array {
  const values = typedArray(data, dtype);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function typedArray(data: NumberArray, dtype: DType) {
  switch (dtype) {
    case 'float32':
      return data instanceof Float32Array ? data : Float32Array.from(data);
    case 'float64':
      return data instanceof Float64Array ? data : Float64Array.from(data);
    case 'int32':
      return data instanceof Int32Array ? data : Int32Array.from(data);
    case 'int64':
      return BigInt64Array.from(data as ArrayLike<number>, (value: number) => BigInt(value));
    case 'float16':
      return data instanceof Uint16Array ? data : Uint16Array.from(data as ArrayLike<number>, floatToHalf);
    case 'uint8':
    case 'bool':
      return data instanceof Uint8Array ? data : Uint8Array.from(data);
    default:
      return refuse('constant', `no constants of type ${String(dtype)}`, []);
  }
}

/** For messages: `MatMul([8, 4], [4, 2])`. */
export function nodeText(node: Node): string {
  return `${node.operation}(${node.inputs.map((input) => (input ? shapeText(input.shape) : '-')).join(', ')})`;
}
