/** @file Which blocks of a vision transformer a method takes, where its card has them under the names of `families/transformer.ts`. */
import type { BackboneCard } from '../../features/backbones/backbone-card.ts';

/** Layers of a transformer by depth. */
export interface BlockLayers {
  /** Tokens after the chosen blocks, as the next block gets them. */
  readonly blocks: readonly string[];
  /** The same after the layer norm at the end; undefined where the card has them not. */
  readonly normed: readonly string[] | undefined;
}

/**
 * @param choose - numbers of blocks, counted from 1, of so many
 * @returns undefined where the card is of no transformer with all its blocks
 */
export function blockLayers(
  { layers }: Pick<BackboneCard, 'layers'>,
  choose: (depth: number) => readonly number[],
): BlockLayers | undefined {
  const names = new Set(layers.map(({ name }) => name));
  let depth = 0;
  while (names.has(`block${depth + 1}`)) depth++;
  const chosen = depth === 0 ? [] : choose(depth);
  const blocks = chosen.map((block) => `block${block}`);
  if (blocks.length === 0 || !blocks.every((name) => names.has(name))) return undefined;
  const normed = chosen.map((block) => (block === depth ? 'norm' : `norm${block}`));
  return { blocks, normed: normed.every((name) => names.has(name)) ? normed : undefined };
}
