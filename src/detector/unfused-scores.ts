/** @file The two scores of each patch before they are fused, read out of a detector file: what a class's spread is measured by. */
import { spreadNames } from '../features/memory-bank/class-search.ts';
import type { ModelProto } from '../graph/index.ts';
import type { NodeProto, ValueInfoProto } from '../graph/onnx.ts';
import { dtypeCode } from '../graph/tensor.ts';

/** Outputs of `withUnfusedScores`, [images, patches]. */
export const unfusedNames = { distance: 'patch_distance', network: 'patch_network_score' } as const;

/**
 * The model with both scores as outputs. They are what the means of the classes are taken from.
 * @returns undefined where the detector fuses no scores
 */
export function withUnfusedScores(model: ModelProto): ModelProto | undefined {
  const nodes = model.graph.node ?? [];
  const reader = (opType: string, place: number, name: string | undefined) =>
    nodes.find((node) => node.opType === opType && name !== undefined && node.input?.[place] === name);
  const added: NodeProto[] = [];
  const outputs: ValueInfoProto[] = [];
  for (const kind of ['distance', 'network'] as const) {
    const gathered = reader('Gather', 0, spreadNames[kind].mean)?.output?.[0];
    const ofImages = reader('Reshape', 0, gathered)?.output?.[0];
    const value = reader('Sub', 1, ofImages)?.input?.[0];
    if (value === undefined) return undefined;
    const name = unfusedNames[kind];
    added.push({ opType: 'Identity', input: [value], output: [name] });
    const shape = { dim: [{ dimParam: 'images' }, { dimParam: 'patches' }] };
    outputs.push({ name, type: { tensorType: { elemType: dtypeCode.float32, shape } } });
  }
  const { graph } = model;
  return {
    ...model,
    graph: { ...graph, node: [...nodes, ...added], output: [...(graph.output ?? []), ...outputs] },
  };
}
