/** @file What can be told of the values of a file before it runs: its constants, what it declares, and what follows node by node. */
import { readAttributes } from './attributes.ts';
import { dtypeOf, knownConstant } from './constants.ts';
import { type ModelProto, type NodeProto, type TensorProto, toNumber, type ValueInfoProto } from './onnx.ts';
import { inferred } from './shapes/index.ts';
import type { Known } from './shapes/known.ts';
import type { Dim, Tensor } from './tensor.ts';

/** Types and shapes by the file's names. */
export interface FileValues {
  of(name: string): Known | undefined;
  /** Works out what a node gives; nodes come in the file's order. */
  see(node: NodeProto): void;
  /** Takes in what is known of a value from elsewhere. */
  tell(name: string, value: Known): void;
  /** Takes in a constant that was made while reading. */
  addConstant(constant: TensorProto): void;
}

/** @param inputs - our values in the place of the file's inputs */
export function fileValues({ graph }: ModelProto, inputs: Readonly<Record<string, Tensor>>): FileValues {
  const known = new Map<string, Known>();
  const addConstant = (constant: TensorProto) => {
    const value = knownConstant(constant);
    if (value) known.set(constant.name ?? '', value);
  };
  for (const constant of graph.initializer ?? []) addConstant(constant);
  for (const [name, tensor] of Object.entries(inputs)) known.set(name, tensor);
  const named = namesInUse(graph.input ?? [], inputs);
  const declared = new Map(
    [...(graph.valueInfo ?? []), ...(graph.output ?? [])].flatMap((info) => {
      const value = declaredType(info, named);
      return value ? [[info.name, value]] : [];
    }),
  );
  return {
    of: (name) => known.get(name),
    addConstant,
    tell: (name, value) => {
      known.set(name, value);
    },
    see: ({ opType, input = [], output = [], attribute }) => {
      const operands = input.map((name) => known.get(name));
      const complete = operands.every((operand, at) => operand !== undefined || input[at] === '');
      const found = complete ? inferred(opType, operands, readAttributes(attribute), output.length) : [];
      output.forEach((name, at) => {
        const value = completed(found[at], declared.get(name));
        if (name !== '' && value) known.set(name, value);
      });
    },
  };
}

/** What follows from the inputs, and in the place of its names the numbers that the file declares. */
function completed(found: Known | undefined, declared: Known | undefined): Known | undefined {
  if (!found || !declared || found.shape.length !== declared.shape.length) return found ?? declared;
  const shape = found.shape.map((size, axis): Dim => {
    const said = declared.shape[axis] as Dim;
    return typeof size === 'string' && typeof said === 'number' ? said : size;
  });
  return { ...found, shape };
}

/** What the file's names of sizes are here. */
function namesInUse(declared: readonly ValueInfoProto[], inputs: Readonly<Record<string, Tensor>>) {
  const names = new Map<string, Dim>();
  for (const { name, type } of declared) {
    type?.tensorType?.shape?.dim?.forEach(({ dimParam }, axis) => {
      const size = inputs[name]?.shape[axis];
      if (dimParam && size !== undefined) names.set(dimParam, size);
    });
  }
  return names;
}

function declaredType({ type }: ValueInfoProto, names: ReadonlyMap<string, Dim>): Known | undefined {
  const tensor = type?.tensorType;
  const dtype = dtypeOf(tensor?.elemType);
  const dims = tensor?.shape?.dim;
  if (!dtype || !dims) return undefined;
  const shape: Dim[] = [];
  for (const { dimValue, dimParam } of dims) {
    const size = dimValue === undefined ? 0 : toNumber(dimValue);
    // A name that no input gives a size to is the file's own.
    const dim = size > 0 ? size : dimParam ? (names.get(dimParam) ?? `file:${dimParam}`) : undefined;
    if (dim === undefined) return undefined;
    shape.push(dim);
  }
  return { dtype, shape };
}
