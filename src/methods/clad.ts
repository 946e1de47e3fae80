/** @file CLAD: adaptor and discriminator in two stages, on the features (`paper`) or on residuals with the distance as a second voice. */
import { diskStorage } from '../core/disk-storage.ts';
import { cladPatchModel } from '../detector/patch-scores.ts';
import { cladNetworks } from '../training/clad-networks.ts';
import { inputStore } from '../training/input-store.ts';
import { presets } from '../training/options.ts';
import type { Method } from './method.ts';
import { secondOpinion } from './opinion.ts';
import { fitInput } from './train-features.ts';
import { trainOn } from './train-networks.ts';

export const clad: Method = {
  presets,
  inputs: ['feature', 'residual'],
  async train(work, foregrounds, extracted) {
    const { request, engine, split, dataset } = work;
    const { options, onProgress, signal } = request;
    const { fitted, fitKey } = await fitInput(work, extracted);
    const inputs = await inputStore({
      engine,
      features: extracted,
      fitted,
      fitKey,
      cache: diskStorage(work.cache),
      onProgress,
      note: request.note,
      signal,
    });
    const networks = cladNetworks(options, fitted, dataset.classes.length);
    const { parameters, steps, chosen } = await trainOn(work, foregrounds, inputs, fitted, fitKey, networks);
    const trained = { fitted, parameters, classes: dataset.classes };
    const { networkWeight } = options.score;
    const opinion = await secondOpinion(engine, trained, extracted, split.heldOut, networkWeight);
    const entryImages = fitted.kind === 'residual' ? fitted.memberImages : [];
    return { model: cladPatchModel(trained, opinion), steps, chosen, entryImages };
  },
};
