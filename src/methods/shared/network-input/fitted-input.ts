/** @file What enters the networks, fitted on the training images or read where an earlier try, or another training, has fitted it. */
import { hashOf } from '../../../core/hash.ts';
import { orMadeAgain } from '../../../core/made-again.ts';
import { stoppable } from '../../../core/progress.ts';
import { regionKey } from '../../../image/roi/region-of-interest.ts';
import type { PatchOptions } from '../option-groups.ts';
import { goodImages, type PatchContext } from '../training-features.ts';
import { type FeatureOptions, fitFeatureInput, fitResidualInput, type ResidualOptions } from './fit-input.ts';
import { readFitted, writeFitted } from './fitted-file.ts';
import type { FittedInput } from './network-input.ts';

/** The version of how the input is fitted; raised when the same options give other numbers. */
export const fitRecipe = 8;

/** What is to be fitted. */
export type InputRecipe =
  | ({ readonly kind: 'feature' } & Omit<FeatureOptions, 'seed'>)
  | ({ readonly kind: 'residual' } & Pick<ResidualOptions, 'noise' | 'memoryBank'>);

/** @returns the fitted input, and a key of all it depends on */
export async function fitInput(
  context: PatchContext<PatchOptions>,
  recipe: InputRecipe,
): Promise<{ readonly fitted: FittedInput; readonly fitKey: string }> {
  const { options, engine, cache, split, extracted, regions, note, signal } = context;
  const { store, index } = extracted;
  const { seed, heldOut } = options;
  const fitKey = await hashOf([
    store.header.key,
    JSON.stringify([fitRecipe, seed, heldOut, recipe]),
    ...regionKey(regions),
  ]);
  const name = `fitted-${fitKey.slice(0, 16)}.safetensors`;
  const path = cache.pathOf(name);
  const onWait = (who: string) => note?.(`Waiting for another training that makes ${path}: ${who}.`);
  const before = await orMadeAgain(() => readFitted(cache, name, fitKey), note);
  // Looked for before the lock is asked for: a cache may be one that is only read.
  if (before) return { fitted: before, fitKey };
  return cache.inTurn(
    async () => {
      const meanwhile = await readFitted(cache, name, fitKey).catch(() => undefined);
      if (meanwhile) return { fitted: meanwhile, fitKey };
      const fitted =
        recipe.kind === 'feature'
          ? await fitFeatureInput(engine, { store, index, images: split.fit }, { seed, ...recipe })
          : await fitResidualInput(
              engine,
              { store, index, images: goodImages(context), regions },
              { seed, ...recipe },
              stoppable(context),
            );
      await writeFitted(cache, name, fitted, fitKey);
      return { fitted, fitKey };
    },
    { name, onWait, signal },
  );
}
