/**
 * @file SubspaceAD (Lendering, Akdag and Bondarev, "SubspaceAD: Training-Free Few-Shot Anomaly Detection via Subspace Modeling", CVPR 2026): the
 * principal components of the normal patch features, and what they leave of a patch as its score. Nothing is trained.
 *
 * Features are the mean of middle layers of a frozen vision transformer (`published`); of a backbone whose layers have other numbers of channels each
 * they are joined. As its code has it, a score is the squared length of the residual, and an image's the mean of its map's highest hundredth.
 *
 * Ours: one subspace for each class and the class told by its mean feature, as one file serves several classes; thresholds by held-out images.
 * Not here: its rotated copies of the images, for settings with one to four of them. Its setting with all good images has none.
 */
import { hashOf } from '../../core/hash.ts';
import { orMadeAgain } from '../../core/made-again.ts';
import { stoppable } from '../../core/progress.ts';
import { onPatches } from '../shared/on-patches.ts';
import { blockLayers } from '../shared/transformer-layers.ts';
import { fitSubspaces } from './fit-subspaces.ts';
import { readSubspaces, writeSubspaces } from './subspace-file.ts';
import { subspaceModel } from './subspace-model.ts';
import { middleBlocks, type SubspaceOptions, subspaceOptions, subspacePresets } from './subspace-options.ts';
import { imageSeconds, planSubspace, subspaceTasks } from './subspace-plan.ts';

/** Raised where the same options give other subspaces. */
const recipe = 1;

export const subspace = onPatches<SubspaceOptions>({
  name: 'subspace',
  summary: "residual to the principal components of each class's patches (SubspaceAD); nothing is trained",
  options: subspaceOptions,
  presets: subspacePresets,
  // It learns from none; with as many as CLAD's default, `clad compare` makes the features of both once.
  localAnomalies: () => 'some',
  layersOf: ({ features }, card) =>
    features.aggregation === 'mean' ? blockLayers(card, middleBlocks)?.blocks : undefined,
  adapt: (options, { card }, note) => {
    const { features } = options;
    const used = card.layers.filter(({ name }) =>
      [...features.fineLayers, ...features.layers].includes(name),
    );
    const channels = new Set(used.map((layer) => layer.channels));
    if (features.aggregation !== 'mean' || channels.size <= 1) return options;
    note?.(
      `Layers of backbone ${card.name} have ${[...channels].join(', ')} channels, so they are joined rather than averaged.`,
    );
    return { ...options, features: { ...features, aggregation: 'concatenated' } };
  },
  plan: planSubspace,

  async fit(context) {
    const { options, engine, run, extracted, split, note } = context;
    const { seed, subspace: asked } = options;
    const key = await hashOf([extracted.store.header.key, JSON.stringify([recipe, seed, asked])]);
    const storage = run.checkpoint;
    const source = { ...extracted, images: split.fit };
    const tell = stoppable(context);
    const before = await orMadeAgain(() => readSubspaces(storage, key), note);
    const fitted =
      before ??
      (await fitSubspaces(engine, source, { seed, subspace: asked }, (done, total) =>
        tell({ task: 'subspaces', done, total, unit: 'images' }),
      ));
    if (!before) await writeSubspaces(storage, key, fitted);
    const held = fitted.subspaces.map(
      ({ components, explained }, at) =>
        `${extracted.index.classes[at]} ${components} (${(100 * explained).toFixed(1)} %)`,
    );
    note?.(`Components of each class, and the share of its variance that they hold: ${held.join(', ')}.`);
    return { model: subspaceModel(fitted), steps: {} };
  },

  tasks: subspaceTasks,
  imageSeconds,
});
