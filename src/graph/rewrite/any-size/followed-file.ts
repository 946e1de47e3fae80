/** @file All values of a file with the sizes that they have, node by node. */
import { CladError } from '../../../core/errors.ts';
import { readAttributes } from '../../attributes.ts';
import { type FileValues, fileValues } from '../../file-values.ts';
import { Graph } from '../../graph.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../onnx.ts';
import { toNumber } from '../../onnx.ts';
import { Factor, type ImageSides, stands } from './factor.ts';
import { type Followed, type Following, type FollowRule, type Step, shownName } from './rule.ts';
import { type Equal, fixedSize, isFixed, numberOf, type Size, sizeOf } from './size.ts';
import { SizeVectors } from './size-vectors.ts';

export class FollowedFile implements Following {
  /** By value; without those that something stands in the way of. */
  readonly sizes = new Map<string, readonly Size[]>();
  /** What stands in the way, by value. */
  readonly obstacles = new Map<string, string>();
  /** Nodes in order, and how they are written where they cannot stay as they are. */
  readonly seen: { readonly node: NodeProto; readonly write: Followed['write'] }[] = [];
  /** Sizes that have to be equal at any size of the image, with the node that says so. */
  readonly equal: { readonly equal: Equal; readonly node: NodeProto }[] = [];
  readonly image: { readonly name: string; readonly rows: number; readonly columns: number };
  readonly #rules: Readonly<Record<string, FollowRule>>;
  readonly #values: FileValues;
  readonly #vectors = new SizeVectors();
  readonly #constants = new Map<string, TensorProto>();
  readonly #constantNames = new Set<string>();

  constructor(model: ModelProto, rules: Readonly<Record<string, FollowRule>>) {
    this.#rules = rules;
    const [input] = model.graph.input ?? [];
    const dims = (input?.type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => toNumber(dimValue ?? 0));
    const [count = 0, , rows = 0, columns = 0] = dims;
    if (!input || dims.length !== 4 || count < 1 || rows < 1 || columns < 1)
      stands('its input is not of one known size');
    this.image = { name: input.name, rows, columns };
    const image = new Graph().input(input.name, 'float32', dims);
    this.#values = fileValues(model, { [input.name]: image });
    for (const constant of model.graph.initializer ?? []) this.#addConstant(constant.name ?? '', constant);
    const side = (axis: number, at: (image: ImageSides) => number) =>
      sizeOf([new Factor(dims[axis] as number, 'grid', { kind: 'axis', value: input.name, axis, at })]);
    this.sizes.set(input.name, [
      sizeOf([new Factor(count, 'batch')]),
      fixedSize(3),
      side(2, (each) => each.rows),
      side(3, (each) => each.columns),
    ]);
  }

  known(name: string) {
    return this.#values.of(name);
  }

  isConstant(name: string): boolean {
    return this.#constantNames.has(name);
  }

  constant(name: string): TensorProto | undefined {
    return this.#constants.get(name);
  }

  sizesIn(name: string): readonly Size[] | undefined {
    return this.#vectors.of(name);
  }

  follow(node: NodeProto): void {
    this.#values.see(node);
    const { input = [], output = [], opType } = node;
    const attributes = readAttributes(node.attribute);
    const { value } = attributes;
    if (opType === 'Constant' && value && 'tensor' in value) this.#addConstant(output[0] ?? '', value.tensor);
    if (input.every((name) => name === '' || this.isConstant(name)))
      for (const name of output) this.#constantNames.add(name);
    const before = input.map((name) => this.obstacles.get(name)).find((reason) => reason !== undefined);
    let write: Followed['write'];
    try {
      if (before !== undefined) stands(before);
      const inputs = input.map((name) => (name === '' ? undefined : this.#sizesOf(name)));
      const equal: Equal[] = [];
      const step: Step = { node, operation: opType, attributes, inputs, file: this, equal };
      const followed = this.#followed(step);
      followed.outputs.forEach((sizes, at) => {
        const name = output[at] ?? '';
        this.sizes.set(name, sizes);
        // Of operators that the shape rules do not have.
        const dtype = this.known(input[0] ?? '')?.dtype;
        if (dtype && !this.known(name)) this.#values.tell(name, { dtype, shape: sizes.map(numberOf) });
      });
      this.equal.push(...equal.map((each) => ({ equal: each, node })));
      write = followed.write;
      this.#vectors.see(node, attributes, (name) => ({
        known: this.known(name),
        sizes: this.sizes.get(name),
      }));
    } catch (error) {
      // A damaged file has nodes that no rule expects.
      const why = error instanceof CladError ? reasonIn(error) : 'it has not what its operator needs';
      const reason = before ?? `${why} (${opType} that makes ${shownName(output[0] ?? '')})`;
      for (const name of output) this.obstacles.set(name, reason);
    }
    this.seen.push({ node, write });
  }

  /**
   * Settles what met nothing that tells. A map that is cut into pieces of which the network does the same for each, as it does for each image, is cut into
   * windows: as many pieces as there are stand beside the batch, and are the outer part. (Where the inner part stands there, it may be a window as well,
   * with attention between the windows.) What is repeated a number of times and never put beside a map is repeated as often as the file says.
   */
  settleRest(): void {
    for (const sizes of this.sizes.values())
      for (const factor of sizes.flatMap((size) => size.factors))
        if (
          factor.state === 'open' &&
          factor.isOuter &&
          factor.besideBatch &&
          factor.sibling?.besideBatch === false
        )
          factor.settle('grid');
        else if (factor.state === 'open' && factor.origin?.kind === 'repeated') settleAlone(factor);
  }

  #followed(step: Step): Followed {
    const { operation, inputs, node } = step;
    const constant = (node.input ?? []).every((name) => name === '' || this.isConstant(name));
    const rule = Object.hasOwn(this.#rules, operation) ? this.#rules[operation] : undefined;
    if (rule && !constant) return rule(step);
    // Where no size grows, the shapes are what they are.
    if (!inputs.every((sizes) => sizes?.every(isFixed) ?? true))
      stands(
        `its operator ${operation} is applied to its grid, and how it depends on sizes is not known here`,
      );
    return {
      outputs: (node.output ?? []).map((name) =>
        (this.known(name)?.shape ?? []).map((size) => fixedSize(typeof size === 'number' ? size : 1)),
      ),
    };
  }

  #sizesOf(name: string): readonly Size[] {
    const sizes = this.sizes.get(name) ?? this.known(name)?.shape.map((size) => fixedSize(Number(size)));
    if (!sizes) stands(`the shape of its value ${shownName(name)} cannot be worked out`);
    return sizes;
  }

  #addConstant(name: string, tensor: TensorProto): void {
    this.#constants.set(name, tensor);
    this.#constantNames.add(name);
  }
}

/** What is brought to a number of places and never put beside a map. */
function settleAlone(factor: Factor): void {
  const otherwise = factor.origin?.kind === 'repeated' ? factor.origin.otherwise : undefined;
  if (otherwise) factor.repeatFor([otherwise], (image) => otherwise.at(image));
  else factor.settle('fixed');
}

/** The reason alone, out of the catalogue's sentence. */
export function reasonIn(error: CladError): string {
  return error.message.replace(/^The ONNX file cannot be used: (.*)\.$/s, '$1');
}
