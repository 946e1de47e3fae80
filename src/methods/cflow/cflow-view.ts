/** @file Which levels of a backbone CFLOW-AD takes, and what it sees of a photograph. */
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { sizeOf } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { doublingLayers, planMaps, withOwnMapLayers } from '../shared/maps/map-layers.ts';
import { type CflowOptions, cflowPresets } from './cflow-options.ts';

/** Options with layers that the backbone has; else those of its card whose strides double, the three deepest of these at most. */
export function withLevels(
  options: CflowOptions,
  backbone: Backbone,
  note?: (text: string) => void,
): CflowOptions {
  const presets = Object.values(cflowPresets).map(({ features }) => features.layers);
  const usual = presets.find((layers) => layers.join() === options.features.layers.join()) ?? [];
  return withOwnMapLayers(options, backbone, usual, doublingLayers, note);
}

/** How maps are made; the grid is that of the shallowest level. @throws what `planMaps` throws */
export async function levelsView(
  { features: { inputSize, layers } }: CflowOptions,
  backbone: Backbone,
  { engine }: { readonly engine: Engine },
): Promise<MapView> {
  const geometry = sizeOf(inputSize);
  const features = await planMaps(engine, backbone, geometry, layers);
  return { geometry, grid: features.grids[0] ?? { rows: 0, columns: 0 }, features };
}
