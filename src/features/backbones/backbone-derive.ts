/**
 * @file The card of a file that has none, from the file itself, what the user says, and the convention (docs/backbones.md); where these
 * do not answer everything, an error that shows the card to write.
 */
import { basename } from 'node:path';
import { CladError } from '../../core/errors.ts';
import { type DeclaredValue, declaredOutputs, type ModelProto } from '../../graph/index.ts';
import { sizeOf, sizeOption } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { cardText, imageNet, type WrittenCard } from './backbone-card.ts';
import { checkFixedSize, fixedSizeOf, unsuitable, withPath } from './backbone-file.ts';
import { type BackboneFlags, defined, normalizationOf } from './backbone-flags.ts';
import { measureLayers, proposeLayers } from './backbone-probe.ts';

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
  const card: WrittenCard = {
    name: nameOf(path),
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
      `Nothing says how images for ${card.name} are normalised: ImageNet's mean and standard deviation are used.`,
    );
  }
  return { card, assumed };
}

/** What a file is called where nobody has said. */
export function nameOf(path: string): string {
  const stem = basename(path).replace(/\.onnx$/i, '');
  return stem.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'backbone';
}

/** The error that shows the card to write. @param reason - what is missing. @default its layers, or these and the normalisation */
export function cardNeeded(path: string, card: WrittenCard, noLayers: boolean, reason?: string): CladError {
  const layers = card.layers.map(({ name }) => name).join(',') || 'NAME,NAME';
  const written =
    card.layers.length > 0 ? card : { ...card, layers: [{ name: 'NAME', channels: 1, stride: 8 }] };
  return new CladError('BACKBONE_CARD_NEEDED', {
    path,
    reason:
      reason ??
      (noLayers
        ? 'none of its outputs is a map of features [N, C, H, W]'
        : 'its outputs are not named layer1, layer2, ..., and nothing says how images are normalised'),
    card: `${path}.json`,
    json: cardText(written).trimEnd(),
    flag: `\`clad backbones add ${path} --normalization imagenet --layers ${layers}\``,
  });
}
