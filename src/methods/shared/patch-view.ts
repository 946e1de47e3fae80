/** @file Which layers of a backbone patch features are made of, and what a method on them sees of a photograph. */

import { builtinNames } from '../../features/backbones/builtin-backbone.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { ownLayers, usualNames } from '../../features/backbones/usual-layers.ts';
import { type FeaturePlan, patchGrid, planFeatures } from '../../features/patches/extractor.ts';
import type { Geometry } from '../../image/geometry.ts';
import { type SizeOption, sizeOf, sizeText } from '../../image/size-option.ts';
import type { Tiling } from '../../image/tiles.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { View } from '../contract.ts';
import type { PatchOptions } from './option-groups.ts';

/** What a method on patch features sees. */
export interface PatchView extends View {
  readonly features: FeaturePlan;
}

/**
 * How patch features are made, with notes where it is otherwise than was asked for.
 * @throws OPTION_INVALID for a layer that the backbone has not, or an input size that it does not run at
 */
export async function patchView(
  { features: asked }: Pick<PatchOptions, 'features'>,
  backbone: Backbone,
  { engine, note }: { readonly engine: Engine; readonly note?: ((text: string) => void) | undefined },
): Promise<PatchView> {
  const { name, layers } = backbone.card;
  const has = (layer: string) => layers.some((each) => each.name === layer);
  const missing = asked.fineLayers.filter((layer) => !has(layer));
  // Of a joined one the first network has the layers of these names.
  const [first = ''] = backbone.path.split('+');
  if (missing.length > 0 && !builtinNames.includes(first))
    note?.(`Backbone ${name} has no ${missing.join(', ')}; left out of the patch features.`);
  const features = await planFeatures(engine, backbone, {
    geometry: geometryOf(asked),
    ...(asked.tile !== null && { tiling: tilingOf(asked.tile, asked.tileOverlap) }),
    layers: asked.layers,
    fineLayers: asked.fineLayers.filter(has),
    fineWeight: asked.fineWeight,
    aggregation:
      asked.aggregation === 'pooled'
        ? { aggregation: 'pooled', width: asked.width }
        : { aggregation: asked.aggregation },
  });
  for (const { name: part, size } of backbone.resized ?? []) {
    const { geometry } = features;
    if (size.width > geometry.width || size.height > geometry.height)
      note?.(
        `${part} sees images enlarged from the input's ${sizeText(geometry)} pixels to ${sizeText(size)}; with --input-size ${sizeText(size)} it would see more.`,
      );
  }
  return { geometry: features.geometry, grid: patchGrid(features), features };
}

/** Tiles by the options: at the photograph's rim as much is mirrored as lies between a patch and the rim of its tile within. */
export function tilingOf(tile: SizeOption, overlap: number): Tiling {
  return { ...sizeOf(tile), overlap, mirrored: Math.ceil(overlap / 2) };
}

/** What part of a photograph is seen, by the options. */
export function geometryOf({
  inputSize,
  resizeTo,
}: Pick<PatchOptions['features'], 'inputSize' | 'resizeTo'>): Geometry {
  return { ...sizeOf(inputSize), ...(resizeTo !== null && { resizeTo: sizeOf(resizeTo) }) };
}

/**
 * Options with layers that the backbone has. Where nobody asked for layers, they are those that its card names as usual; else, where the backbone has none of
 * the usual names, those of its card with the usual strides: 8 to 16, finer ones beside them; all where it has none such. A backbone that has some of the names
 * is meant to have the others too: that is refused later.
 * @param own - what the method takes of this backbone where nobody asked for layers, in the place of what its card says
 */
export function withOwnLayers<O extends Pick<PatchOptions, 'features'>>(
  options: O,
  { card }: Backbone,
  note?: (text: string) => void,
  own?: readonly string[],
): O {
  const { features } = options;
  const has = (name: string) => card.layers.some((layer) => layer.name === name);
  const said = own ?? card.usualLayers;
  if (features.layers.join() !== usualNames.join() || (!said && usualNames.some(has))) return options;
  const layers = [...(said ?? ownLayers(card))];
  const grid = card.layers.find(({ name }) => name === layers[0])?.stride ?? 0;
  // A card may name a layer as usual that stands beside others by default: once is enough.
  const asked = features.fineLayers.filter((name) => has(name) && !said?.includes(name));
  const finer = card.layers.filter(({ stride }) => stride < (said ? grid : 8)).map(({ name }) => name);
  const asAsked = features.fineLayers.length === 0 || features.fineLayers.some(has);
  const fine = asAsked ? asked : finer;
  // Without one of the usual strides all layers are used already.
  const fineLayers = said || (grid >= 8 && grid <= 16) ? fine : [];
  const used = [...fineLayers, ...layers].join(', ');
  note?.(
    said
      ? `Layers of backbone ${card.name} that are used: ${used}.`
      : `Backbone ${card.name} has no ${features.layers.join(', ')}: its own layers are used, ${used}.`,
  );
  return { ...options, features: { ...features, layers, fineLayers } };
}
