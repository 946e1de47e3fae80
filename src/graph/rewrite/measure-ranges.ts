/** @file A model that gives the smallest and largest number of some of its values instead of its outputs, of values in the bodies of its Loops too. */
import { constantOf } from '../constants.ts';
import { freshNames } from '../names.ts';
import { attributeType, type ModelProto, type NodeProto, type ValueInfoProto } from '../onnx.ts';
import { dtypeCode } from '../tensor.ts';
import { withBody } from './loop-bodies.ts';

/** The model, and what its outputs are called. */
export interface RangeModel {
  readonly model: ModelProto;
  /** Values and the outputs with their ends, [2] float32, or [turns, 2] of a value in a body; a value in the bodies of several Loops has several. */
  readonly outputs: readonly (readonly [value: string, output: string])[];
}

/** @param names - values of the model or of its Loops' bodies, float32 */
export function rangeModel(model: ModelProto, names: readonly string[]): RangeModel {
  const { graph } = model;
  const fresh = freshNames(model);
  const everything = fresh('range/shape');
  const constant = constantOf(everything, dtypeCode.int64, [1], BigInt64Array.of(1n));
  const wanted = new Set(names);
  const outputs: (readonly [string, string])[] = [];
  const nodes = (graph.node ?? []).map((node) => {
    const found: string[] = [];
    const loop = withBody(node, (body) => {
      const own = valuesOf(body.node ?? [], wanted);
      const ranges = own.map((name) => rangeNodes(name, everything, fresh));
      found.push(...own);
      return {
        ...body,
        node: [...(body.node ?? []), ...ranges.flatMap(({ nodes: all }) => all)],
        output: [...(body.output ?? []), ...ranges.map(({ output }) => declared(output, [2]))],
      };
    });
    if (found.length === 0) return node;
    const stacked = found.map((name) => fresh(`${name}/ranges`));
    outputs.push(...found.map((name, at) => [name, stacked[at]!] as const));
    return { ...loop, output: [...(loop.output ?? []), ...stacked] };
  });
  const inBodies = new Set(outputs.map(([name]) => name));
  const turned = new Set(outputs.map(([, output]) => output));
  for (const name of names) {
    if (inBodies.has(name)) continue;
    const range = rangeNodes(name, everything, fresh);
    nodes.push(...range.nodes);
    outputs.push([name, range.output]);
  }
  const output = outputs.map(([, name]) => declared(name, turned.has(name) ? ['turns', 2] : [2]));
  const initializer = [...(graph.initializer ?? []), constant];
  return { model: { ...model, graph: { ...graph, node: nodes, output, initializer } }, outputs };
}

function valuesOf(nodes: readonly NodeProto[], wanted: ReadonlySet<string>): string[] {
  return nodes.flatMap(({ output = [] }) => output.filter((name) => wanted.has(name)));
}

/** Nodes that give both ends of a value. */
function rangeNodes(name: string, everything: string, fresh: (stem: string) => string) {
  const nodes: NodeProto[] = [];
  const ends = ['ReduceMin', 'ReduceMax'].map((opType) => {
    const result = fresh(`${name}/${opType}`);
    const flat = fresh(`${name}/${opType}/flat`);
    nodes.push(
      {
        opType,
        input: [name],
        output: [result],
        attribute: [{ name: 'keepdims', type: attributeType.INT, i: 0 }],
      },
      { opType: 'Reshape', input: [result, everything], output: [flat] },
    );
    return flat;
  });
  const output = fresh(`${name}/range`);
  nodes.push({
    opType: 'Concat',
    input: ends,
    output: [output],
    attribute: [{ name: 'axis', type: attributeType.INT, i: 0 }],
  });
  return { nodes, output };
}

function declared(name: string, sizes: readonly (number | string)[]): ValueInfoProto {
  const dim = sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: dtypeCode.float32, shape: { dim } } } };
}
