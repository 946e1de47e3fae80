/**
 * @file The ONNX messages we read and write (onnx.proto3, IR version 8), as a protobuf schema.
 *
 * Only fields that occur in inference models are listed; unknown fields of a file that is read are dropped, so
 * training information and quantisation annotations do not survive. A message is limited to 2 GiB by protobuf.
 */
import protobuf from 'protobufjs/light.js';

/** Field numbers of onnx.proto3; `repeated` fields end in `[]`. */
const schema: Record<string, Record<string, [type: string, id: number]>> = {
  OperatorSetId: { domain: ['string', 1], version: ['int64', 2] },
  StringStringEntry: { key: ['string', 1], value: ['string', 2] },
  Dimension: { dimValue: ['int64', 1], dimParam: ['string', 2] },
  TensorShape: { dim: ['Dimension[]', 1] },
  TensorType: { elemType: ['int32', 1], shape: ['TensorShape', 2] },
  Type: { tensorType: ['TensorType', 1] },
  ValueInfo: { name: ['string', 1], type: ['Type', 2] },
  Tensor: {
    dims: ['int64[]', 1],
    dataType: ['int32', 2],
    floatData: ['float[]', 4],
    int32Data: ['int32[]', 5],
    stringData: ['bytes[]', 6],
    int64Data: ['int64[]', 7],
    name: ['string', 8],
    rawData: ['bytes', 9],
    doubleData: ['double[]', 10],
    uint64Data: ['uint64[]', 11],
    externalData: ['StringStringEntry[]', 13],
    dataLocation: ['int32', 14],
  },
  Attribute: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    t: ['Tensor', 5],
    g: ['GraphMessage', 6],
    floats: ['float[]', 7],
    ints: ['int64[]', 8],
    strings: ['bytes[]', 9],
    tensors: ['Tensor[]', 10],
    graphs: ['GraphMessage[]', 11],
    type: ['int32', 20],
  },
  Node: {
    input: ['string[]', 1],
    output: ['string[]', 2],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['Attribute[]', 5],
    domain: ['string', 7],
  },
  GraphMessage: {
    node: ['Node[]', 1],
    name: ['string', 2],
    initializer: ['Tensor[]', 5],
    docString: ['string', 10],
    input: ['ValueInfo[]', 11],
    output: ['ValueInfo[]', 12],
    valueInfo: ['ValueInfo[]', 13],
  },
  Model: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    producerVersion: ['string', 3],
    domain: ['string', 4],
    modelVersion: ['int64', 5],
    docString: ['string', 6],
    graph: ['GraphMessage', 7],
    opsetImport: ['OperatorSetId[]', 8],
    metadataProps: ['StringStringEntry[]', 14],
  },
};

/** A 64-bit integer as protobufjs reads it (a `Long`) or as we write it. */
export type Int64 = number | { toNumber(): number };

export interface StringStringEntry {
  key: string;
  value: string;
}
export interface ValueInfoProto {
  name: string;
  type?: {
    tensorType?: { elemType: number; shape?: { dim?: { dimValue?: Int64; dimParam?: string }[] } };
  };
}
export interface TensorProto {
  name?: string;
  dims?: Int64[];
  dataType: number;
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: Int64[];
  doubleData?: number[];
  externalData?: StringStringEntry[];
  dataLocation?: number;
}
export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: Int64;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: number[];
  ints?: Int64[];
  strings?: Uint8Array[];
  graphs?: GraphProto[];
}
export interface NodeProto {
  input?: string[];
  output?: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute?: AttributeProto[];
}
export interface GraphProto {
  node?: NodeProto[];
  name?: string;
  docString?: string;
  initializer?: TensorProto[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
  valueInfo?: ValueInfoProto[];
}
export interface ModelProto {
  irVersion: Int64;
  producerName?: string;
  producerVersion?: string;
  docString?: string;
  graph: GraphProto;
  opsetImport: { domain?: string; version: Int64 }[];
  metadataProps?: StringStringEntry[];
}

/** ONNX's numbers for the kinds of an attribute (AttributeProto.AttributeType). */
export const attributeType = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
} as const;

const modelType = buildSchema().lookupType('Model');

function buildSchema(): protobuf.Root {
  const nested: Record<string, protobuf.IType> = {};
  for (const [message, fields] of Object.entries(schema)) {
    nested[message] = {
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, [type, id]]) => [
          name,
          type.endsWith('[]') ? { rule: 'repeated', type: type.slice(0, -2), id } : { type, id },
        ]),
      ),
    };
  }
  return protobuf.Root.fromJSON({ nested });
}

/** The bytes of an ONNX file. */
export function encodeModel(model: ModelProto): Uint8Array {
  return modelType.encode(modelType.fromObject(model)).finish();
}

/** How many bytes that file has, without making it: constants may be larger than memory. */
export function encodedLength(model: ModelProto): number {
  return modelType.encode(modelType.fromObject(model)).len;
}

/**
 * Reads an ONNX file. Weights stay views into `bytes`.
 * @throws Error when the bytes are no protobuf message with a graph
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const model = modelType.decode(bytes) as unknown as ModelProto;
  if (!model.graph) throw new Error('not an ONNX model: it holds no graph');
  return model;
}

/** A 64-bit integer as a number; exact up to 2^53. */
export function toNumber(value: Int64): number {
  return typeof value === 'number' ? value : value.toNumber();
}
