/** @file Which layers of a backbone UniAD joins, and on what grid. */
import { CladError } from '../../core/errors.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { nearestMultiple, sizeOf, sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { mapView } from '../shared/maps/map-view.ts';
import { hidesAll } from './neighbours.ts';
import { type UniadOptions, uniadPresets } from './uniad-options.ts';

const usual = uniadPresets.fast.features.layers.join();

/**
 * Options with layers that the backbone has: where nobody asked for layers and it has not the usual ones, those of its card that are not coarser than
 * the grid, or its finest where all are; of two of the same stride the deeper one.
 */
export function withJoinedLayers(
  options: UniadOptions,
  { card }: Backbone,
  note?: (text: string) => void,
): UniadOptions {
  const { layers, stride } = options.features;
  const has = (name: string) => card.layers.some((layer) => layer.name === name);
  if (layers.join() !== usual || layers.every(has)) return options;
  const byStride = new Map(card.layers.map((layer) => [layer.stride, layer.name]));
  const finest = Math.min(...byStride.keys());
  const names = [...byStride].filter(([of]) => of <= Math.max(stride, finest)).map(([, name]) => name);
  note?.(`Backbone ${card.name} has no ${layers.join(', ')}: its own layers are used, ${names.join(', ')}.`);
  return { ...options, features: { ...options.features, layers: names } };
}

/**
 * How maps are made and joined.
 * @throws OPTION_INVALID for a stride that does not divide the input, neighbours that leave nothing to see, and what `planFeatures` refuses
 */
export async function joinedView(
  options: UniadOptions,
  backbone: Backbone,
  context: { readonly engine: Engine },
): Promise<MapView> {
  const {
    features: { inputSize, stride },
    network: { neighbours },
  } = options;
  const geometry = sizeOf(inputSize);
  const { width, height } = geometry;
  if (width % stride !== 0 || height % stride !== 0) {
    const fitting = sizeText(nearestMultiple(geometry, stride));
    throw new CladError('OPTION_INVALID', {
      option: 'features.stride',
      expected: `pixels that divide the input, which is ${sizeText(geometry)} (--input-size ${fitting} goes with ${stride})`,
      actual: stride,
    });
  }
  const grid = { rows: height / stride, columns: width / stride };
  if (hidesAll(grid, neighbours)) {
    throw new CladError('OPTION_INVALID', {
      option: 'network.neighbours',
      expected: `less than the grid of ${grid.columns} x ${grid.rows} places, or the middle would see nothing; 0 hides none`,
      actual: neighbours,
    });
  }
  return { ...(await mapView(options, backbone, context)), grid, joined: grid };
}
