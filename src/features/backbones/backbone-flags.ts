/** @file What a user says of a backbone beside its file or recipe. */
import { type Kind, list, number, oneOf, optional, text, wholeFrom } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { type SizeOption, sizeInPixels } from '../../image/size-option.ts';
import { type BackboneCard, imageNet } from './backbone-card.ts';

/** What the user says beside the file: it goes before the card, and where there is no card, in its place. */
export interface BackboneFlags {
  readonly name?: string | undefined;
  /** Of RGB/255; `mean` and `std` go together. */
  readonly mean?: readonly [number, number, number] | undefined;
  readonly std?: readonly [number, number, number] | undefined;
  /** ImageNet's mean and standard deviation. */
  readonly normalization?: 'imagenet' | undefined;
  /** Pixels: of both sides, or `320x240`. */
  readonly inputSize?: SizeOption | undefined;
  /** Pixels. */
  readonly minInputSize?: number | undefined;
  /** Values of the file to use as layers, where there is no card. */
  readonly layers?: readonly string[] | undefined;
  readonly licence?: string | undefined;
  readonly source?: string | undefined;
}

const three = optional({
  expected: 'three numbers in a list',
  holds: (value) => list(number).holds(value) && (value as unknown[]).length === 3,
});

/** What each flag may be. */
export const flagKinds: { readonly [K in keyof Required<BackboneFlags>]: Kind } = {
  name: optional(text),
  mean: three,
  std: three,
  normalization: optional(oneOf(['imagenet'])),
  inputSize: optional(sizeInPixels),
  minInputSize: optional(wholeFrom(1)),
  layers: optional(list(text)),
  licence: optional(text),
  source: optional(text),
};

/**
 * The normalisation that flags say; undefined where they say none.
 * @throws OPTION_INVALID when `mean` or `std` stands alone
 */
export function normalizationOf({ mean, std, normalization }: BackboneFlags) {
  if (!mean !== !std) {
    throw new CladError('OPTION_INVALID', {
      option: "the backbone's mean and std",
      expected: 'given together, three numbers each',
      actual: `only ${mean ? 'mean' : 'std'}`,
    });
  }
  if (mean && std) return { mean, std };
  return normalization === 'imagenet' ? imageNet : undefined;
}

/** The flags that override keys of a card as they are. */
export function defined({ name, inputSize, minInputSize, licence, source }: BackboneFlags) {
  const entries = Object.entries({ name, inputSize, minInputSize, licence, source });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<BackboneCard>;
}
