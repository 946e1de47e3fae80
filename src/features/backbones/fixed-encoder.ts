/**
 * @file Files that are made for one size of image and serve as backbones once they are rewritten for any (any-size.ts): an encoder as others publish it, whose
 * features are tokens or lie before a neck, and any file that is to see images of another size.
 */
import { basename } from 'node:path';
import { CladError } from '../../core/errors.ts';
import { sha256 as sha256Of } from '../../core/sha256.ts';
import { declaredOutputs, decodeModel, encodeModel, type ModelProto } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeOf, sizeOption, sizeText } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type FreedFile, freedFile } from './any-size.ts';
import { type BackboneCard, imageNet, parseCard, type WrittenCard } from './backbone-card.ts';
import { cardNeeded, nameOf } from './backbone-derive.ts';
import { withPath } from './backbone-file.ts';
import { type BackboneFlags, defined, normalizationOf } from './backbone-flags.ts';
import type { Normalization } from './inner-normalization.ts';
import { leastCommonMultiple } from './joined-input.ts';
import type { Backbone } from './loaded-backbone.ts';
import { type OneImage, oneImage } from './one-size.ts';

/** A file that may have to be rewritten. */
export interface FixedFile {
  readonly path: string;
  readonly model: ModelProto;
  /** Of the file. */
  readonly sha256: string;
  readonly flags: BackboneFlags;
  readonly engine: Engine | undefined;
  /** Of the images that it will be given; undefined: what its card says. */
  readonly size: ImageSize | undefined;
}

/** Larger files are made for pictures of scenes; parts are seen at this, pixels. */
const usualSide = 448;

/**
 * A backbone out of a file without a card, where it has to be rewritten; undefined where the file can be used as it is, or is made for any size.
 * @throws BACKBONE_UNSUITABLE where that cannot be done, BACKBONE_CARD_NEEDED where nothing says how images are normalised
 */
export async function encoderWithoutCard(file: FixedFile): Promise<Backbone | undefined> {
  const { path, model, flags, size } = file;
  const image = oneImage(model, path);
  if (!image) return undefined;
  const outputs = withPath(path, () => declaredOutputs(model));
  const conventional = outputs.map(({ name }) => name).filter((name) => /^layer\d+$/.test(name));
  const maps = outputs.filter(({ shape }) => shape.length === 4).map(({ name }) => name);
  const said = normalizationOf(flags);
  const segments = isSegmentAnything(image, outputs);
  const otherSize = size !== undefined && !image.takes(size);
  const must = otherSize || image.coloursLast || image.bytes || segments;
  const engine = file.engine ?? (await nodeEngine());
  const given = flags.layers ?? (conventional.length > 0 ? conventional : undefined);
  // Several maps were put out to be features; one alone ends a task of its own.
  const names = given ?? (maps.length > 1 ? maps : undefined);
  // What can be used as it is stays what it is.
  if (!must && (conventional.length > 0 || maps.length > 0) && !flags.layers) return undefined;
  const freed = await freedFile(engine, path, model, image, otherSize, names).catch((error: unknown) => {
    if (must || !(error instanceof CladError)) throw error;
    return undefined;
  });
  if (!freed || (!must && freed.areMaps)) return undefined;
  const normalization =
    said ?? freed.normalization ?? (segments || conventional.length > 0 ? imageNet : undefined);
  const card = cardOf(file, image, freed, normalization, names === undefined);
  if (!normalization) {
    const { usualLayers: _, ...needed } = { ...card, layers: asInFile(freed), source: 'unknown' };
    throw cardNeeded(path, needed, false, 'nothing says how images are normalised');
  }
  const assumed = said ? [] : assumptions(card.name, freed.normalization, segments);
  if (!given) assumed.push(`Layers of ${card.name}: ${layersText(freed)}.`);
  return backbone(file, freed, card, [...assumed, rewrittenText(card.name, image, freed)]);
}

/**
 * A file with a card, rewritten where that has to be; undefined where it can be used as it is.
 * @param card - its layers' names are values of the file
 * @throws BACKBONE_UNSUITABLE where that cannot be done
 */
export async function encoderWithCard(file: FixedFile, card: WrittenCard): Promise<Backbone | undefined> {
  const { path, model } = file;
  const image = oneImage(model, path);
  const size = file.size ?? sizeOf(card.inputSize);
  if (!image) return undefined;
  const otherSize = !image.takes(size);
  const must = otherSize || image.coloursLast || image.bytes;
  const names = card.layers.map(({ name }) => name);
  if (!must && names.every((name) => isMapOutput(model, path, name))) return undefined;
  const engine = file.engine ?? (await nodeEngine());
  const freed = await freedFile(engine, path, model, image, otherSize, names).catch((error: unknown) => {
    if (must || !(error instanceof CladError)) throw error;
    return undefined;
  });
  if (!freed || (!must && freed.areMaps)) return undefined;
  const sizeMultiple = leastCommonMultiple(card.sizeMultiple ?? 1, freed.sizeMultiple);
  const own = { ...card, inputSize: sizeOption(size), ...(sizeMultiple > 1 && { sizeMultiple }) };
  return backbone(file, freed, own, [rewrittenText(card.name, image, freed)]);
}

function isMapOutput(model: ModelProto, path: string, name: string): boolean {
  const outputs = withPath(path, () => declaredOutputs(model));
  return outputs.some((output) => output.name === name && output.shape.length === 4);
}

async function backbone(
  file: FixedFile,
  freed: FreedFile,
  card: WrittenCard,
  assumed: readonly string[],
): Promise<Backbone> {
  const size = sizeOf(card.inputSize);
  const { sizeMultiple: multiple } = freed;
  if (size.width % multiple !== 0 || size.height % multiple !== 0) {
    const expected = `each side a multiple of ${multiple}, as ${card.name} needs it where it is rewritten`;
    throw new CladError('OPTION_INVALID', { option: 'the input size', expected, actual: sizeText(size) });
  }
  await freed.check(card, size);
  const bytes = encodeModel(freed.model);
  const sha256 = await sha256Of(bytes);
  const whole: BackboneCard = { ...parseCard({ ...card, sha256: undefined }, file.path), sha256 };
  return { card: whole, model: decodeModel(bytes), path: file.path, sha256, assumed, rewritten: true };
}

function cardOf(
  { path, flags, size, sha256 }: FixedFile,
  image: OneImage,
  { layers, sizeMultiple, ownSizeOnly }: FreedFile,
  normalization: Normalization | undefined,
  proposed: boolean,
): WrittenCard {
  return {
    name: nameOf(path),
    inputName: image.name,
    inputSize: sizeOption(size ?? (ownSizeOnly ? image.size : usualSize(image.size, sizeMultiple))),
    ...(sizeMultiple > 1 && { sizeMultiple }),
    ...(normalization ?? imageNet),
    layers: [...layers],
    ...(proposed && { usualLayers: layers.map(({ name }) => name) }),
    licence: 'unknown',
    source: `${basename(path)} (sha256 ${sha256.slice(0, 16)})${ownSizeOnly ? '' : ', rewritten for any size of image'}`,
    ...defined(flags),
  };
}

/** The layers by their names in the file. */
function asInFile({ layers, values }: FreedFile): WrittenCard['layers'] {
  return layers.map((layer, at) => ({ ...layer, name: values[at] ?? layer.name }));
}

function usualSize(own: ImageSize, multiple: number): ImageSize {
  if (own.width !== own.height || own.width <= usualSide) return own;
  return sizeOf(Math.ceil(usualSide / multiple) * multiple);
}

/** The image encoders of Segment Anything and its smaller relatives: 1024 pixels, 256 channels at stride 16. */
function isSegmentAnything({ size }: OneImage, outputs: ReturnType<typeof declaredOutputs>): boolean {
  const embedding = ({ shape }: (typeof outputs)[number]) => shape.slice(1).join() === '256,64,64';
  return sizeText(size) === '1024' && outputs.length <= 2 && outputs.some(embedding);
}

function assumptions(name: string, inner: Normalization | undefined, segments: boolean): string[] {
  if (inner) {
    const taken = inner.std[0] === 1 ? 'RGB/255' : 'RGB of 0 to 255';
    return [`${name} normalises its images itself: it is given ${taken}.`];
  }
  const why = segments
    ? `${name} looks like an image encoder of Segment Anything (1024 pixels, 256 channels at stride 16)`
    : `Nothing says how images for ${name} are normalised`;
  return [`${why}: ImageNet's mean and standard deviation are used.`];
}

function layersText({ layers, values }: FreedFile): string {
  return layers
    .map(
      ({ name, channels, stride }, at) =>
        `${name} is ${values[at]}, ${channels} channels at stride ${stride}`,
    )
    .join('; ');
}

function rewrittenText(name: string, { size }: OneImage, { ownSizeOnly }: FreedFile): string {
  const made = `${name} is made for ${sizeText(size)} pixels`;
  return ownSizeOnly === undefined
    ? `${made}; it was rewritten for any size, and at that size it is the same function.`
    : `${made}, and stays so, since ${ownSizeOnly}.`;
}
