/**
 * @file The names of the nodes that stay on the CPU whatever the device, because ONNX Runtime's WebGPU accepts them and then
 * cannot compute them (antialiased Resize, and on some devices whatever takes halves). Whoever makes a session on WebGPU has to hand them over (`forceCpuNodeNames`).
 */
import type { NodeProto } from './onnx.ts';

/** What such a node is called until its graph is written; no two nodes of a graph may have one name. */
export const cpuNode = 'clad/on-cpu';

/** All names there may be. */
export const cpuNodes: readonly string[] = Array.from({ length: 64 }, (_, index) => nameOf(index));

/** Whether a node of a file stays on the CPU. */
export function isCpuNode({ name = '' }: NodeProto): boolean {
  return cpuNodes.includes(name);
}

/** A graph's nodes with these names told apart, those in the bodies of its nodes as well. */
export function numberedCpuNodes(nodes: readonly NodeProto[]): NodeProto[] {
  let count = 0;
  const numbered = (node: NodeProto): NodeProto => {
    const named = isCpuNode(node) ? { ...node, name: nameOf(count++) } : node;
    if (!node.attribute?.some(({ g }) => g)) return named;
    const attribute = node.attribute.map((each) =>
      each.g ? { ...each, g: { ...each.g, node: (each.g.node ?? []).map(numbered) } } : each,
    );
    return { ...named, attribute };
  };
  return nodes.map(numbered);
}

function nameOf(index: number): string {
  return index === 0 ? cpuNode : `${cpuNode}-${index}`;
}
