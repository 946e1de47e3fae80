/**
 * @file The card of a file that has none, from the file itself, what the user says, and the convention (docs/backbones.md); where these
 * do not answer everything, an error that shows the card to write.
 */
import { basename } from 'node:path';
import { type Kind, list, number, oneOf, optional, text, wholeFrom } from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { type DeclaredValue, declaredOutputs, type ModelProto } from '../../graph/index.ts';
import { pictureSize, type SizeOption, sizeOf, sizeOption } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type BackboneCard, cardText, imageNet, type WrittenCard } from './backbone-card.ts';
import { checkFixedSize, fixedSizeOf, unsuitable, withPath } from './backbone-file.ts';
import { measureLayers, proposeLayers } from './backbone-probe.ts';

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
  inputSize: optional(pictureSize),
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

/**
 * Makes the card.
 * @param input - the file's one input
 * @param givenEngine - runs the file once. @default one on this machine's CPU
 * @throws BACKBONE_CARD_NEEDED, BACKBONE_UNSUITABLE
 */
export async function deriveCard(
  path: string,
  model: ModelProto,
  input: DeclaredValue,
  flags: BackboneFlags,
  givenEngine: Engine | undefined,
): Promise<{ card: WrittenCard; assumed: string[] }> {
  const engine = givenEngine ?? (await nodeEngine());
  const outputs = withPath(path, () => declaredOutputs(model));
  const conventional = outputs.map(({ name }) => name).filter((name) => /^layer\d+$/.test(name));
  const maps = outputs.filter(({ shape }) => shape.length === 4).map(({ name }) => name);
  const said = normalizationOf(flags);
  const names = flags.layers ?? (conventional.length > 0 ? conventional : maps);
  const fixedSize = fixedSizeOf(input);
  const found =
    names.length > 0
      ? await withPath(path, () => measureLayers(engine, model, input.name, names, fixedSize))
      : { layers: await withPath(path, () => proposeLayers(engine, model, input.name, fixedSize)) };
  if (!found.layers) return unsuitable(path, found.reason);
  const stem = basename(path).replace(/\.onnx$/i, '');
  const card: WrittenCard = {
    name: stem.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'backbone',
    inputName: input.name,
    inputSize: fixedSize ? sizeOption(fixedSize) : 224,
    ...(said ?? imageNet),
    layers: found.layers,
    licence: 'unknown',
    source: 'unknown',
    ...defined(flags),
  };
  checkFixedSize(input, sizeOf(card.inputSize));
  const asAgreed = names.length > 0 && names.every((name) => conventional.includes(name));
  if (names.length === 0 || !(said || asAgreed)) {
    throw cardNeeded(path, card, names.length === 0);
  }
  const assumed: string[] = [];
  if (!said) {
    assumed.push(
      `Nothing says how pictures for ${card.name} are normalised: ImageNet's mean and standard deviation are used.`,
    );
  }
  return { card, assumed };
}

function cardNeeded(path: string, card: WrittenCard, noLayers: boolean): CladError {
  const layers = card.layers.map(({ name }) => name).join(',') || 'NAME,NAME';
  const written =
    card.layers.length > 0 ? card : { ...card, layers: [{ name: 'NAME', channels: 1, stride: 8 }] };
  return new CladError('BACKBONE_CARD_NEEDED', {
    path,
    reason: noLayers
      ? 'none of its outputs is a map of features [N, C, H, W]'
      : 'its outputs are not named layer1, layer2, ..., and nothing says how pictures are normalised',
    card: `${path}.json`,
    json: cardText(written).trimEnd(),
    flag: `\`clad backbones add ${path} --normalization imagenet --layers ${layers}\``,
  });
}
