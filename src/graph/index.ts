/** @file Table of contents of the graph layer: building ONNX graphs and differentiating them. */
export * from './attach.ts';
export { cpuNodes } from './cpu-node.ts';
export { gradients } from './gradients.ts';
export { Graph, opsetVersion } from './graph.ts';
export { type LoopBody, loop } from './loop.ts';
export { decodeMetadata } from './metadata.ts';
export type { Attribute } from './node.ts';
export { decodeModel, encodedLength, encodeModel, type ModelProto } from './onnx.ts';
export type { Operator } from './operators.ts';
export * from './ops/elementwise.ts';
export * from './ops/matmul.ts';
export * from './ops/normalize.ts';
export * from './ops/reduce.ts';
export * from './ops/shape.ts';
export * from './ops/spatial.ts';
export { type AnySize, anySize, type GridMap, type NamedMap } from './rewrite/any-size/any-size.ts';
export type { Dim, DType, Shape, Tensor } from './tensor.ts';
