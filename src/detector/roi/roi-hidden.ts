/**
 * @file What is worked out of an image twice: once of all of it, to recognise its class, and once of what is inside the region of that class. A patch sees far
 * around itself, so that what lies outside would show inside; painting it over takes the class, which the features tell.
 *
 * Nodes that only the votes need stay single, and so do those behind the votes. The others are copied, with the painted pixels for the seen ones.
 */
import { neededNodes, readNames } from '../../graph/names.ts';
import type { NodeProto } from '../../graph/onnx.ts';

/** Names of values. */
export interface HiddenPixels {
  /** What the classes' votes add up to, [N, classes]. */
  readonly votes: string;
  /** The network's input before anything is subtracted. */
  readonly seen: string;
  /** The same with what is outside painted over. */
  readonly hidden: string;
  /** What takes the place of a loop over tiles where all that is asked of it is the class; absent: it stays. */
  readonly forClass?: ((loop: NodeProto) => readonly NodeProto[]) | undefined;
}

/** The nodes with copies of those whose values votes and scores share. @param nodes - computing inputs first */
export function withHidden(
  nodes: readonly NodeProto[],
  { votes, seen, hidden, forClass }: HiddenPixels,
  fresh: (stem: string) => string,
): NodeProto[] {
  const forVotes = new Set(neededNodes(nodes, [votes]).nodes);
  const makers = new Map<string, NodeProto>();
  /** Values of these nodes that the seen pixels are in. */
  const ofPixels = new Set([seen]);
  for (const node of nodes) {
    if (!forVotes.has(node)) continue;
    for (const name of node.output ?? []) makers.set(name, node);
    if (readNames(node).some((name) => ofPixels.has(name)))
      for (const name of node.output ?? []) ofPixels.add(name);
  }
  const others = new Map([[seen, hidden]]);
  const copies: NodeProto[] = [];
  const copied = new Set<NodeProto>();
  const otherOf = (name: string): string => {
    if (name === votes || !ofPixels.has(name)) return name;
    const known = others.get(name);
    if (known !== undefined) return known;
    const node = makers.get(name)!;
    requirePlain(node, ofPixels);
    const input = (node.input ?? []).map(otherOf);
    const output = (node.output ?? []).map((each) => (each === '' ? '' : fresh(`${each}/inside`)));
    node.output?.forEach((each, at) => {
      others.set(each, output[at]!);
    });
    const { name: _, ...rest } = node;
    copies.push({ ...rest, input, output });
    copied.add(node);
    return others.get(name)!;
  };
  const rest = nodes.map((node) => {
    if (forVotes.has(node)) return node;
    requirePlain(node, ofPixels);
    return { ...node, input: (node.input ?? []).map(otherOf) };
  });
  const looks = rest.flatMap((node) =>
    forClass && copied.has(node) && node.opType === 'Loop' ? forClass(node) : [node],
  );
  return [...looks, ...copies];
}

/** A body that reads such a value by its name would need another body. */
function requirePlain(node: NodeProto, ofPixels: ReadonlySet<string>): void {
  const own = new Set(node.input);
  if (readNames(node).some((name) => !own.has(name) && ofPixels.has(name)))
    throw new Error('the graph is of a method that cannot have regions of interest');
}

/** The nodes in an order that computes inputs first; as near to the one given as can be. */
export function inOrder(nodes: readonly NodeProto[]): NodeProto[] {
  const makers = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
  const placed = new Set<NodeProto>();
  const ordered: NodeProto[] = [];
  const place = (first: NodeProto) => {
    // A stack of its own: a backbone is hundreds of nodes deep.
    const stack = [first];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const open = readNames(node).flatMap((name) => {
        const maker = makers.get(name);
        return maker && maker !== node && !placed.has(maker) ? [maker] : [];
      });
      if (open.length > 0) stack.push(open[0]!);
      else {
        stack.pop();
        if (!placed.has(node)) ordered.push(node);
        placed.add(node);
      }
    }
  };
  for (const node of nodes) place(node);
  return ordered;
}
