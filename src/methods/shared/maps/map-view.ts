/** @file Which layers of a backbone a method on whole maps takes, and what it sees of a photograph. */
import type { Backbone } from '../../../features/backbones/loaded-backbone.ts';
import { planFeatures } from '../../../features/patches/extractor.ts';
import { type SizeOption, sizeOf } from '../../../image/size-option.ts';
import type { Engine } from '../../../runtime/engine.ts';
import type { MapView } from './fit-on-maps.ts';

/** Options with layers, and the size of the network's input. */
interface LayerOptions {
  readonly features: { readonly inputSize: SizeOption; readonly layers: string[] };
}

/**
 * Options with layers that the backbone has: where nobody asked for layers and it has not the usual ones, those of its card whose strides double, the
 * three deepest of these at most.
 * @param usual - layers of presets
 */
export function withMapLayers<O extends LayerOptions>(
  options: O,
  usual: readonly (readonly string[])[],
  { card }: Backbone,
  note?: (text: string) => void,
): O {
  const { layers } = options.features;
  const has = (name: string) => card.layers.some((layer) => layer.name === name);
  const asked = !usual.some((names) => names.join() === layers.join());
  if (asked || layers.every(has)) return options;
  const own: (typeof card.layers)[number][] = [];
  for (const layer of card.layers) {
    const before = own.at(-1);
    if (!before || layer.stride === 2 * before.stride) own.push(layer);
    // Of two of the same stride the deeper one.
    else if (layer.stride === before.stride) own[own.length - 1] = layer;
  }
  const names = own.slice(-3).map(({ name }) => name);
  note?.(`Backbone ${card.name} has no ${layers.join(', ')}: its own layers are used, ${names.join(', ')}.`);
  return { ...options, features: { ...options.features, layers: names } };
}

/**
 * How maps are made; the grid is that of the shallowest level.
 * @throws what `planFeatures` refuses
 */
export async function mapView(
  { features: { inputSize, layers } }: LayerOptions,
  backbone: Backbone,
  { engine }: { readonly engine: Engine },
): Promise<MapView> {
  const geometry = sizeOf(inputSize);
  const features = await planFeatures(engine, backbone, {
    geometry,
    layers,
    fineLayers: [],
    fineWeight: 1,
    aggregation: { aggregation: 'concatenated' },
  });
  return { geometry, grid: features.grids[0] ?? { rows: 0, columns: 0 }, features };
}
