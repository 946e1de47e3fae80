/** @file The nodes of a file that is brought to any size, as they come; sizes are computed from the values that have them. */
import { cpuNode } from '../../cpu-node.ts';
import type { Attribute } from '../../node.ts';
import type { NodeProto, TensorProto } from '../../onnx.ts';
import { dtypeCode } from '../../tensor.ts';
import { attributeProto, rawBytes } from '../../write.ts';
import { type Factor, paddingWindow, stands, undecided, unpadded } from './factor.ts';
import { hasBatch, isFixed, numberOf, type Size } from './size.ts';

/** What is behind all places, for the end of a Slice. */
export const toTheEnd = 2 ** 31 - 1;

export class Emitter {
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  /** Whether all sizes are those that the file is made for. */
  readonly ownSize: boolean;
  readonly #fresh: (stem: string) => string;
  /** Name of the value whose first axis is the batch. */
  readonly #image: string;
  readonly #factors = new Map<Factor, string>();
  readonly #vectors = new Map<string, string>();

  constructor(fresh: (stem: string) => string, image: string, ownSize: boolean) {
    this.ownSize = ownSize;
    this.#fresh = fresh;
    this.#image = image;
  }

  /** Adds a node as it is. */
  keep(node: NodeProto): void {
    this.nodes.push(node);
  }

  /** Adds a node; gives the name of its result. */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { output = this.#fresh(`any-size/${opType}`), onCpu = false }: { output?: string; onCpu?: boolean } = {},
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
    this.nodes.push({
      ...(onCpu && { name: cpuNode }),
      opType,
      input: [...input],
      output: [output],
      attribute,
    });
    return output;
  }

  /** A constant of numbers. */
  floats(data: Float32Array, dims: readonly number[]): string {
    const name = this.#fresh('any-size/table');
    this.constants.push({
      name,
      dims: [...dims],
      dataType: dtypeCode.float32,
      rawData: rawBytes(data, 'float32'),
    });
    return name;
  }

  /** A constant vector of whole numbers; equal ones are one. */
  integers(values: readonly number[]): string {
    const key = values.join();
    let name = this.#vectors.get(key);
    if (name === undefined) {
      name = this.#fresh('any-size/integers');
      this.#vectors.set(key, name);
      this.constants.push({
        name,
        dims: [values.length],
        dataType: dtypeCode.int64,
        rawData: rawBytes(values, 'int64'),
      });
    }
    return name;
  }

  /** A vector of numbers and of names of vectors. */
  vector(entries: readonly (number | string)[]): string {
    const parts: (number[] | string)[] = [];
    for (const entry of entries) {
      const last = parts.at(-1);
      if (typeof entry === 'string') parts.push(entry);
      else if (typeof last === 'object') last.push(entry);
      else parts.push([entry]);
    }
    const names = parts.map((part) => (typeof part === 'string' ? part : this.integers(part)));
    return names.length === 1 ? (names[0] as string) : this.add('Concat', names, { axis: { int: 0 } });
  }

  /** A size: its number where it has one, else the name of a vector of one element that is computed. */
  size(size: Size): number | string {
    if (isFixed(size)) return numberOf(size);
    const product = this.product(size.factors);
    const more = size.before + size.after;
    return more === 0 ? product : this.#calculated('Add', product, more);
  }

  /** The shape of a Reshape. The batch is what is left, so a file that was made for one image takes several. */
  shape(sizes: readonly (Size | string)[]): string {
    return this.vector(
      sizes.map((size) => (typeof size === 'string' ? size : hasBatch(size) ? -1 : this.size(size))),
    );
  }

  product(factors: readonly Factor[]): string {
    const number = factors.reduce((all, { state, from }) => (state === 'fixed' ? all * from : all), 1);
    const names = factors.filter(({ state }) => state !== 'fixed').map((factor) => this.factor(factor));
    const [first, ...others] = names;
    if (first === undefined) return this.integers([number]);
    const product = others.reduce((all, name) => this.add('Mul', [all, name]), first);
    return number === 1 ? product : this.#calculated('Mul', product, number);
  }

  /** The name of a factor's value, a vector of one element. */
  factor(factor: Factor): string {
    let name = this.#factors.get(factor);
    if (name === undefined) {
      name = this.#factorAnew(factor);
      this.#factors.set(factor, name);
    }
    return name;
  }

  #factorAnew(factor: Factor): string {
    const { origin, state, from } = factor;
    if (this.ownSize && state !== 'batch') return this.integers([from]);
    if (state === 'open') stands(undecided(factor));
    if (state === 'fixed' || origin?.kind === 'joined') return this.integers([from]);
    if (state === 'batch' || !origin) return this.#axis(this.#image, 0);
    switch (origin.kind) {
      case 'axis':
        return this.#axis(origin.value, origin.axis);
      case 'repeated':
        return this.product(factor.repeats ?? []);
      case 'rolled':
        return this.factor(origin.base);
      case 'scaled': {
        const times = this.#calculated('Mul', this.factor(origin.base), origin.times);
        return this.#calculated('Div', times, origin.per);
      }
      case 'part': {
        const need = this.factor(unpadded(origin.whole));
        return this.#roundedUp(need, factor.sibling?.from ?? 1);
      }
      default: {
        const window = paddingWindow(factor);
        const base = this.factor(origin.base);
        if (window === undefined) return this.#calculated('Add', base, origin.before + origin.after);
        return this.#calculated('Mul', this.#roundedUp(base, window), window);
      }
    }
  }

  /** How many places a padding to whole windows adds before a factor's own: none, all, or half of them, as in the file. */
  paddedBefore(factor: Factor): number | string {
    const { origin } = factor;
    if (origin?.kind !== 'padded' || paddingWindow(factor) === undefined)
      return origin?.kind === 'padded' ? origin.before : 0;
    if (origin.before === 0) return 0;
    const total = this.add('Sub', [this.factor(factor), this.factor(origin.base)]);
    return origin.after === 0 ? total : this.#calculated('Div', total, 2);
  }

  /** What it adds behind these. */
  paddedAfter(factor: Factor): string {
    const { origin } = factor;
    const base = origin?.kind === 'padded' ? origin.base : factor;
    const total = this.add('Sub', [this.factor(factor), this.factor(base)]);
    const before = this.paddedBefore(factor);
    return before === 0 ? total : this.add('Sub', [total, this.vector([before])]);
  }

  #axis(value: string, axis: number): string {
    return this.add('Shape', [value], { start: { int: axis }, end: { int: axis + 1 } });
  }

  /** How many windows of a side it takes. */
  #roundedUp(name: string, window: number): string {
    return this.#calculated('Div', this.#calculated('Add', name, window - 1), window);
  }

  #calculated(operation: 'Add' | 'Mul' | 'Div', name: string, number: number): string {
    const nothing = operation === 'Add' ? 0 : 1;
    return number === nothing ? name : this.add(operation, [name, this.integers([number])]);
  }
}
