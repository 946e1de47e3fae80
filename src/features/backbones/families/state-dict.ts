/**
 * @file A state dict while a network is built of it: each weight is checked when it is taken, and none may be left over. A family asks
 * by names of its own choice; where a library has others, a table says which.
 */
import { CladError } from '../../../core/errors.ts';
import { safetensorFloats } from '../../../core/safetensors.ts';
import type { Tensors } from './family.ts';

/**
 * How a library calls weights: by our names, without `.weight`, `.bias`, `.running_mean` and `.running_var` where these are called alike. `#` is a number of a block or stage,
 * the same in both. Names that are not in the table are ours.
 */
export type WeightNames = Readonly<Record<string, string>>;

export class StateDict {
  readonly path: string;
  readonly #tensors: Tensors;
  readonly #prefix: string;
  readonly #names: WeightNames;
  readonly #used = new Set<string>();

  /**
   * @param path - of the file, for messages
   * @param prefix - what stands before every name, e.g. `module.`
   */
  constructor(tensors: Tensors, path: string, prefix = '', names: WeightNames = {}) {
    this.#tensors = tensors;
    this.path = path;
    this.#prefix = prefix;
    this.#names = names;
  }

  /** A weight's name in the file. */
  nameOf(name: string): string {
    const numbers = name.match(numberPattern) ?? [];
    const general = name.replaceAll(numberPattern, '#');
    const [, stem = general, ending = ''] =
      /^(.*?)(\.weight|\.bias|\.running_mean|\.running_var)?$/.exec(general) ?? [];
    const theirs = this.#names[general] ?? (this.#names[stem] ?? stem) + ending;
    let at = 0;
    return this.#prefix + theirs.replaceAll('#', () => numbers[at++] ?? '#');
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#tensors, this.nameOf(name));
  }

  /** @returns undefined where there is no such weight */
  shapeOf(name: string): readonly number[] | undefined {
    return this.has(name) ? this.#tensors[this.nameOf(name)]?.shape : undefined;
  }

  /**
   * How many numbered parts there are: the highest number, plus one; a gap shows later as a missing weight.
   * @param name - of a weight of such a part, `#` in the place of the number, which comes first of all numbers
   */
  count(name: string): number {
    const [before = '', after = ''] = this.nameOf(name).split('#');
    const numbers = Object.keys(this.#tensors).flatMap((key) => {
      const fits = key.startsWith(before) && key.endsWith(after) && key.length > before.length + after.length;
      const number = fits ? key.slice(before.length, key.length - after.length) : '';
      return /^\d+$/.test(number) ? [Number(number)] : [];
    });
    return Math.max(-1, ...numbers) + 1;
  }

  /**
   * A weight's numbers, row-major.
   * @param shapes - that it may have
   * @throws STATE_DICT_UNSUITABLE when it is missing or has none of the shapes
   */
  take(name: string, ...shapes: readonly (readonly number[])[]): Float32Array {
    const key = this.nameOf(name);
    const expected = shapes.map((shape) => `[${shape.join(', ')}]`).join(' or ');
    const tensor = this.has(name) ? this.#tensors[key] : undefined;
    if (!tensor) return this.refuse(`${key} is missing; expected shape ${expected}`);
    if (!shapes.some((shape) => shape.join() === tensor.shape.join())) {
      return this.refuse(`${key} has shape [${tensor.shape.join(', ')}]; expected ${expected}`);
    }
    this.#used.add(key);
    return safetensorFloats(tensor);
  }

  /** The same for a weight that need not be there. */
  takeIfThere(name: string, ...shapes: readonly (readonly number[])[]): Float32Array | undefined {
    return this.has(name) ? this.take(name, ...shapes) : undefined;
  }

  /**
   * Weights we know nothing of would change what the network computes, so they are no detail.
   * @param ignored - names, without the prefix, of what no layer depends on: classifiers, counters
   * @param layout - what they have no place in, as `a ResNet of torchvision's layout`
   */
  refuseUnused(ignored: RegExp, layout: string): void {
    const left = Object.keys(this.#tensors)
      .filter((key) => key.startsWith(this.#prefix) && !this.#used.has(key))
      .find((key) => !ignored.test(key.slice(this.#prefix.length)));
    if (left) this.refuse(`its ${left} has no place in ${layout}`);
  }

  refuse(reason: string): never {
    throw new CladError('STATE_DICT_UNSUITABLE', { path: this.path, reason });
  }
}

/** A number that is a part of a name by itself. */
const numberPattern = /(?<=^|\.)\d+(?=\.|$)/g;

/**
 * What stands before a network's names, when it is one thing only; undefined where there is no such weight, or several.
 * @param probe - the name of a weight that the network has
 */
export function prefixOf(tensors: Tensors, probe: string): string | undefined {
  const found = Object.keys(tensors).filter((key) => key === probe || key.endsWith(`.${probe}`));
  return found.length === 1 ? found[0]?.slice(0, -probe.length) : undefined;
}

/** How a library calls the weights of a family. */
export interface Convention {
  readonly names: WeightNames;
  /** A weight that every such network has and no other, by our name; where a family has several kinds of names. */
  readonly probe?: string;
}

/** timm's names of transformers, which are ours. */
export const timm: Convention = { names: {} };

/**
 * A state dict with the names that it has.
 * @param conventions - asked in this order
 * @param probe - what shows a convention that has no probe of its own
 * @param required - weights that it has besides
 * @returns undefined where it has none of these names
 */
export function stateDictOf<T extends Convention>(
  { tensors, path }: { readonly tensors: Tensors; readonly path: string },
  conventions: readonly T[],
  probe: string,
  ...required: readonly string[]
): { weights: StateDict; convention: T } | undefined {
  for (const convention of conventions) {
    const { names } = convention;
    const bare = new StateDict(tensors, path, '', names);
    const prefix = prefixOf(tensors, bare.nameOf(convention.probe ?? probe));
    if (prefix === undefined) continue;
    const weights = new StateDict(tensors, path, prefix, names);
    if (required.every((name) => weights.has(name))) return { weights, convention };
  }
  return undefined;
}
