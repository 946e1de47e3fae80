/**
 * @file Vectors of sizes that a file computes out of shapes. They are followed by the rules for small vectors that the graph layer has (shapes/), with a
 * sign in the place of each size that is not fixed.
 */
import type { Attributes } from '../../attributes.ts';
import type { NodeProto } from '../../onnx.ts';
import { inferred } from '../../shapes/index.ts';
import type { Known } from '../../shapes/known.ts';
import type { Dim } from '../../tensor.ts';
import { fixedSize, isFixed, numberOf, type Size } from './size.ts';

export class SizeVectors {
  readonly #known = new Map<string, Known>();
  readonly #sizes: Size[] = [];

  /** Takes in a node. @param of - what is known of its inputs */
  see(
    { opType, input = [], output = [] }: NodeProto,
    attributes: Attributes,
    of: (name: string) => { known: Known | undefined; sizes: readonly Size[] | undefined },
  ): void {
    const made = input.some((name) => this.#known.has(name));
    if (opType !== 'Shape' && !made) return;
    const inputs = input.map((name): Known | undefined => {
      const { known, sizes } = of(name);
      if (opType === 'Shape')
        return known && sizes && { ...known, shape: sizes.map((size) => this.#sign(size)) };
      return this.#known.get(name) ?? known;
    });
    if (inputs.some((each, at) => each === undefined && input[at] !== '')) return;
    inferred(opType, inputs, attributes, output.length).forEach((value, at) => {
      if (value?.values) this.#known.set(output[at] ?? '', value);
    });
  }

  /** The sizes in a vector; undefined where it was not made of shapes, or calculated with. */
  of(name: string): readonly Size[] | undefined {
    const values = this.#known.get(name)?.values;
    const sizes = values?.map((value) =>
      typeof value === 'number' ? fixedSize(value) : this.#sizes[Number(value.slice(1))],
    );
    return sizes?.every((size) => size !== undefined) ? sizes : undefined;
  }

  #sign(size: Size): Dim {
    return isFixed(size) ? numberOf(size) : `#${this.#sizes.push(size) - 1}`;
  }
}
