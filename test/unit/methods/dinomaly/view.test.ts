/** @file What Dinomaly takes of a backbone: groups of layers, class tokens to recentre by, and what it refuses by a sentence. */
import { describe, expect, it } from 'vitest';
import { buildFromWeights } from '../../../../src/features/backbones/families/families.ts';
import type { Backbone } from '../../../../src/features/backbones/loaded-backbone.ts';
import { levelsOf } from '../../../../src/features/store/extract-maps.ts';
import { decodeModel } from '../../../../src/graph/index.ts';
import { dinomaly } from '../../../../src/methods/dinomaly/dinomaly.ts';
import { type DinomalyOptions, dinomalyPresets } from '../../../../src/methods/dinomaly/dinomaly-options.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { fixture } from '../../../helpers/fixtures.ts';
import { type GoldenModels, weightsOf } from '../../../helpers/golden-weights.ts';
import { tinyBackbone } from '../../../helpers/tiny-backbone.ts';

const engine = await nodeEngine({ threads: 1 });
const { paper } = dinomalyPresets;

/** A transformer of two blocks of 128 channels, patches of 16 pixels. */
function transformer(): Backbone {
  const tensors = weightsOf(fixture<GoldenModels>('transformers.json'), 'vit timm');
  const { graph, layers } = buildFromWeights({ tensors, path: 'vit.safetensors', hints: {} });
  const { card } = tinyBackbone();
  const model = decodeModel(graph.toBytes());
  return {
    card: { ...card, name: 'vit', inputName: 'image', layers, sizeMultiple: 16 },
    model,
    path: '/vit.onnx',
    sha256: card.sha256,
    assumed: [],
  };
}

/** The view of options with other features or another network, as a training makes it. */
async function viewOf(
  backbone: Backbone,
  features: Partial<DinomalyOptions['features']> = {},
  network: Partial<DinomalyOptions['network']> = {},
) {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const asked: DinomalyOptions = {
    ...paper,
    features: { ...paper.features, inputSize: '96x64', resizeTo: null, ...features },
    network: { ...paper.network, ...network },
  };
  const options = dinomaly.adapt!(asked, backbone, note);
  const view = await dinomaly.view(options, backbone, { engine, note });
  return { view, notes, options, levels: levelsOf(backbone, view) };
}

describe('what Dinomaly takes', () => {
  it('of a transformer is the mean of its middle blocks, group by group', async () => {
    const { view, levels, options, notes } = await viewOf(transformer());
    expect(options.features.layers).toEqual(['block1', 'block2']);
    const grid = { rows: 4, columns: 6 };
    expect(view).toMatchObject({
      grid,
      joined: grid,
      groupSizes: [1, 1],
      geometry: { width: 96, height: 64 },
    });
    expect(levels).toEqual([
      { channels: 128, ...grid },
      { channels: 128, ...grid },
    ]);
    expect(notes).toEqual([expect.stringContaining('its own layers are used, block1, block2')]);
  });

  it('to recentre by are class tokens, one of each group', async () => {
    const { view, levels, notes } = await viewOf(transformer(), { recentre: true, groups: 1 });
    expect(view.features.layers).toEqual(['block1', 'block2', 'class1', 'class2']);
    expect(view.groups).toEqual([
      { layers: [0, 1], as: 'mean' },
      { layers: [2, 3], as: 'mean', onePlace: true },
    ]);
    expect(levels).toEqual([
      { channels: 128, rows: 4, columns: 6 },
      { channels: 128, rows: 1, columns: 1 },
    ]);
    expect(notes).toHaveLength(1);
  });

  it('of a network that is no transformer are its layers on the grid of the deepest', async () => {
    const { levels, notes } = await viewOf(tinyBackbone(), { recentre: true }, { width: 64 });
    expect(levels).toEqual([
      { channels: 12, rows: 4, columns: 6 },
      { channels: 10, rows: 4, columns: 6 },
    ]);
    expect(notes).toEqual([expect.stringContaining("recentred by each image's mean")]);
  });

  it('is the middle of a photograph that is resized before', async () => {
    const { view } = await viewOf(transformer(), { resizeTo: 128 });
    expect(view.geometry.resizeTo).toEqual({ width: 128, height: 128 });
  });
});

describe('what Dinomaly refuses', () => {
  const refused: [string, Parameters<typeof viewOf>, string][] = [
    ['more groups than layers', [transformer(), { groups: 3 }], 'layers that are used, 2, got 3'],
    ['more groups than blocks', [transformer(), {}, { layers: 1 }], 'network.layers, 1, got 2'],
    ['heads that do not fit', [transformer(), {}, { headWidth: 48 }], 'the width inside, 128, got 48'],
    ['a width that no layer has', [tinyBackbone()], 'have other numbers of channels each (12, 10)'],
    ['a layer that is not there', [transformer(), { layers: ['block7'], groups: 1 }], 'block7'],
  ];
  it.each(refused)('%s', async (_, given, message) => {
    const view = viewOf(...given);
    await expect(view).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(view).rejects.toThrow(message);
  });
});
