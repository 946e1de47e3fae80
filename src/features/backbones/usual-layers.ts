/** @file Which layers of a backbone a training uses where nobody asks for others. */
import type { BackboneCard } from './backbone-card.ts';

/** Names that a training asks for. */
export const usualNames: readonly string[] = ['layer2', 'layer3'];

/** A card's own layers, shallow to deep: those with the usual strides, 8 to 16; all where it has none such. */
export function ownLayers({ layers }: Pick<BackboneCard, 'layers'>): string[] {
  const middle = layers.filter(({ stride }) => stride >= 8 && stride <= 16);
  return (middle.length > 0 ? middle : layers).map(({ name }) => name);
}

/** What a training uses of a backbone: the layers of its card's `usualLayers`, else those of the usual names that it has, else its own. */
export function usualLayers(card: Pick<BackboneCard, 'layers' | 'usualLayers'>): readonly string[] {
  const named = usualNames.filter((name) => card.layers.some((layer) => layer.name === name));
  return card.usualLayers ?? (named.length > 0 ? named : ownLayers(card));
}
