/**
 * @file What the shapes of a vision transformer's weights tell: width, depth, patches, the tokens before these, and positions. The names are
 * timm's; a family whose file has others gives a table of them (state-dict.ts).
 */
import type { StateDict } from './state-dict.ts';
import type { Activation } from './transformer-parts.ts';

export interface TransformerShape {
  /** Channels of a token. */
  readonly width: number;
  readonly depth: number;
  /** Side of a patch, pixels. */
  readonly patch: number;
  /** Tokens before those of patches, in order: how many vectors each weight holds. */
  readonly prefix: readonly { readonly name: string; readonly count: number }[];
  readonly positions?: Positions | undefined;
}

/** A table of learnt positions. */
export interface Positions {
  /** Patches along each side of what it was learnt for. */
  readonly grid: number;
  /** How many of the tokens before have a position too, the first ones in the table. */
  readonly leading: number;
}

/** @throws STATE_DICT_UNSUITABLE where there are no square patches of an RGB image, or positions are no square */
export function transformerShape(weights: StateDict): TransformerShape {
  const kernel = weights.shapeOf('patch_embed.proj.weight') ?? [];
  const [width = 0, channels, patch = 0, across] = kernel;
  if (kernel.length !== 4 || channels !== 3 || patch !== across || patch < 1) {
    weights.refuse(
      `${weights.nameOf('patch_embed.proj.weight')} has shape [${kernel.join(', ')}]; expected [width, 3, patch, patch]`,
    );
  }
  const depth = weights.count('blocks.#.norm1.weight');
  if (depth === 0) weights.refuse(`${weights.nameOf('blocks.0.norm1.weight')} is missing`);
  const prefix = ['cls_token', 'dist_token', 'reg_token'].flatMap((name) => {
    const shape = weights.shapeOf(name);
    return shape ? [{ name, count: shape.length === 3 ? (shape[1] ?? 0) : 1 }] : [];
  });
  return { width, depth, patch, prefix, positions: positionsOf(weights, prefix) };
}

/** Of which tokens there are positions shows in their number: the rest is a square. */
function positionsOf(weights: StateDict, prefix: TransformerShape['prefix']): Positions | undefined {
  const shape = weights.shapeOf('pos_embed');
  if (!shape) return undefined;
  const count = shape.at(-2) ?? 0;
  const tokens = (parts: TransformerShape['prefix']) => parts.reduce((sum, part) => sum + part.count, 0);
  const withoutRegisters = prefix.filter(({ name }) => name !== 'reg_token');
  const leading = [tokens(withoutRegisters), 0, tokens(prefix)].find(
    (each) => count > each && Number.isInteger(Math.sqrt(count - each)),
  );
  if (leading !== undefined) return { grid: Math.sqrt(count - leading), leading };
  return weights.refuse(
    `${weights.nameOf('pos_embed')} has ${count} positions, which are no square beside ${tokens(prefix)} tokens; networks that were trained for square images are built`,
  );
}

/** Sizes that have a word, by width. */
const words: Readonly<Record<number, string>> = {
  192: 'tiny',
  384: 'small',
  768: 'base',
  1024: 'large',
  1280: 'huge',
  1408: 'giant',
  1536: 'giant',
};

/** `small`, or width and depth where there is no word. */
export function sizeWord({ width, depth }: TransformerShape): string {
  return words[width] ?? `${width}x${depth}`;
}

/** Heads that are not 64 channels wide, by the width of the network. */
export type OddHeads = Readonly<Record<number, number>>;

/**
 * How many heads the attention has, which weights do not show: what config.json says, else one for 64 channels.
 * @throws STATE_DICT_UNSUITABLE where that does not divide the width
 */
export function headsOf(
  weights: StateDict,
  { width }: TransformerShape,
  said: number | undefined,
  odd: OddHeads = {},
): number {
  const heads = said ?? odd[width] ?? width / 64;
  if (Number.isInteger(heads) && width % heads === 0) return heads;
  return weights.refuse(
    said === undefined
      ? `they do not show how many heads there are, and ${width} channels are no multiple of 64; lay the config.json that comes with them beside them`
      : `config.json says ${said} heads, which do not divide ${width} channels`,
  );
}

/**
 * What a perceptron's activation is, by the name that a file or the user gives it.
 * @returns undefined where nobody says it
 * @throws STATE_DICT_UNSUITABLE for another one
 */
export function activationOf(weights: StateDict, said: string | undefined): Activation | undefined {
  if (said === undefined || said === 'gelu') return said;
  if (said === 'quick_gelu' || said === 'quick-gelu') return 'quick-gelu';
  return weights.refuse(`config.json says that its activation is ${said}; gelu and quick_gelu are built`);
}
