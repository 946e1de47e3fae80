/** @file The scores of each patch before they are fused, read out of a detector file: what a class's spread is measured by. */
import { spreadNames } from '../features/memory-bank/class-search.ts';
import type { ModelProto } from '../graph/index.ts';
import type { NodeProto, ValueInfoProto } from '../graph/onnx.ts';
import { dtypeCode } from '../graph/tensor.ts';
import { constantNamed } from './bank-entries.ts';

/** Outputs of `withUnfusedScores`, [images, patches]. */
export const unfusedNames = { distance: 'patch_distance', network: 'patch_network_score' } as const;

/** A score of a patch. */
export type UnfusedKind = keyof typeof unfusedNames;

/** A model with scores as outputs. */
export interface WithUnfusedScores {
  readonly model: ModelProto;
  /** The distance, and the networks' where there are some. */
  readonly kinds: readonly UnfusedKind[];
}

/**
 * The model with the scores that it measures in deviations of a class as outputs. They are what the means of the classes are taken from.
 * @returns undefined where there are none, or one that has a spread is not found
 */
export function withUnfusedScores(model: ModelProto): WithUnfusedScores | undefined {
  const nodes = model.graph.node ?? [];
  const reader = (opType: string, place: number, name: string | undefined) =>
    nodes.find((node) => node.opType === opType && name !== undefined && node.input?.[place] === name);
  const added: NodeProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const kinds: UnfusedKind[] = [];
  for (const kind of ['distance', 'network'] as const) {
    const gathered = reader('Gather', 0, spreadNames[kind].mean)?.output?.[0];
    // Of tiles there is one for each patch.
    const ofImages = (reader('Reshape', 0, gathered) ?? reader('Gather', 0, gathered))?.output?.[0];
    const value = reader('Sub', 1, ofImages)?.input?.[0];
    const known = constantNamed(model, spreadNames[kind].mean) !== undefined;
    if (value === undefined && known) return undefined;
    if (value === undefined) continue;
    kinds.push(kind);
    const name = unfusedNames[kind];
    added.push({ opType: 'Identity', input: [value], output: [name] });
    const shape = { dim: [{ dimParam: 'images' }, { dimParam: 'patches' }] };
    outputs.push({ name, type: { tensorType: { elemType: dtypeCode.float32, shape } } });
  }
  if (kinds.length === 0) return undefined;
  const { graph } = model;
  const open = { ...graph, node: [...nodes, ...added], output: [...(graph.output ?? []), ...outputs] };
  return { model: { ...model, graph: open }, kinds };
}
