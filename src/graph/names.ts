/** @file Names inside an ONNX graph: what reads what, and names that are still free. */
import type { GraphProto, ModelProto, NodeProto } from './onnx.ts';

/** Names a node reads, those read inside its bodies among them. */
export function readNames(node: NodeProto): string[] {
  const bodies = (node.attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
  return [
    ...(node.input ?? []),
    ...bodies.flatMap((body) => [
      ...(body.node ?? []).flatMap(readNames),
      ...(body.output ?? []).map(({ name }) => name),
    ]),
  ];
}

/** How many nodes and outputs of a graph read each value. */
export function countUses({ node = [], output = [] }: GraphProto): Map<string, number> {
  const uses = new Map<string, number>();
  const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const each of node) for (const name of new Set(readNames(each))) count(name);
  for (const { name } of output) count(name);
  return uses;
}

/** Gives names that no value of the model has, made from a stem. */
export function freshNames({ graph }: ModelProto): (stem: string) => string {
  const taken = new Set<string>([
    ...(graph.input ?? []).map(({ name }) => name),
    ...(graph.initializer ?? []).map(({ name }) => name ?? ''),
    ...(graph.node ?? []).flatMap((node) => [...(node.output ?? []), ...readNames(node)]),
  ]);
  return (stem) => {
    let name = stem;
    for (let count = 2; taken.has(name); count++) name = `${stem}_${count}`;
    taken.add(name);
    return name;
  };
}

/** The nodes that the wanted values depend on, in their order, and every name they read. */
export function neededNodes(nodes: readonly NodeProto[], wanted: readonly string[]) {
  const used = new Set(wanted);
  const kept: NodeProto[] = [];
  for (const node of [...nodes].reverse()) {
    if (!(node.output ?? []).some((name) => used.has(name))) continue;
    kept.push(node);
    for (const name of readNames(node)) used.add(name);
  }
  return { nodes: kept.reverse(), used };
}

/** The model without constants that nothing reads. */
export function withoutUnusedConstants(model: ModelProto): ModelProto {
  const uses = countUses(model.graph);
  const initializer = (model.graph.initializer ?? []).filter(({ name }) => uses.has(name ?? ''));
  return { ...model, graph: { ...model.graph, initializer } };
}
