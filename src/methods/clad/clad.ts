/**
 * @file CLAD: adaptor and discriminator in two stages, on the features (`paper`) or on residuals to a memory bank, with the networks' score
 * fused with the distance (`fast`); or that distance alone (`instant`). To read it as the paper has it:
 *
 *   clad-options.ts                  every constant, with its equation
 *   ../../synthesis                  local anomalies in photographs (Eq. 2-3)
 *   networks.ts                      adaptor and discriminator (section 3.3)
 *   step.ts                          one step: both kinds of anomalies, the losses (Eq. 1, Eq. 24)
 *   fusion.ts                        Eq. 4
 *   ../shared/global-anomalies.ts    Eq. 5-7
 *   contrast.ts                      Eq. 8-17
 *   clad-losses.ts                   Eq. 18-23
 *   clad-networks.ts                 the two stages (section 3.5)
 *
 * and beyond the paper: ../shared/network-input (residuals), patch-scores.ts and score-spread.ts (score fusion), ablation.ts (switches).
 */
import { mapPatches } from '../../image/geometry.ts';
import type { Method } from '../contract.ts';
import { fitInput } from '../shared/network-input/fitted-input.ts';
import { inputStore } from '../shared/network-input/input-store.ts';
import type { FittedInput } from '../shared/network-input/network-input.ts';
import { onPatches } from '../shared/on-patches.ts';
import { selectsByTest } from '../shared/option-groups.ts';
import type { PatchView } from '../shared/patch-view.ts';
import { coresetTasks, matchSeconds, patchesOf, stageTask } from '../shared/task-seconds.ts';
import { trainNetworks } from '../shared/train-networks.ts';
import { goodImages, type PatchContext } from '../shared/training-features.ts';
import { cladAblation } from './ablation.ts';
import { cladNetworks } from './clad-networks.ts';
import { type CladOptions, cladOptions, cladPresets, withoutNetworks } from './clad-options.ts';
import { comparedWidth, planClad } from './clad-plan.ts';
import { cladModel } from './patch-scores.ts';
import { measureSpreads } from './score-spread.ts';

export const clad: Method<CladOptions, PatchView> = onPatches<CladOptions>({
  name: 'clad',
  summary: 'contrastive learning for multi-class anomaly detection, on residuals to a memory bank',
  options: cladOptions,
  presets: cladPresets,
  ablation: cladAblation,
  refusesRegions: ({ input }) =>
    input === 'feature'
      ? "its networks' score alone has no value that means normal (input=feature)"
      : undefined,
  usesTestImages: (options) => options.networks && selectsByTest(options),
  seesWhole: ({ networks }) => !networks,
  idleOptions: withoutNetworks,
  // Principal components are to keep what is not normal too.
  localAnomalies: ({ networks }) => (networks ? 'all' : 'some'),
  plan: planClad,

  async fit(context) {
    const { options, engine, extracted, split, dataset } = context;
    const { input: kind, memoryBank, networks, globalAnomalies } = options;
    const { noise, noiseUnit, noiseShape } = globalAnomalies;
    const recipe =
      kind === 'residual'
        ? { kind, noise: networks ? noise : null, memoryBank }
        : { kind, noise, noiseUnit, noiseShape };
    const { fitted, fitKey } = await fitInput(context, recipe);
    const { parameters, ...learnt } = networks
      ? await trainOn(context, fitted, fitKey)
      : { parameters: undefined, steps: {} };
    const { grid } = context.view;
    const trained = {
      fitted,
      parameters,
      classes: dataset.classes,
      ...(grid.whole && { voting: mapPatches(grid) }),
    };
    const { networkWeight } = options.score;
    const tiled = context.view.features.tiling !== undefined;
    const fusion = await measureSpreads(
      engine,
      trained,
      { ...extracted, regions: context.regions },
      // Of a memory alone every good image is held out, once its own entries are: corners are few.
      tiled && !networks ? goodImages(context) : split.heldOut,
      networkWeight,
      tiled ? options.score.topShare : undefined,
    );
    const entryImages = fitted.kind === 'residual' ? fitted.entryImages : [];
    return { ...learnt, model: cladModel(trained, fusion), entryImages };
  },

  tasks(options, { training, classes }) {
    const { input, memoryBank, features, batch, synthesis, adaptor, discriminator, losses, networks } =
      options;
    const perImage = patchesOf(features);
    const residual = input === 'residual';
    const width = residual ? memoryBank.components : features.width;
    const shares = { ...batch, local: synthesis.perImage > 0 ? batch.local : 0 };
    const stage = (name: 'stage1' | 'stage2', contrasted: number) =>
      stageTask(
        name,
        options[name],
        shares,
        [width, ...adaptor, ...discriminator],
        training * perImage,
        contrasted,
      );
    const ofClass = training / Math.max(1, classes);
    const bank = residual ? coresetTasks(memoryBank, ofClass * perImage, classes) : [];
    if (!networks) return bank;
    const matching = training * matchSeconds(memoryBank, comparedWidth(memoryBank), perImage, ofClass);
    return [
      ...bank,
      { task: 'matching to the memory bank', seconds: residual ? matching : 0, kind: 'products' },
      stage('stage1', losses.contrast > 0 ? adaptor[2] : 0),
      stage('stage2', 0),
    ];
  },

  imageSeconds: ({ input, memoryBank, features }, { training, classes }) =>
    input === 'residual'
      ? matchSeconds(
          memoryBank,
          comparedWidth(memoryBank),
          patchesOf(features),
          training / Math.max(1, classes),
        )
      : 0,
});

/** Both stages on what enters the networks, of all patches. */
async function trainOn(context: PatchContext<CladOptions>, fitted: FittedInput, fitKey: string) {
  const { options, engine, extracted, cache, dataset, onProgress, note, signal } = context;
  const store = { engine, features: extracted, fitted, fitKey, cache, onProgress, note, signal };
  const inputs = await inputStore(store);
  const networks = cladNetworks(options, fitted, dataset.classes.length);
  return trainNetworks(context, { inputs, fitted, fitKey }, networks);
}
