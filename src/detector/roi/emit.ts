/** @file Nodes and constants that are added to a finished ONNX graph, under names that are free in it. */
import { float32Constant, int64Constant } from '../../graph/constants.ts';
import type { Attribute } from '../../graph/node.ts';
import type { NodeProto, TensorProto } from '../../graph/onnx.ts';
import { attributeProto } from '../../graph/write.ts';

/** Adds to a graph. */
export class Emitter {
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  readonly #fresh: (stem: string) => string;
  readonly #known = new Map<string, string>();

  constructor(fresh: (stem: string) => string) {
    this.#fresh = fresh;
  }

  /**
   * Adds a node. An input that is empty is left out.
   * @param name - of the node, where it says something to an engine
   * @returns the name of its first result
   */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    name?: string,
  ): string {
    const output = this.#fresh(`roi_${opType}`);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    // Only the first result is of use, but the second must have a name.
    const outputs = opType === 'TopK' ? [output, this.#fresh('roi_places')] : [output];
    this.nodes.push({ ...(name && { name }), opType, input: [...input], output: outputs, attribute });
    return output;
  }

  /** float32; the same numbers are held once. @param dims - none for one number */
  floats(values: readonly number[] | Float32Array, dims: readonly number[] = []): string {
    const key = `${values.join()} ${dims.join()}`;
    return this.#once(key, () => float32Constant('', dims, Float32Array.from(values)));
  }

  /** int64, in a row. */
  integers(values: readonly number[]): string {
    return this.#once(`i ${values.join()}`, () => int64Constant('', [values.length], values));
  }

  #once(key: string, make: () => TensorProto): string {
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const name = this.#fresh('roi_constant');
    this.#known.set(key, name);
    this.constants.push({ ...make(), name });
    return name;
  }
}

/** What adds to a graph, for functions that add much. */
export function bound(emit: Emitter) {
  return {
    add: emit.add.bind(emit),
    floats: emit.floats.bind(emit),
    integers: emit.integers.bind(emit),
  };
}
