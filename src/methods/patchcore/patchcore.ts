/**
 * @file PatchCore (Roth et al., "Towards Total Recall in Industrial Anomaly Detection", CVPR 2022): a greedy coreset of the normal patch
 * features, the distance to the nearest entry as a patch's score, and the image's score re-weighted by how lonely that entry is (its
 * Eq. 7). One bank over all classes; nothing is trained.
 */
import { squaredLengths } from '../../core/arrays.ts';
import { CladError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { orMadeAgain } from '../../core/made-again.ts';
import { stoppable } from '../../core/progress.ts';
import type { Storage } from '../../core/storage.ts';
import { chooseEntries, entryCount } from '../../features/memory-bank/choose-entries.ts';
import {
  bankNames,
  leaveOut,
  type Match,
  type MemoryBank,
  matchEntries,
  relativeSquares,
} from '../../features/memory-bank/memory-bank.ts';
import {
  argMax,
  div,
  exp,
  gather,
  gatherAlong,
  matmul,
  maximum,
  mul,
  reduceMax,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  topK,
} from '../../graph/index.ts';
import { patchCount } from '../../image/geometry.ts';
import { regionKey } from '../../image/roi/region-of-interest.ts';
import { oneHot } from '../../nn/losses.ts';
import { readParameters, writeParameters } from '../../training/parameter-file.ts';
import { othersOf } from '../shared/network-input/fit-input.ts';
import { fitRecipe } from '../shared/network-input/fitted-input.ts';
import { onPatches } from '../shared/on-patches.ts';
import { type PatchModel, sharesOfVotes, weighedVotes } from '../shared/patch-model.ts';
import { coresetTasks, matchSeconds, patchesOf } from '../shared/task-seconds.ts';
import { goodImages } from '../shared/training-features.ts';
import {
  type PatchcoreOptions,
  patchcoreAblation,
  patchcoreOptions,
  patchcorePresets,
} from './patchcore-options.ts';

export const patchcore = onPatches<PatchcoreOptions>({
  name: 'patchcore',
  summary: 'distance to the nearest entry of a greedy coreset; nothing is trained',
  options: patchcoreOptions,
  presets: patchcorePresets,
  ablation: patchcoreAblation,
  refusesRegions: () => undefined,
  refusesNamedRegions: () =>
    'its image score is of one patch of the whole image, and no region has such a score',
  // It learns from none; with as many as CLAD's default, `clad compare` makes the features of both once.
  localAnomalies: () => 'some',

  async fit(context) {
    const { options, engine, run, dataset, extracted, regions, note } = context;
    const { seed, memoryBank } = options;
    const key = await hashOf([
      extracted.store.header.key,
      JSON.stringify([fitRecipe, seed, memoryBank]),
      ...regionKey(regions),
    ]);
    const storage = run.checkpoint;
    const before = await orMadeAgain(() => readBank(storage, key), note);
    const bank = before ?? (await chosenBank());
    return {
      model: patchcoreModel(bank, memoryBank.neighbours, dataset.classes.length),
      steps: {},
      entryImages: bank.entryImages,
    };

    async function chosenBank(): Promise<Bank> {
      const source = { ...extracted, images: goodImages(context), regions };
      const { width, grid } = extracted.index;
      requireFits(entryCount(memoryBank, source.images.size * patchCount(grid)), width);
      const chosen = await chooseEntries(engine, source, undefined, { seed, memoryBank }, stoppable(context));
      const facts = {
        key,
        classes: JSON.stringify(chosen.entryClasses),
        images: JSON.stringify(chosen.entryImages),
      };
      const { entries } = chosen;
      const norms = { shape: [chosen.entryImages.length], data: squaredLengths(entries.data, width) };
      await writeParameters(storage, bankName, { entries, norms }, facts);
      return { ...chosen, norms };
    }
  },

  tasks: ({ memoryBank, features }, { training }) => coresetTasks(memoryBank, training * patchesOf(features)),
  imageSeconds: ({ memoryBank, features }, { training }) =>
    matchSeconds(memoryBank, features.width, patchesOf(features), training),
});

/**
 * An ONNX file holds 2 GiB, with the backbone: known before the entries are chosen, which takes hours where there are so many.
 * @throws OPTION_INVALID
 */
export function requireFits(entries: number, width: number): void {
  const most = Math.floor(1.7e9 / (4 * width));
  if (entries <= most) return;
  throw new CladError('OPTION_INVALID', {
    option: 'memoryBank.coresetSize',
    expected: `at most ${most} (of ${width} values each; an ONNX file holds no more)`,
    actual: `${entries}, by memoryBank.coresetSize and memoryBank.coresetShare`,
  });
}

interface Bank {
  /** [M, C] */
  readonly entries: { readonly shape: readonly number[]; readonly data: Float32Array };
  /** Squared lengths, [M]. */
  readonly norms: { readonly shape: readonly number[]; readonly data: Float32Array };
  /** Class index of each entry, never falling. */
  readonly entryClasses: readonly number[];
  /** Training image of each entry. */
  readonly entryImages: readonly number[];
}

/** In the folder of the checkpoint. */
const bankName = 'bank.safetensors';

async function readBank(storage: Storage, key: string): Promise<Bank | undefined> {
  const read = await readParameters(storage, bankName);
  if (!read) return undefined;
  const { parameters, metadata } = read;
  const { entries, norms } = parameters;
  if (metadata.key !== key || !entries || !norms) return undefined;
  return {
    entries,
    norms,
    entryClasses: JSON.parse(metadata.classes ?? '[]') as number[],
    entryImages: JSON.parse(metadata.images ?? '[]') as number[],
  };
}

/**
 * @param neighbours - b of Eq. 7; 1 leaves the score as it is
 */
export function patchcoreModel(bank: Bank, neighbours: number, classes: number): PatchModel {
  return (graph, features, patches, own) => {
    const entries = graph.constant(bankNames.entries, bank.entries.data, bank.entries.shape);
    const norms = graph.constant(bankNames.lengths, bank.norms.data, bank.norms.shape);
    const whole = { entries, norms };
    const others = own ? leaveOut(whole, own, bank.entryImages) : whole;
    const match = matchEntries(features, others, 1, {
      classes: { of: bank.entryClasses, count: classes },
    });
    const votes = weighedVotes(match.toClasses as Tensor, classes);
    const count = Math.min(neighbours, othersOf(bank.entryImages));
    return {
      score: match.distance,
      shares: sharesOfVotes(votes, patches, classes),
      imageScore: reweighted(features, match, others, patches, count),
    };
  };
}

/**
 * Eq. 7: the largest distance of an image, times 1 - exp(d*) / sum over the b entries nearest to its entry of exp(their distance). A
 * patch far from an entry that is itself alone counts less.
 * @returns [N]
 */
function reweighted(
  features: Tensor,
  match: Match,
  { entries, norms }: Pick<MemoryBank, 'entries' | 'norms'>,
  patches: number,
  neighbours: number,
): Tensor {
  const width = features.shape[1] as number;
  const distances = reshape(match.distance, [-1, patches], 'N');
  const highest = reduceMax(distances, { axes: [1], keepDims: true });
  if (neighbours === 1) return reshape(highest, [-1], 'N');
  // The patch of each image, picked by a row of zeros and a one.
  const picked = reshape(oneHot(argMax(distances, 1), patches), [-1, 1, patches], 'N');
  const patch = matmul(picked, reshape(features, [-1, patches, width], 'N'));
  const nearest = reshape(match.indices, [-1, patches], 'N');
  const index = reshape(gatherAlong(nearest, argMax(distances, 1, true), 1), [-1], 'N');
  const entry = gather(entries, index);
  const toOthers = relativeSquares(entry, entries, norms);
  const around = gather(entries, topK(toOthers, neighbours, false).indices);
  const away = sqrt(maximum(sum(square(sub(around, patch)), { axes: [2] }), 0));
  const others = sum(exp(sub(away, highest)), { axes: [1] });
  // The entry itself is among them, so the sum is at least 1.
  const weight = sub(1, div(1, maximum(others, 1)));
  return mul(weight, reshape(highest, [-1], 'N'));
}
