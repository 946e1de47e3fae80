/** @file Which layers of a backbone UniAD joins, and on what grid. */
import { CladError } from '../../core/errors.ts';
import type { BackboneLayer } from '../../features/backbones/backbone-card.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { nearestMultiple, sizeOf, sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { planMaps, withOwnMapLayers } from '../shared/maps/map-layers.ts';
import { hidesAll } from './neighbours.ts';
import { type UniadOptions, uniadPresets } from './uniad-options.ts';

/**
 * Options with layers that the backbone has; else those of its card that are not coarser than the grid, or its finest where all are, of two of the same
 * stride the deeper one.
 */
export function withJoinedLayers(
  options: UniadOptions,
  backbone: Backbone,
  note?: (text: string) => void,
): UniadOptions {
  const fitting = (layers: readonly BackboneLayer[]) => {
    const byStride = new Map(layers.map(({ stride, name }) => [stride, name]));
    const most = Math.max(options.features.stride, Math.min(...byStride.keys()));
    return [...byStride].filter(([stride]) => stride <= most).map(([, name]) => name);
  };
  return withOwnMapLayers(options, backbone, uniadPresets.fast.features.layers, fitting, note);
}

/**
 * How maps are made and joined.
 * @throws OPTION_INVALID for a stride that does not divide the input, neighbours that leave nothing to see, and what `planMaps` refuses
 */
export async function joinedView(
  { features: { inputSize, layers, stride }, network: { neighbours } }: UniadOptions,
  backbone: Backbone,
  { engine }: { readonly engine: Engine },
): Promise<MapView> {
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
  const features = await planMaps(engine, backbone, geometry, layers);
  return { geometry, grid, features, joined: grid };
}
