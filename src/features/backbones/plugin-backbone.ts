/** @file A backbone out of a JavaScript file (Node only; docs/plugins.md). */
import { blaming, loadPlugin } from '../../core/plugin.ts';
import { Random } from '../../core/random.ts';
import { decodeSafetensors } from '../../core/safetensors.ts';
import * as graph from '../../graph/index.ts';
import { imageNet } from './backbone-card.ts';
import type { BackboneFlags } from './backbone-flags.ts';
import { type GraphBackbone, graphBackbone } from './graph-backbone.ts';
import type { Backbone } from './loaded-backbone.ts';

/** What the file of a backbone is made with. */
const backboneKit = { graph, Random, imageNet, decodeSafetensors };

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
  return blaming(file, () => graphBackbone(recipe, file, flags));
}
