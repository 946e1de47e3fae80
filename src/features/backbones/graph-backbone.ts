/** @file Backbones that are built as a graph: those that come with the program, and those that a file from outside makes (docs/plugins.md). */
import { createHash } from 'node:crypto';
import { blamingAtOnce, loadPlugin } from '../../core/plugin.ts';
import { Random } from '../../core/random.ts';
import { decodeSafetensors } from '../../core/safetensors.ts';
import * as graph from '../../graph/index.ts';
import { type BackboneCard, imageNet, parseCard } from './backbone-card.ts';
import { type BackboneFlags, defined, normalizationOf } from './backbone-derive.ts';
import type { Backbone } from './loaded-backbone.ts';

/** How a backbone is built, and what its card says. */
export interface GraphBackbone extends Omit<BackboneCard, 'sha256' | 'inputName' | 'layers'> {
  /**
   * The layers, shallow to deep.
   * @param picture - float32 [N, 3, H, W], RGB/255 normalised by `mean` and `std`
   */
  build(
    picture: graph.Tensor,
  ): readonly { readonly name: string; readonly value: graph.Tensor; readonly stride: number }[];
}

/**
 * Builds one: the same bytes every time.
 * @param path - what it is known by: a file, or its name
 * @param flags - go before its card, as for any backbone
 * @throws BACKBONE_CARD_INVALID where the card is none
 */
export function graphBackbone(
  { build, ...card }: GraphBackbone,
  path: string,
  flags: BackboneFlags = {},
): Backbone {
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
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const whole = { ...card, inputName: 'image', layers, ...normalizationOf(flags), ...defined(flags) };
  return {
    card: { ...parseCard(whole, path), sha256 },
    model: graph.decodeModel(bytes),
    path,
    sha256,
    assumed: [],
  };
}

/** What the file of a backbone is made with. */
export const backboneKit = { graph, Random, imageNet, decodeSafetensors };

/** What the default export of a backbone's file is. */
export type BackboneFile =
  | GraphBackbone
  | ((given: typeof backboneKit) => GraphBackbone | Promise<GraphBackbone>);

/**
 * A backbone out of a JavaScript file.
 * @throws PLUGIN_INVALID
 */
export async function backboneFromFile(file: string, flags: BackboneFlags): Promise<Backbone> {
  const recipe = await loadPlugin<GraphBackbone>(file, backboneKit, (found) =>
    typeof (found as Partial<GraphBackbone> | null)?.build === 'function'
      ? undefined
      : 'its default export is no backbone, and no function that gives one: it lacks the function build',
  );
  return blamingAtOnce(file, () => graphBackbone(recipe, file, flags));
}
