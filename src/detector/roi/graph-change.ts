/** @file A finished graph that is being changed: what is found in it, put in the place of other nodes, or added under names that are free. */
import { int64Constant } from '../../graph/constants.ts';
import type { ModelProto } from '../../graph/index.ts';
import { freshNames } from '../../graph/names.ts';
import type { NodeProto, TensorProto } from '../../graph/onnx.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import { attributeProto } from '../../graph/write.ts';
import type { Add } from './found-part.ts';

/** A graph, and what was changed of it until now. */
export class GraphChange {
  readonly model: ModelProto;
  readonly fresh: (stem: string) => string;
  readonly constants: TensorProto[] = [];
  nodes: NodeProto[];

  constructor(model: ModelProto) {
    this.model = model;
    this.fresh = freshNames(model);
    this.nodes = [...(model.graph.node ?? [])];
  }

  /** The node that makes a value. */
  maker(name: string | undefined): NodeProto {
    const maker = this.nodes.find(({ output }) => name !== undefined && output?.includes(name));
    if (!maker) throw cannot();
    return maker;
  }

  /** Puts nodes in the place of one. */
  replace(node: NodeProto, by: readonly NodeProto[]): void {
    this.nodes.splice(this.nodes.indexOf(node), 1, ...by);
  }

  /** Adds nodes to a list; each gives the name of its one result. */
  adder(list: NodeProto[]): Add {
    return (opType, input, attributes = {}) => {
      const output = this.fresh(`roi_${opType}`);
      const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
      list.push({ opType, input: [...input], output: [output], attribute });
      return output;
    };
  }

  /** A constant of such numbers. */
  axes(axes: readonly number[]): string {
    return this.constant('roi_axes', int64Constant('', [axes.length], axes));
  }

  /** Adds a constant. @returns its name, made from the stem */
  constant(stem: string, constant: TensorProto): string {
    const name = this.fresh(stem);
    this.constants.push({ ...constant, name });
    return name;
  }
}

/** Attributes of a Cast. */
export const toFloat = { to: { int: dtypeCode.float32 } };
export const toBool = { to: { int: dtypeCode.bool } };

/** The node with another name for one of its results. */
export function renamed(node: NodeProto, from: string, to: string): NodeProto {
  return { ...node, output: (node.output ?? []).map((name) => (name === from ? to : name)) };
}

export function cannot(): Error {
  return new Error('the graph is of a method that cannot have regions of interest');
}
