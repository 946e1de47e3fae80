/**
 * @file Backbones: any ONNX file with feature layers, and what is known of it (its card). Given a registered name or a file;
 * a file without a card is used as it is where our convention answers everything, else the error shows the card to write.
 *
 * The convention: outputs named `layer1`, `layer2`, ... of shape [N, C, H, W], one input [N, 3, H, W] that takes RGB/255
 * normalised with ImageNet's mean and standard deviation.
 */

import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import {
  engine as asEngine,
  optional,
  path as pathArgument,
  requireArgument,
  requireFields,
} from '../../core/arguments.ts';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { isPlugin } from '../../core/plugin.ts';
import { declaredInputs, type ModelProto } from '../../graph/index.ts';
import { type SizeOption, sizeInPixels, sizeOf, sizeOption } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import { type BackboneCard, parseCard } from './backbone-card.ts';
import { deriveCard } from './backbone-derive.ts';
import { checkFixedSize, decode, imageInput, unsuitable, withPath } from './backbone-file.ts';
import { type BackboneFlags, defined, flagKinds, normalizationOf } from './backbone-flags.ts';
import { builtinBackbone, builtinNames } from './builtin-backbone.ts';
import { builtinWeights } from './builtin-weights.ts';
import { readCard } from './card-file.ts';
import { encoderWithCard, encoderWithoutCard } from './fixed-encoder.ts';
import { joinBackbones, type PartOfJoin } from './join-backbones.ts';
import { flagsOfParts } from './joined-flags.ts';
import { type NamedPart, partsOfName } from './joined-name.ts';
import type { Backbone } from './loaded-backbone.ts';
import { backboneFromFile } from './plugin-backbone.ts';

export type { BackboneCard, BackboneLayer } from './backbone-card.ts';
export type { BackboneFlags } from './backbone-flags.ts';

/** Where registered backbones lie: `$CLAD_HOME/backbones`, by default `~/.clad/backbones`. */
export function backbonesFolder(): string {
  return join(process.env.CLAD_HOME || join(homedir(), '.clad'), 'backbones');
}

/** The ONNX file of a registered backbone. */
export function registeredPath(name: string): string {
  return join(backbonesFolder(), `${name}.onnx`);
}

/** Where a file's card stands: `<file>.json`, else `<file without .onnx>.json`; undefined where there is none. */
export function cardPathOf(file: string): string | undefined {
  const stem = file.slice(0, file.length - extname(file).length);
  return [`${file}.json`, `${stem}.json`].find((path) => existsSync(path));
}

/**
 * Reads a backbone.
 * @param nameOrFile - the name of a built-in or registered one, or the path of an .onnx file, or of a JavaScript file that
 *   builds one (docs/plugins.md); or several of these, joined by `+`, as `a+b@448*0.5` (docs/backbones.md)
 * @param engine - runs a file without a card once, to find channels and strides. @default one on this machine's CPU
 * @param inputSize - of the images that it will be given: a file that is made for another one size is rewritten for any. @default what its card says
 * @throws OPTION_INVALID for sizes, weights and flags that a joined one cannot have; BACKBONE_UNKNOWN, BACKBONE_UNSUITABLE, BACKBONE_CHANGED, BACKBONE_CARD_INVALID, PLUGIN_INVALID, and BACKBONE_CARD_NEEDED with the
 * card to write
 */
export async function loadBackbone(
  nameOrFile: string,
  flags: BackboneFlags = {},
  engine?: Engine,
  inputSize?: SizeOption,
): Promise<Backbone> {
  requireArgument('loadBackbone', 'nameOrFile', nameOrFile, pathArgument);
  requireFields('loadBackbone', 'flags', flags, flagKinds);
  requireArgument('loadBackbone', 'engine', engine, optional(asEngine));
  requireArgument('loadBackbone', 'inputSize', inputSize, optional(sizeInPixels));
  const parts = partsOfName(nameOrFile, isKnown);
  if (parts) return joined(parts, flags, engine);
  if (builtinNames.includes(nameOrFile)) return builtinBackbone(nameOrFile, builtinWeights, flags);
  if (isPlugin(nameOrFile)) return backboneFromFile(nameOrFile, flags);
  const path = await locate(nameOrFile);
  const bytes = await readBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const cardPath = cardPathOf(path);
  const written = cardPath ? await readCard(cardPath) : undefined;
  if (cardPath && written?.sha256 && written.sha256 !== sha256) {
    throw new CladError('BACKBONE_CHANGED', {
      path,
      card: cardPath,
      actual: sha256,
      expected: written.sha256,
    });
  }
  const model = decode(bytes, path);
  const asked = inputSize ?? flags.inputSize;
  const file = { path, model, sha256, flags, engine, size: asked === undefined ? undefined : sizeOf(asked) };
  if (!cardPath || !written) {
    const rewritten = await encoderWithoutCard(file);
    if (rewritten) return rewritten;
    const input = imageInput(model, path);
    const { card, assumed } = await deriveCard(path, model, input, flags, engine);
    return { card: { ...parseCard(card, path), sha256 }, model, path, sha256, assumed };
  }
  const merged = { ...written, ...normalizationOf(flags), ...defined(flags) };
  const card = { ...parseCard(merged, cardPath), sha256 };
  checkAgainstFile(card, model, path, cardPath);
  const rewritten = await encoderWithCard(file, card);
  if (rewritten) return rewritten;
  checkFixedSize(imageInput(model, path), sizeOf(card.inputSize));
  return { card, model, path, sha256, assumed: [] };
}

/** Whether a text is a backbone as it stands, whatever signs it has. */
function isKnown(text: string): boolean {
  const isFile = existsSync(text) && statSync(text).isFile();
  return isFile || builtinNames.includes(text) || (isName(text) && existsSync(registeredPath(text)));
}

/** Whether a text can only be a name. */
function isName(text: string): boolean {
  return !/[\\/]/.test(text) && !/\.onnx$/i.test(text);
}

/** Whether a text names several networks, joined by `+`. @throws OPTION_INVALID for sizes and weights that are none */
export function isJoined(text: string): boolean {
  return partsOfName(text, isKnown) !== undefined;
}

/** Several networks as one. */
async function joined(
  parts: readonly NamedPart[],
  flags: BackboneFlags,
  engine: Engine | undefined,
): Promise<Backbone> {
  const bare: string[] = [];
  for (const { network } of parts) if (await isBare(network)) bare.push(network);
  const ofParts = flagsOfParts(flags, bare);
  const loaded: PartOfJoin[] = [];
  for (const { network, size, weight } of parts) {
    const own = size && sizeOption(size);
    const backbone = await loadBackbone(network, bare.includes(network) ? ofParts : {}, engine, own);
    loaded.push({ backbone, size, weight });
  }
  // On the CPU, whatever the device: where scales differed, so would the file.
  const measuring = engine?.device === 'cpu' ? engine : await nodeEngine();
  return joinBackbones(loaded as [PartOfJoin, PartOfJoin], measuring, flags);
}

/** Whether a network is a file that has no card. */
async function isBare(network: string): Promise<boolean> {
  if (builtinNames.includes(network) || isPlugin(network)) return false;
  return cardPathOf(await locate(network)) === undefined;
}

async function locate(nameOrFile: string): Promise<string> {
  const isPath = !isName(nameOrFile);
  if (!isPath && existsSync(registeredPath(nameOrFile))) return registeredPath(nameOrFile);
  const path = resolve(nameOrFile);
  if (/\.safetensors$/i.test(path) && existsSync(path)) {
    unsuitable(path, 'it holds weights only; make a backbone of them with `clad backbones add`');
  }
  if (existsSync(path)) return path;
  if (isPath) {
    throw new CladError('FILE_NOT_FOUND', {
      path,
      hint: 'Expected an .onnx file, or the name of a backbone from `clad backbones list`.',
    });
  }
  const known = await registeredNames();
  throw new CladError('BACKBONE_UNKNOWN', {
    name: nameOrFile,
    known: [...builtinNames, ...known].join(', '),
  });
}

/** Names of the registered backbones, sorted; a backbone counts once its card is written. */
export async function registeredNames(): Promise<string[]> {
  const folder = backbonesFolder();
  const entries = existsSync(folder) ? await readdir(folder) : [];
  return entries
    .filter((entry) => entry.endsWith('.onnx.json') && !entry.startsWith('.'))
    .map((entry) => entry.slice(0, -'.onnx.json'.length))
    .sort();
}

/** Refuses a card that speaks of another file: its input, its layers. */
function checkAgainstFile(card: BackboneCard, model: ModelProto, path: string, cardPath: string): void {
  const refuse = (reason: string) => {
    throw new CladError('BACKBONE_CARD_INVALID', { path: cardPath, reason });
  };
  const inputs = withPath(path, () => declaredInputs(model)).map(({ name }) => name);
  if (inputs.length === 1 && inputs[0] !== card.inputName) {
    refuse(`inputName is ${card.inputName}, the ONNX file's input is ${inputs[0]}`);
  }
  const values = new Set((model.graph.node ?? []).flatMap(({ output }) => output ?? []));
  for (const { name } of card.layers) {
    if (!values.has(name)) refuse(`the ONNX file has no value named ${name}, which is one of the layers`);
  }
}
