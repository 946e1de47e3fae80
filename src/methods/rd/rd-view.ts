/** @file Which levels of a backbone reverse distillation takes, and what it sees of a photograph. */
import { CladError } from '../../core/errors.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { sizeOf, sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { doublingLayers, planMaps, withOwnMapLayers } from '../shared/maps/map-layers.ts';
import { type RdOptions, rdPresets } from './rd-options.ts';

/** Options with layers that the backbone has; else those of its card whose strides double, the three deepest of these at most. */
export function withMapLayers(
  options: RdOptions,
  backbone: Backbone,
  note?: (text: string) => void,
): RdOptions {
  return withOwnMapLayers(options, backbone, rdPresets.fast.features.layers, doublingLayers, note);
}

/**
 * How maps are made; the grid is that of the shallowest level.
 * @throws OPTION_INVALID for layers that do not halve each other, a size that does not go on being halved, and what `planMaps` refuses
 */
export async function mapView(
  { features: { inputSize, layers } }: RdOptions,
  backbone: Backbone,
  { engine }: { readonly engine: Engine },
): Promise<MapView> {
  const geometry = sizeOf(inputSize);
  const features = await planMaps(engine, backbone, geometry, layers);
  const { grids } = features;
  const [grid] = grids;
  if (!grid || grids.length < 2) {
    throw new CladError('OPTION_INVALID', {
      option: 'features.layers',
      expected: 'two layers at least',
      actual: layers.join(', '),
    });
  }
  grids.forEach(({ rows, columns }, at) => {
    const next = grids[at + 1];
    const halves = next
      ? 2 * next.rows === rows && 2 * next.columns === columns
      : (rows % 2) + (columns % 2) === 0;
    if (halves) return;
    const expected = next
      ? `layers each of half the side of the one before, at an input that they divide`
      : 'layers whose deepest can be halved once more';
    const actual = `${layers.join(', ')} of ${grids.map((each) => `${each.columns}x${each.rows}`).join(', ')} places at ${sizeText(geometry)} pixels`;
    throw new CladError('OPTION_INVALID', { option: 'features.layers', expected, actual });
  });
  return { geometry, grid, features };
}
