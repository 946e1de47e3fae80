/** @file What reverse distillation sees of a photograph: levels that halve each other. */
import { CladError } from '../../core/errors.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { mapView } from '../shared/maps/map-view.ts';
import type { RdOptions } from './rd-options.ts';

/**
 * How maps are made; the grid is that of the shallowest level.
 * @throws OPTION_INVALID for layers that do not halve each other, a size that does not go on being halved, and what `mapView` refuses
 */
export async function rdView(
  options: RdOptions,
  backbone: Backbone,
  context: { readonly engine: Engine },
): Promise<MapView> {
  const { layers } = options.features;
  const view = await mapView(options, backbone, context);
  const { grids } = view.features;
  if (grids.length < 2) {
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
    const actual = `${layers.join(', ')} of ${grids.map((each) => `${each.columns}x${each.rows}`).join(', ')} places at ${sizeText(view.geometry)} pixels`;
    throw new CladError('OPTION_INVALID', { option: 'features.layers', expected, actual });
  });
  return view;
}
