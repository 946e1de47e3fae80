/** @file Which layers of a backbone Dinomaly takes, in which groups, and by what they are recentred. */
import { CladError } from '../../core/errors.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { ownLayers, usualNames } from '../../features/backbones/usual-layers.ts';
import { chosenLayers } from '../../features/patches/extractor.ts';
import type { MapGroup } from '../../features/store/extract-maps.ts';
import type { Engine } from '../../runtime/engine.ts';
import type { MapView } from '../shared/maps/fit-on-maps.ts';
import { planMaps, withOwnMapLayers } from '../shared/maps/map-layers.ts';
import { geometryOf } from '../shared/patch-view.ts';
import { blockLayers } from '../shared/transformer-layers.ts';
import { type DinomalyOptions, evenParts, middleEight } from './dinomaly-options.ts';

/** What it sees: a level of each group, and behind them, where the backbone has class tokens to recentre by, one of each group's. */
export interface DinomalyView extends MapView {
  /** Layers of each group. */
  readonly groupSizes: readonly number[];
}

/** Options with layers that the backbone has: eight middle blocks of a transformer, else those that its card names as usual, or its own. */
export function withMiddleLayers(
  options: DinomalyOptions,
  backbone: Backbone,
  note?: (text: string) => void,
): DinomalyOptions {
  const { card } = backbone;
  const own = () => [...(blockLayers(card, middleEight)?.blocks ?? card.usualLayers ?? ownLayers(card))];
  return withOwnMapLayers(options, backbone, usualNames, own, note);
}

/**
 * How maps are made and grouped.
 * @throws OPTION_INVALID for more groups than layers or blocks of the decoder, a width that cannot be had, and what `planMaps` refuses
 */
export async function dinomalyView(
  { features, network }: DinomalyOptions,
  backbone: Backbone,
  { engine, note }: { readonly engine: Engine; readonly note?: ((text: string) => void) | undefined },
): Promise<DinomalyView> {
  const { layers, groups: count, recentre } = features;
  const parted = evenParts(layers.length, count);
  requireAtMost(count, layers.length, 'layers that are used');
  requireAtMost(count, network.layers, 'network.layers');
  const tokens = recentre ? classLayers(layers, backbone) : undefined;
  const geometry = geometryOf(features);
  const plan = await planMaps(engine, backbone, geometry, [...layers, ...(tokens ?? [])]);
  const channels = chosenLayers(backbone, plan).map((layer) => layer.channels);
  const groups = parted.map((members): MapGroup => {
    const widths = new Set(members.map((at) => channels[at]));
    return { layers: members, as: widths.size === 1 ? 'mean' : 'joined' };
  });
  requireWidth(network, groups, channels, backbone);
  const joined = groups.filter(({ as }) => as === 'joined').flatMap((group) => group.layers);
  if (joined.length > 0)
    note?.(
      `Layers with other numbers of channels each are joined, not averaged: ${joined.map((at) => layers[at]).join(', ')}.`,
    );
  if (recentre && !tokens)
    note?.(
      `Backbone ${backbone.card.name} has no class token for its layers: features are recentred by each image's mean.`,
    );
  const centres = tokens
    ? groups.map(
        (group): MapGroup => ({
          ...group,
          layers: group.layers.map((at) => layers.length + at),
          onePlace: true,
        }),
      )
    : [];
  const grid = plan.grids[layers.length - 1] ?? { rows: 0, columns: 0 };
  return {
    geometry,
    grid,
    features: plan,
    joined: grid,
    groups: [...groups, ...centres],
    groupSizes: groups.map((group) => group.layers.length),
  };
}

/** The layers that have the class tokens of blocks; undefined where the card has one of them not. */
function classLayers(layers: readonly string[], { card }: Backbone): string[] | undefined {
  const names = layers.map((name) => name.replace(/^block/, 'class'));
  const has = (name: string) => !layers.includes(name) && card.layers.some((layer) => layer.name === name);
  return names.every(has) ? names : undefined;
}

function requireAtMost(groups: number, most: number, what: string): void {
  if (groups <= most) return;
  throw new CladError('OPTION_INVALID', {
    option: 'features.groups',
    expected: `at most the number of ${what}, ${most}`,
    actual: groups,
  });
}

/** The width inside has to be one that the features have, or be said; and heads have to fit into it. */
function requireWidth(
  { width, headWidth }: DinomalyOptions['network'],
  groups: readonly MapGroup[],
  channels: readonly number[],
  { card }: Backbone,
): void {
  const widths = new Set(groups.flatMap(({ layers }) => layers.map((at) => channels[at] as number)));
  const [own = 0] = widths;
  if (width === null && widths.size > 1)
    throw new CladError('OPTION_INVALID', {
      option: 'network.width',
      expected: `a number, as the layers of backbone ${card.name} have other numbers of channels each (${[...widths].join(', ')})`,
      actual: 'null',
    });
  const inside = width ?? own;
  if (inside % headWidth === 0) return;
  throw new CladError('OPTION_INVALID', {
    option: 'network.headWidth',
    expected: `a divisor of the width inside, ${inside}`,
    actual: headWidth,
  });
}
