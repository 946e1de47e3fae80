/** @file Backbones that are built as a graph: those that come with the program, and those that a file from outside makes (plugin-backbone.ts). */
import { sha256 as sha256Of } from '../../core/sha256.ts';
import * as graph from '../../graph/index.ts';
import { type BackboneCard, parseCard } from './backbone-card.ts';
import { type BackboneFlags, defined, normalizationOf } from './backbone-flags.ts';
import type { Backbone } from './loaded-backbone.ts';

/** How a backbone is built, and what its card says. */
export interface GraphBackbone extends Omit<BackboneCard, 'sha256' | 'inputName' | 'layers'> {
  /**
   * The layers, shallow to deep.
   * @param image - float32 [N, 3, H, W], RGB/255 normalised by `mean` and `std`
   */
  build(
    image: graph.Tensor,
  ): readonly { readonly name: string; readonly value: graph.Tensor; readonly stride: number }[];
}

/**
 * Builds one: the same bytes every time.
 * @param path - what it is known by: a file, or its name
 * @param flags - go before its card, as for any backbone
 * @throws BACKBONE_CARD_INVALID where the card is none
 */
export async function graphBackbone(
  { build, ...card }: GraphBackbone,
  path: string,
  flags: BackboneFlags = {},
): Promise<Backbone> {
  const model = new graph.Graph();
  const built = build(model.input('image', 'float32', ['N', 3, 'H', 'W']));
  if (!Array.isArray(built)) throw new TypeError('its build gave no list of layers');
  const layers = (built as ReturnType<GraphBackbone['build']>).map(({ name, value, stride }) => {
    if (value?.shape?.length !== 4)
      throw new TypeError(`its layer ${name} has no value, a tensor [N, channels, H, W]`);
    model.output(name, value);
    return { name, channels: value.shape[1] as number, stride };
  });
  const bytes = model.toBytes();
  const sha256 = await sha256Of(bytes);
  const whole = { ...card, inputName: 'image', layers, ...normalizationOf(flags), ...defined(flags) };
  return {
    card: { ...parseCard(whole, path), sha256 },
    model: graph.decodeModel(bytes),
    path,
    sha256,
    assumed: [],
  };
}
