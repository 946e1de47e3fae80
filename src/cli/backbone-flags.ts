/** @file Flags of a training that say of its backbone what no card does. */
import { type Command, Option } from 'commander';
import type { BackboneFlags } from '../features/backbones/backbone.ts';
import { type BackbonePrecision, backbonePrecisions } from '../features/backbones/reduced-backbone.ts';
import { names, three } from './arguments.ts';

/** Flag values as commander gives them. */
export interface BackboneFlagValues {
  readonly backboneMean?: readonly [number, number, number];
  readonly backboneStd?: readonly [number, number, number];
  readonly backboneNormalization?: 'imagenet';
  readonly backboneLayers?: readonly string[];
  readonly backbonePrecision?: BackbonePrecision;
}

/** Adds the flags to a verb. */
export function addBackboneFlags(command: Command): void {
  command
    .option('--backbone-mean <r,g,b>', "a file without a card: the network's mean of RGB/255", three)
    .option('--backbone-std <r,g,b>', 'a file without a card: its standard deviation of RGB/255', three)
    .addOption(
      new Option(
        '--backbone-normalization <name>',
        'a file without a card: a well-known mean and std',
      ).choices(['imagenet']),
    )
    .option('--backbone-layers <names>', 'a file without a card: values of it to use, shallow to deep', names)
    .addOption(
      new Option(
        '--backbone-precision <type>',
        'what the backbone computes in, from the training on: fp32 (the default), fp16 or int8',
      ).choices(backbonePrecisions),
    );
}

/** What the flags say. */
export function backboneFlags(values: BackboneFlagValues): BackboneFlags {
  return {
    mean: values.backboneMean,
    std: values.backboneStd,
    normalization: values.backboneNormalization,
    layers: values.backboneLayers,
  };
}
