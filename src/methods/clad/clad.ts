/** @file CLAD: adaptor and discriminator in two stages, on the features (`paper`) or on residuals with the distance as a second voice. */

import { presets } from '../../training/options.ts';
import type { Method } from '../contract.ts';
import { inputStore } from '../shared/network-input/input-store.ts';
import { fitInput } from '../shared/train-features.ts';
import { trainOn } from '../shared/train-networks.ts';
import { cladNetworks } from './clad-networks.ts';
import { cladPatchModel } from './patch-scores.ts';
import { secondOpinion } from './score-spread.ts';

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
      cache: work.cache,
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
