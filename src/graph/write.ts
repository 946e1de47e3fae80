/** @file Nodes, declared values and constants of our graphs as ONNX messages. */
import { mapped, wholeNumbers } from '../core/arrays.ts';
import { floatToHalf } from '../core/half.ts';
import { cpuNode } from './cpu-node.ts';
import type { Attribute, Node, OutputType } from './node.ts';
import { type AttributeProto, attributeType, type NodeProto, type ValueInfoProto } from './onnx.ts';
import { blocksOf, inBlocks } from './row-blocks.ts';
import { type DType, dtypeCode, refuse } from './tensor.ts';

/** A node as ONNX writes it: one, but for large products. */
export function nodeProtos(node: Node): NodeProto[] {
  const blocks = blocksOf(node);
  return blocks === 1 ? [nodeProto(node)] : inBlocks(nodeProto(node), blocks);
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

/** An attribute as ONNX has it. */
export function attributeProto(name: string, value: Attribute): AttributeProto {
  if ('int' in value) return { name, type: attributeType.INT, i: value.int };
  if ('ints' in value) return { name, type: attributeType.INTS, ints: [...value.ints] };
  if ('float' in value) return { name, type: attributeType.FLOAT, f: value.float };
  if ('floats' in value) return { name, type: attributeType.FLOATS, floats: [...value.floats] };
  if ('tensor' in value) return { name, type: attributeType.TENSOR, t: value.tensor };
  if ('string' in value) {
    return { name, type: attributeType.STRING, s: new TextEncoder().encode(value.string) };
  }
  return { name, type: attributeType.GRAPH, g: value.graph.toProto(name) };
}

/** What a file declares of an input or output. */
export function valueInfo(name: string, { dtype, shape }: OutputType): ValueInfoProto {
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

/** Numbers as a file holds them; typed arrays of the same kind are not copied. */
export function rawBytes(data: ArrayLike<number>, dtype: DType): Uint8Array {
  const values = typedArray(data, dtype);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function typedArray(data: ArrayLike<number>, dtype: DType) {
  switch (dtype) {
    case 'float32':
      return data instanceof Float32Array ? data : Float32Array.from(data);
    case 'float64':
      return data instanceof Float64Array ? data : Float64Array.from(data);
    case 'int32':
      return data instanceof Int32Array ? data : Int32Array.from(data);
    case 'int64':
      return wholeNumbers(data);
    case 'float16':
      return data instanceof Uint16Array ? data : mapped(Uint16Array, data, floatToHalf);
    case 'int8':
      return data instanceof Int8Array ? data : Int8Array.from(data);
    case 'uint8':
    case 'bool':
      return data instanceof Uint8Array ? data : Uint8Array.from(data);
    default:
      return refuse('constant', `no constants of type ${String(dtype)}`, []);
  }
}
