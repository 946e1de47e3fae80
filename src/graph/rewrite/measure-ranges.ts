/** @file A model that gives the smallest and largest number of some of its values instead of its outputs. */
import { constantOf } from '../constants.ts';
import { freshNames } from '../names.ts';
import { attributeType, type ModelProto, type NodeProto, type ValueInfoProto } from '../onnx.ts';
import { dtypeCode } from '../tensor.ts';

/** The model, and what its outputs are called. */
export interface RangeModel {
  readonly model: ModelProto;
  /** Output with [low, high], two float32, by value. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** @param names - values of the model, float32 */
export function rangeModel(model: ModelProto, names: readonly string[]): RangeModel {
  const fresh = freshNames(model);
  const outputs = new Map<string, string>();
  const nodes: NodeProto[] = [...(model.graph.node ?? [])];
  const everything = fresh('range/shape');
  const constant = constantOf(everything, dtypeCode.int64, [1], BigInt64Array.of(1n));
  for (const name of names) {
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
    outputs.set(name, output);
  }
  const declared: ValueInfoProto[] = [...outputs.values()].map((name) => ({
    name,
    type: { tensorType: { elemType: dtypeCode.float32, shape: { dim: [{ dimValue: 2 }] } } },
  }));
  return {
    model: {
      ...model,
      graph: {
        ...model.graph,
        node: nodes,
        output: declared,
        initializer: [...(model.graph.initializer ?? []), constant],
      },
    },
    outputs,
  };
}
