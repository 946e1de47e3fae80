/** @file What DRAEM sees of a photograph: its pixels, and the means of layers of the backbone, by which the class is told. */
import { CladError } from '../../core/errors.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { nearestMultiple, sizeOf, sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { planMaps, withOwnMapLayers } from '../shared/maps/map-layers.ts';
import { type DraemOptions, draemPresets } from './draem-options.ts';
import { coarsest } from './networks.ts';

/** Options with layers that the backbone has; else the deepest of its card. */
export function withTellingLayer(
  options: DraemOptions,
  backbone: Backbone,
  note?: (text: string) => void,
): DraemOptions {
  const { layers } = draemPresets.fast.features;
  return withOwnMapLayers(options, backbone, layers, (own) => own.slice(-1).map(({ name }) => name), note);
}

/**
 * Two levels: the means of the backbone's layers, then the photograph. The map has a value of its own for each pixel.
 * @throws OPTION_INVALID for a size that cannot be halved so often, and what `planMaps` refuses
 */
export async function photographView(
  { features: { inputSize, layers } }: DraemOptions,
  backbone: Backbone,
  { engine }: { readonly engine: Engine },
): Promise<MapView> {
  const geometry = sizeOf(inputSize);
  const { width, height } = geometry;
  if (width % coarsest !== 0 || height % coarsest !== 0) {
    const fitting = sizeText(nearestMultiple(geometry, coarsest));
    throw new CladError('OPTION_INVALID', {
      option: 'features.inputSize',
      expected: `each side a multiple of ${coarsest}, as maps are halved five times (--input-size ${fitting})`,
      actual: sizeText(geometry),
    });
  }
  return {
    geometry,
    grid: { rows: height, columns: width },
    features: await planMaps(engine, backbone, geometry, layers),
    joined: { rows: 1, columns: 1 },
    groups: [{ layers: [...layers.keys()], as: 'joined', onePlace: 'mean' }],
    photograph: true,
  };
}
