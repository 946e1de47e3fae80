/**
 * @file Attaching an ONNX file to a graph: its nodes and constants become part of the graph with names made unique, its
 * inputs are replaced by our values, and its outputs are values we compute on. Its nodes are differentiated like ours.
 */
import { readAttributes } from './attributes.ts';
import { dtypeOf } from './constants.ts';
import { cpuNode, isCpuNode } from './cpu-node.ts';
import { type FileValues, fileValues } from './file-values.ts';
import { type Graph, opsetVersion } from './graph.ts';
import { neededNodes, readNames } from './names.ts';
import type { Node } from './node.ts';
import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  toNumber,
  type ValueInfoProto,
} from './onnx.ts';
import { upgradeNodes } from './rewrite/upgrade.ts';
import { notUpgradable } from './rewrite/upgrade-nodes.ts';
import { type Dim, type DType, dtypeCode, type Tensor } from './tensor.ts';
import { rawBytes } from './write.ts';

/** An input or output that a model file declares. */
export interface DeclaredValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** The inputs that have to be fed, in the file's order (constants listed as inputs by old files are left out). */
export function declaredInputs(model: ModelProto): DeclaredValue[] {
  const constants = new Set((model.graph.initializer ?? []).map(({ name }) => name));
  return (model.graph.input ?? []).filter(({ name }) => !constants.has(name)).map(declared);
}

/** The outputs in the file's order. */
export function declaredOutputs(model: ModelProto): DeclaredValue[] {
  return (model.graph.output ?? []).map(declared);
}

/**
 * Makes a model part of a graph.
 * @param inputs - our value for each of the model's inputs, by its name there
 * @param outputs - wanted outputs by the model's name; nodes that none of them needs are left out
 * @param shapes - what is known of the outputs' shapes beyond the file's declaration
 * @returns the values in the order of `outputs`
 * @throws MODEL_UNSUITABLE when an input or output is missing or an operator set cannot be converted
 */
export function attach(
  graph: Graph,
  model: ModelProto,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: readonly { readonly name: string; readonly shape?: readonly Dim[] }[],
): Tensor[] {
  const constants = model.graph.initializer ?? [];
  if (constants.some(({ dataLocation }) => dataLocation === 1)) {
    notUpgradable('its weights lie in a second file; save it as one file (external data is not read)');
  }
  for (const { name } of declaredInputs(model)) {
    if (!inputs[name]) notUpgradable(`its input ${name} is given no value`);
  }
  const version = model.opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 1;
  const made: TensorProto[] = [];
  const values = fileValues(model, inputs);
  const upgraded = upgradeNodes(
    model.graph.node ?? [],
    toNumber(version),
    opsetVersion,
    (stem, numbers, dtype = 'int64', dims = [numbers.length]) => {
      const name = `${stem}/upgraded${made.length}`;
      const constant = {
        name,
        dims: [...dims],
        dataType: dtypeCode[dtype],
        rawData: rawBytes(numbers, dtype),
      };
      made.push(constant);
      values.addConstant(constant);
      return constant.name;
    },
    values,
  );
  const names = new Map(Object.entries(inputs).map(([name, tensor]) => [name, tensor.name]));
  const rename = (name: string): string => {
    if (name === '') return '';
    let renamed = names.get(name);
    if (!renamed) {
      // A prefix, so that no name of the file takes one that the graph's outputs will have.
      renamed = graph.uniqueName(`attached/${name}`);
      names.set(name, renamed);
    }
    return renamed;
  };
  const all = [...constants, ...made];
  const known = new Set([...all.map(({ name }) => name), ...upgraded.flatMap(({ output }) => output ?? [])]);
  for (const { name } of outputs) {
    if (!known.has(name))
      notUpgradable(`it has no value named ${name}; its outputs are ${outputNames(model)}`);
  }
  const { nodes, used } = neededNodes(
    upgraded,
    outputs.map(({ name }) => name),
  );
  const attached = attachedNodes(graph, nodes, rename, inputs, values);
  graph.addAttached(
    attached.nodes,
    all
      .filter(({ name }) => used.has(name ?? ''))
      .map((each) => ({ ...each, name: rename(each.name ?? '') })),
  );
  return outputs.map(({ name, shape }): Tensor => {
    const output = declaredOutputs(model).find((each) => each.name === name);
    const tensor = attached.tensorOf(name);
    return { ...tensor, dtype: output?.dtype ?? tensor.dtype, shape: shape ?? output?.shape ?? tensor.shape };
  });
}

/** The file's nodes as ours, with what is known of their values. */
function attachedNodes(
  graph: Graph,
  nodes: readonly NodeProto[],
  rename: (name: string) => string,
  inputs: Readonly<Record<string, Tensor>>,
  values: FileValues,
) {
  const tensors = new Map<string, Tensor>(Object.entries(inputs));
  /** What no node makes is a constant. */
  const tensorOf = (name: string, producer?: Node): Tensor => {
    let tensor = tensors.get(name);
    if (!tensor) {
      const known = values.of(name);
      tensor = {
        graph: producer ? graph : graph.outermost,
        name: rename(name),
        dtype: known?.dtype ?? 'float32',
        shape: known?.shape ?? [],
        ...(known?.values && { values: known.values }),
        ...(producer && { producer }),
      };
      tensors.set(name, tensor);
    }
    return tensor;
  };
  const made = nodes.map((proto): Node => {
    const { opType, input = [], output = [], attribute } = proto;
    const outputs: Tensor[] = [];
    const inBodies = readNames(proto).slice(input.length);
    const fromOutside = inBodies.filter((name) => tensors.has(name) || values.of(name));
    const node: Node = {
      operation: opType,
      inputs: input.map((name) => (name === '' ? undefined : tensorOf(name))),
      outputs,
      attributes: readAttributes(attribute),
      stopped: false,
      onCpu: false,
      attached: {
        proto: renameNode(proto, rename),
        captured: fromOutside.map((name) => tensorOf(name)),
        unknownShape: [...input, ...output].find((name) => name !== '' && !values.of(name)),
      },
    };
    outputs.push(...output.map((name) => tensorOf(name, node)));
    return node;
  });
  return { nodes: made, tensorOf };
}

function outputNames(model: ModelProto): string {
  return declaredOutputs(model)
    .map(({ name }) => name)
    .join(', ');
}

function renameNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  return {
    ...node,
    // The one name that says something: where the node has to be computed.
    name: isCpuNode(node) ? cpuNode : '',
    input: (node.input ?? []).map(rename),
    output: (node.output ?? []).map(rename),
    attribute: (node.attribute ?? []).map((attribute) => ({
      ...attribute,
      ...(attribute.g && { g: renameGraph(attribute.g, rename) }),
      ...(attribute.graphs && { graphs: attribute.graphs.map((body) => renameGraph(body, rename)) }),
    })),
  };
}

function renameGraph(body: GraphProto, rename: (name: string) => string): GraphProto {
  const renameInfo = (info: ValueInfoProto) => ({ ...info, name: rename(info.name) });
  return {
    ...body,
    node: (body.node ?? []).map((node) => renameNode(node, rename)),
    initializer: (body.initializer ?? []).map((each) => ({ ...each, name: rename(each.name ?? '') })),
    input: (body.input ?? []).map(renameInfo),
    output: (body.output ?? []).map(renameInfo),
    valueInfo: [],
  };
}

function declared({ name, type }: ValueInfoProto): DeclaredValue {
  const tensor = type?.tensorType;
  const dtype = dtypeOf(tensor?.elemType);
  if (!dtype) notUpgradable(`its value ${name} is of a type that is not supported`);
  const dims = tensor?.shape?.dim ?? [];
  return {
    name,
    dtype,
    shape: dims.map(({ dimValue, dimParam }, axis) => {
      const size = dimValue === undefined ? 0 : toNumber(dimValue);
      return size > 0 ? size : dimParam || `${name}_${axis}`;
    }),
  };
}
