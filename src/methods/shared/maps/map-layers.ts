/** @file Which layers of a backbone a method on whole maps takes, and the plan of their maps. */
import type { BackboneLayer } from '../../../features/backbones/backbone-card.ts';
import type { Backbone } from '../../../features/backbones/loaded-backbone.ts';
import { type FeaturePlan, planFeatures } from '../../../features/patches/extractor.ts';
import type { Geometry } from '../../../image/geometry.ts';
import type { Engine } from '../../../runtime/engine.ts';

/**
 * Options with layers that the backbone has: where nobody asked for layers and it has not the usual ones, others of its card.
 * @param usual - layers of the presets
 * @param others - names of those that are taken instead, of the card's
 */
export function withOwnMapLayers<O extends { readonly features: { readonly layers: readonly string[] } }>(
  options: O,
  { card }: Backbone,
  usual: readonly string[],
  others: (layers: readonly BackboneLayer[]) => string[],
  note?: (text: string) => void,
): O {
  const { layers } = options.features;
  const has = (name: string) => card.layers.some((layer) => layer.name === name);
  if (layers.join() !== usual.join() || layers.every(has)) return options;
  const names = others(card.layers);
  note?.(`Backbone ${card.name} has no ${layers.join(', ')}: its own layers are used, ${names.join(', ')}.`);
  return { ...options, features: { ...options.features, layers: names } };
}

/** Names of layers whose strides double, the three deepest of these at most; of two of the same stride the deeper one. */
export function doublingLayers(layers: readonly BackboneLayer[]): string[] {
  const own: BackboneLayer[] = [];
  for (const layer of layers) {
    const before = own.at(-1);
    if (!before || layer.stride === 2 * before.stride) own.push(layer);
    else if (layer.stride === before.stride) own[own.length - 1] = layer;
  }
  return own.slice(-3).map(({ name }) => name);
}

/** The plan of the layers' own maps. @throws what `planFeatures` throws */
export function planMaps(
  engine: Engine,
  backbone: Backbone,
  geometry: Geometry,
  layers: readonly string[],
): Promise<FeaturePlan> {
  return planFeatures(engine, backbone, {
    geometry,
    layers,
    fineLayers: [],
    fineWeight: 1,
    aggregation: { aggregation: 'concatenated' },
  });
}
