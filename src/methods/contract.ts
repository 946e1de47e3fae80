/** @file A method: how patch features become a detector. CLAD is one; the others are what it is compared with. */
import type { PatchModel } from '../detector/patch-model.ts';
import type { ClassForegrounds } from '../features/patches/class-foreground.ts';
import type { ExtractedStore } from '../features/store/extract.ts';
import type { Work } from '../jobs/train/prepare.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { TrainedNetworks } from '../training/trainer.ts';

export const methodNames = ['clad', 'patchcore', 'simplenet', 'glass', 'cras'] as const;
export type MethodName = (typeof methodNames)[number];

/** What a method has learnt. */
export interface Trained {
  readonly model: PatchModel;
  /** Gradient steps of both stages. */
  readonly steps: TrainedNetworks['steps'];
  /** The judgement that chose the networks. */
  readonly chosen?: TrainedNetworks['chosen'];
  /** The training image that each entry of the memory bank is of, in the order of the bank; absent, or empty, where there is no bank. */
  readonly entryImages?: readonly number[];
}

/** One method. */
export interface Method {
  /** Settings by name; the first are the default. */
  readonly presets: Readonly<Record<string, TrainingOptions>>;
  /** What `input.kind` may be. */
  readonly inputs: readonly TrainingOptions['input']['kind'][];
  /** Learns from the patch features of the training images; goes on from what an earlier try left in the run. */
  train(work: Work, foregrounds: ClassForegrounds, extracted: ExtractedStore): Promise<Trained>;
}
