/**
 * @file RAD (Zhang, Li, Henderson, Aragon-Camarasa and Long, "Is Training Necessary for Anomaly Detection?", 2026, and its code): every patch of every good
 * image is kept. The images most alike a photograph are retrieved by their class tokens, and each patch is compared with theirs near the same place, layer by
 * layer: its score is the mean over the layers of 1 minus the highest cosine. Nothing is trained.
 *
 * Ours: images are retrieved among those of the class of the most alike one, as one product's normal must not excuse another's defect, where its code
 * retrieves among all; fewer values of a patch may be kept (`memory.components`); backbones without a class token.
 */
import { stoppable } from '../../core/progress.ts';
import { patchCount } from '../../image/geometry.ts';
import { onPatches } from '../shared/on-patches.ts';
import { goodImages } from '../shared/training-features.ts';
import { blockLayers } from '../shared/transformer-layers.ts';
import { fitMemory } from './rad-memory.ts';
import { radModel } from './rad-model.ts';
import { classToken, type RadOptions, radOptions, radPresets, spreadBlocks } from './rad-options.ts';
import { imageSeconds, layoutOf, planRad, radTasks, requireFits } from './rad-plan.ts';

export const rad = onPatches<RadOptions>({
  name: 'rad',
  summary: 'every patch of every good image, compared near its own place (RAD); nothing is trained',
  options: radOptions,
  presets: radPresets,
  // It learns from none; with as many as CLAD's default, `clad compare` makes the features of both once.
  localAnomalies: () => 'some',
  layersOf: ({ features }, card) => {
    if (features.aggregation !== 'plain') return undefined;
    const found = blockLayers(card, spreadBlocks);
    return found?.normed ?? found?.blocks;
  },
  adapt: (options, { card }) => {
    const { features } = options;
    const has = card.layers.some(({ name }) => name === classToken);
    if (!has || features.layers.includes(classToken)) return options;
    return { ...options, features: { ...features, layers: [...features.layers, classToken] } };
  },
  plan: planRad,
  check: (context) =>
    requireFits(
      layoutOf(context),
      context.options.memory,
      context.training.length,
      patchCount(context.view.grid),
    ),

  async fit(context) {
    const { options, engine, extracted } = context;
    const { seed, memory } = options;
    const layout = layoutOf(context);
    const images = goodImages(context);
    const tell = stoppable(context);
    // It is not written beside the checkpoint: it is read from the features again in the time that reading it would take.
    const fitted = await fitMemory(
      engine,
      { ...extracted, images },
      layout,
      { seed, components: memory.components },
      (done, total) => tell({ task: 'memory', done, total, unit: 'images' }),
    );
    return { model: radModel(fitted, memory), steps: {}, entryImages: fitted.images };
  },

  tasks: radTasks,
  imageSeconds,
});
