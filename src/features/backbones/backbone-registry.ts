/**
 * @file Backbones the user keeps under a name: an ONNX file and its card in `$CLAD_HOME/backbones`. Adding copies the file,
 * or builds it from a state dict; verifying runs it. A backbone counts once its card is written, which comes last.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  flag,
  oneOf,
  optional,
  path as pathKind,
  requireArgument,
  requireFields,
  text,
} from '../../core/arguments.ts';
import { CladError, firstLineOf, reasonOf } from '../../core/errors.ts';
import { asRefusal, replaceFile, writeFileAtomic } from '../../core/files.ts';
import { encodeModel } from '../../graph/index.ts';
import { sizeOf } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import {
  type BackboneFlags,
  backbonesFolder,
  cardPathOf,
  isJoined,
  loadBackbone,
  registeredNames,
  registeredPath,
} from './backbone.ts';
import { type BackboneCard, backboneNamePattern, cardText, type WrittenCard } from './backbone-card.ts';
import { flagKinds } from './backbone-flags.ts';
import { type MeasuredValue, measureValues } from './backbone-probe.ts';
import { builtCard, tryBuilt } from './built-card.ts';
import { builtinBackbone, builtinNames } from './builtin-backbone.ts';
import { builtinWeights } from './builtin-weights.ts';
import { readCard } from './card-file.ts';
import { requireAsCarded } from './check-layers.ts';
import { buildFromWeights, familyTitles } from './families/families.ts';
import { mostBytes, readWeights } from './weights-file.ts';

/** One backbone with a name; `problem` says why a card cannot be read. */
export interface ListedBackbone {
  readonly name: string;
  /** Of the ONNX file; the name of one that comes with the program. */
  readonly path: string;
  readonly card?: WrittenCard;
  readonly problem?: string;
}

/** The built-in backbones, then all registered ones, by name. Reads only the cards of these. */
export async function listBackbones(): Promise<ListedBackbone[]> {
  const builtin: ListedBackbone[] = [];
  for (const name of builtinNames)
    builtin.push({ name, path: name, card: (await builtinBackbone(name, builtinWeights)).card });
  const names = await registeredNames();
  const registered = await Promise.all(
    names.map(async (name): Promise<ListedBackbone> => {
      const path = registeredPath(name);
      if (!existsSync(path)) return { name, path, problem: `${path}: the ONNX file is missing.` };
      try {
        return { name, path, card: await readCard(`${path}.json`) };
      } catch (error) {
        return { name, path, problem: reasonOf(error) };
      }
    }),
  );
  return [...builtin, ...registered];
}

/** How a backbone is added. What the flags leave out comes from a card beside the file, else from the file. */
export interface AddOptions extends BackboneFlags {
  /** Put it in the place of one of the same name. @default false */
  readonly replace?: boolean | undefined;
  /** For weights of CLIP, which do not show it. */
  readonly activation?: (typeof activations)[number] | undefined;
}

/** What `activation` may be. */
export const activations = ['gelu', 'quick-gelu'] as const;

export interface AddedBackbone {
  readonly card: BackboneCard;
  readonly path: string;
  /** What nobody has said and was taken for granted. */
  readonly assumed: readonly string[];
}

/**
 * Keeps a backbone under a name: its own, or that of its architecture or file.
 * @param file - an .onnx file, a .safetensors state dict of a family that is known (docs/backbones.md), or several backbones joined by `+`, which need a name
 * @throws what `loadBackbone` and `buildFromWeights` throw; OPTION_INVALID when the name is taken or cannot be a name
 */
export async function addBackbone(file: string, options: AddOptions = {}): Promise<AddedBackbone> {
  requireArgument('addBackbone', 'file', file, pathKind);
  const kinds = { ...flagKinds, replace: optional(flag), activation: optional(oneOf(activations)) };
  requireFields('addBackbone', 'options', options, kinds);
  const { replace = false, activation, ...flags } = options;
  if (activation !== undefined && !weightsPattern.test(file)) refuseActivation(activation);
  if (isJoined(file)) return addJoined(file, flags, replace);
  const source = resolve(file);
  if (!existsSync(source)) {
    throw new CladError('FILE_NOT_FOUND', {
      path: source,
      hint: 'Expected an .onnx or a .safetensors file.',
    });
  }
  if (flags.name !== undefined) checkName(flags.name, replace);
  if (weightsPattern.test(source)) return addStateDict(source, flags, activation, replace);
  if (!/\.onnx$/i.test(source)) {
    throw new CladError('BACKBONE_UNSUITABLE', {
      path: source,
      reason: `expected an .onnx file, or a .safetensors state dict of a family that is known: ${familyTitles}`,
    });
  }
  const { card, assumed, model, rewritten } = await loadBackbone(source, flags);
  checkName(card.name, replace);
  const path = registeredPath(card.name);
  await atHome(async () => {
    if (rewritten) await install(path, (temporary) => writeFile(temporary, encodeModel(model)));
    else if (path !== source) await install(path, (temporary) => copyFile(source, temporary));
    await writeFileAtomic(`${path}.json`, cardText(card));
  });
  return { card, path, assumed };
}

/** An activation is said where nothing has it. */
function refuseActivation(actual: string): never {
  const expected =
    'left out, but for weights of CLIP and ViT in a .safetensors file, which do not show theirs';
  throw new CladError('OPTION_INVALID', { option: '--activation', expected, actual });
}

const weightsPattern = /\.safetensors$/i;

/** A state dict as a registered ONNX file. */
async function addStateDict(
  source: string,
  flags: BackboneFlags,
  activation: string | undefined,
  replace: boolean,
): Promise<AddedBackbone> {
  const built = buildFromWeights(await readWeights(source, activation));
  if (activation !== undefined && !built.asksActivation) refuseActivation(activation);
  const name = flags.name ?? built.architecture;
  checkName(name, replace);
  const path = registeredPath(name);
  const { card: written, assumed } = builtCard(built, { ...flags, name }, path);
  const model = built.graph.toModel({ architecture: built.architecture });
  const size = (model.graph.initializer ?? []).reduce((sum, { rawData }) => sum + (rawData?.length ?? 0), 0);
  // A little is left for the nodes.
  if (size > mostBytes - 2 ** 20) {
    const reason = `in single precision they are ${(size / 2 ** 30).toFixed(1)} GiB, and an ONNX file holds up to 2 GiB`;
    throw new CladError('STATE_DICT_UNSUITABLE', { path: source, reason });
  }
  const bytes = encodeModel(model);
  await tryBuilt(await nodeEngine(), bytes, written, source);
  const card = { ...written, sha256: createHash('sha256').update(bytes).digest('hex') };
  return atHome(async () => {
    await install(path, (temporary) => writeFile(temporary, bytes));
    await writeFileAtomic(`${path}.json`, cardText(card));
    return { card, path, assumed };
  });
}

/** Joined networks as one registered ONNX file. */
async function addJoined(names: string, flags: BackboneFlags, replace: boolean): Promise<AddedBackbone> {
  checkName(flags.name ?? names, replace);
  const { card, model, assumed } = await loadBackbone(names, flags);
  const path = registeredPath(card.name);
  await atHome(async () => {
    await install(path, (temporary) => writeFile(temporary, encodeModel(model)));
    await writeFileAtomic(`${path}.json`, cardText(card));
  });
  return { card, path, assumed };
}

/** A file system's error while writing there is the user's to mend. */
async function atHome<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const refusal = asRefusal(error, backbonesFolder());
    if (!(refusal instanceof CladError) || refusal.code !== 'FILE_REFUSED') throw error;
    const expected = 'a folder with room that can be written to';
    const actual = refusal.message;
    throw new CladError('OPTION_INVALID', { option: 'CLAD_HOME', expected, actual }, { cause: error });
  }
}

/** Puts an ONNX file in place once `write` succeeded; an old card goes before, since it speaks of another file. */
async function install<T>(path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await replaceFile(path, async (temporary) => {
    result = await write(temporary);
    for (let old = cardPathOf(path); old; old = cardPathOf(path)) await rm(old);
  });
  return result as T;
}

function checkName(name: string, replace: boolean): void {
  if (!backboneNamePattern.test(name)) {
    throw new CladError('OPTION_INVALID', {
      option: '--name',
      expected: 'letters, digits, ".", "_" and "-", beginning with a letter or digit',
      actual: JSON.stringify(name),
    });
  }
  if (builtinNames.includes(name)) {
    throw new CladError('OPTION_INVALID', {
      option: '--name',
      expected: 'another name than those of the backbones that come with the program',
      actual: name,
    });
  }
  if (!replace && existsSync(`${registeredPath(name)}.json`)) {
    throw new CladError('OPTION_INVALID', {
      option: '--name',
      expected: 'a name no backbone has yet (or give --replace)',
      actual: `${name}, which is taken`,
    });
  }
}

/** What a verification found. */
export interface VerifiedBackbone {
  readonly card: BackboneCard;
  readonly path: string;
  readonly assumed: readonly string[];
  /** Each layer's real shape on an image of the card's input size, and the range of its numbers. */
  readonly layers: readonly MeasuredValue[];
  /** Time of one image, the first, which is slower than later ones. */
  readonly milliseconds: number;
}

/**
 * Checks that a backbone is what its card says: sha256, channels, strides, and numbers that are finite and not constant on a
 * seeded image of noise.
 * @param nameOrFile - a registered name, or an .onnx file
 * @throws BACKBONE_UNSUITABLE naming the first thing that is otherwise, and what `loadBackbone` throws
 */
export async function verifyBackbone(nameOrFile: string, engine?: Engine): Promise<VerifiedBackbone> {
  requireArgument('verifyBackbone', 'nameOrFile', nameOrFile, text);
  const { card, model, path, assumed } = await loadBackbone(nameOrFile, {}, engine);
  const refuse = (reason: string): never => {
    throw new CladError('BACKBONE_UNSUITABLE', { path, reason });
  };
  const size = sizeOf(card.inputSize);
  const { width, height } = size;
  const names = card.layers.map(({ name }) => name);
  const runner = engine ?? (await nodeEngine());
  const measured = await measureValues(runner, model, card.inputName, names, size, { range: true }).catch(
    (error: unknown) => {
      if (error instanceof CladError) throw error;
      return refuse(`it does not run on an image of ${width} x ${height} pixels (${firstLineOf(error)})`);
    },
  );
  requireAsCarded({ card, path }, measured.values, size);
  for (const { name, range } of measured.values) {
    const [low, mean, high] = range;
    if (![low, mean, high].every(Number.isFinite)) refuse(`layer ${name} gives numbers that are not finite`);
    if (low === high) refuse(`layer ${name} gives the same number ${low} everywhere`);
  }
  return { card, path, assumed, layers: measured.values, milliseconds: measured.milliseconds };
}
