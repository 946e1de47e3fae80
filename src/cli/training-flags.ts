/** @file Flags of what reads a data set for a training, and what they and a YAML file say together: of `clad train`, and of `clad extract`, which comes before it. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { checkOptions, type OptionTree, optionFromText } from '../core/options.ts';
import { type Dataset, layouts } from '../data/dataset.ts';
import { builtinName } from '../features/backbones/builtin-backbone.ts';
import { nameOfParts } from '../features/backbones/joined-name.ts';
import { backbonePrecisions } from '../features/backbones/reduced-backbone.ts';
import { type SampleBits, sampleBits } from '../image/samples.ts';
import { type SizeOption, sizeOf } from '../image/size-option.ts';
import { type AskedTiles, tilesExpected, tilesOf } from '../jobs/train/asked-tiles.ts';
import type { ReadRequest } from '../jobs/train/train-request.ts';
import { readYaml, yamlRefused } from '../jobs/yaml-file.ts';
import { defaultMethod, loadMethod, methodNames, methods } from '../methods/registry.ts';
import { defaultPreset, presetOf, resolveOptions } from '../methods/resolve-options.ts';
import { inputSize } from '../methods/shared/option-groups.ts';
import { type Device, devices } from '../runtime/engine.ts';
import { repeated, sizeFromText, tilesFromText, wholeFromText } from './arguments.ts';
import { addBackboneFlags, type BackboneFlagValues, backboneFlags } from './backbone-flags.ts';
import { bitsOption, deviceOption, layoutOption, threadsOption } from './common-flags.ts';
import { askedFollowing, askedRegions, roiMarginOption, roiOption } from './roi-flags.ts';

/** Values of the flags as commander gives them. */
export interface TrainingFlags extends BackboneFlagValues {
  readonly backbone?: string;
  readonly textures?: string;
  readonly method?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly selection?: string;
  readonly inputSize?: SizeOption;
  readonly tiles?: AskedTiles['tiles'];
  readonly smallestDefect?: number;
  readonly tilesWhole?: boolean;
  readonly seed?: number;
  readonly layout?: Dataset['layout'];
  readonly bits?: SampleBits;
  readonly device?: Device;
  readonly threads?: number;
  readonly cache?: string;
  readonly skipBroken?: boolean;
  readonly exclude?: readonly string[];
  readonly roi?: readonly string[];
  readonly roiMargin?: number;
  readonly crop?: boolean;
}

/** Adds them to a verb. @param cache - what the verb does with the folder of --cache */
export function addTrainingFlags(command: Command, cache: string): void {
  command
    .option(
      '--backbone <name|file>',
      'frozen backbone: a name from `clad backbones list` or an ONNX file, or several joined by + (default: builtin)',
    )
    .option('--textures <dir>', 'folder of texture images for synthetic anomalies; else a built-in generator')
    .option(
      '--method <name|file>',
      `what is trained: ${methodNames.join(', ')}, or a JavaScript file that holds a method (default: ${defaultMethod})`,
    )
    .option('--preset <name>', `settings to start from (default: the first): ${presetHelp()}`)
    .option('--config <file>', 'YAML file with options of this command and of the training')
    .option(
      '--set <name=value>',
      'one option of the training, e.g. losses.gamma=1; may be repeated',
      repeated,
      [],
    )
    .addOption(
      new Option(
        '--selection <how>',
        'what chooses the networks, where some are trained: held-out images (the default), the test images, which leaks, or none',
      ).choices(['synthetic', 'test', 'last']),
    )
    .option(
      '--input-size <size>',
      "the backbone's input: pixels of a square, or width x height, e.g. 320x240 (default: the preset's)",
      sizeFromText(8),
    )
    .option(
      '--tiles <how>',
      "large photographs tile by tile: auto, as the smallest defect needs; ROWSxCOLUMNS; or the pixels of a tile at the photographs' own size",
      tilesFromText,
    )
    .option(
      '--smallest-defect <pixels>',
      'length in the photograph of the smallest defect to be found; with --tiles (default: 1 % of the longer side)',
      wholeFromText(1),
    )
    .option(
      '--tiles-whole',
      'beside the tiles see the whole, made as small as one: a missing part is told by the whole, a scratch by a tile',
    )
    .option('--seed <n>', 'of all random numbers (default: 0)', wholeFromText(0))
    .addOption(layoutOption())
    .addOption(bitsOption())
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--cache <dir>', cache)
    .option('--skip-broken', 'leave out images that cannot be decoded')
    .option('--exclude <files...>', 'training images to leave out, as paths')
    .addOption(roiOption())
    .addOption(roiMarginOption())
    .option(
      '--crop',
      'crop each photograph to its part, found in it wherever it lies, so that it covers more of the input',
    );
  addBackboneFlags(command);
}

/** A network of a joined backbone in a file. */
const networkSchema = z
  .strictObject({ network: z.string(), inputSize: inputSize.optional(), weight: z.number().optional() })
  .transform(({ network, inputSize: size, weight }) =>
    nameOfParts([{ network, size: size === undefined ? undefined : sizeOf(size), weight }]),
  );

const howWritten =
  'a name or file, or a list of them, each with inputSize and weight where it has one: - { network: b.onnx, inputSize: 448, weight: 0.5 }';

/** One network, or the list of those that are joined. */
const backboneSchema = z
  .union(
    [
      z.string(),
      z.array(z.union([z.string(), networkSchema])).refine(({ length }) => length > 0, howWritten),
    ],
    { error: howWritten },
  )
  .transform((given) => (typeof given === 'string' ? given : given.join('+')));

/** Options of the command itself that may also stand in the YAML file. */
const commandSchema = z.object({
  method: z.string().optional(),
  preset: z.string().optional(),
  backbone: backboneSchema.optional(),
  backbonePrecision: z.enum(backbonePrecisions).optional(),
  textures: z.string().optional(),
  device: z.enum(devices).optional(),
  threads: z.number().int().min(1).optional(),
  cache: z.string().optional(),
  layout: z.enum(layouts).optional(),
  bits: z.literal(sampleBits).optional(),
  skipBroken: z.boolean().optional(),
  tiles: z
    .union([z.number(), z.string()])
    .transform((how, context) => {
      const tiles = tilesOf(String(how));
      if (tiles !== undefined) return tiles;
      context.addIssue({ code: 'custom', message: tilesExpected });
      return z.NEVER;
    })
    .optional(),
  smallestDefect: z.number().int().min(1).optional(),
  tilesWhole: z.boolean().optional(),
  exclude: z.array(z.string()).optional(),
  excludeOutliers: z.boolean().optional(),
  // Read and checked by roi-flags.ts.
  roi: z.unknown().optional(),
  roiMargin: z.number().optional(),
  crop: z.boolean().optional(),
});

/** The presets of each method, e.g. `clad: instant, fast, paper, accurate; patchcore: fast, published`. */
function presetHelp(): string {
  return [...methods].map(([name, { presets }]) => `${name}: ${Object.keys(presets).join(', ')}`).join('; ');
}

/** What flags and file ask for. */
export interface AskedTraining {
  readonly request: Omit<ReadRequest, 'evaluated'>;
  /** Of `clad train`; a file is for both verbs. */
  readonly excludeOutliers: boolean;
}

/**
 * Reads the file, where one is given, and lays the flags over it.
 * @param note - told what was chosen by default
 * @throws FILE_UNREADABLE, OPTION_UNKNOWN, OPTION_INVALID, and what loading the method throws
 */
export async function askedTraining<T extends TrainingFlags & { readonly excludeOutliers?: boolean }>(
  data: string,
  given: T,
  note: (text: string) => void,
): Promise<AskedTraining> {
  const { config } = given;
  const { flags, training } = split(config === undefined ? {} : await readConfig(config), config);
  const { roi: regions, ...others } = flags;
  const merged: T = { ...others, ...given };
  const methodName = merged.method ?? defaultMethod;
  const from = (name: 'method' | 'preset') =>
    given[name] === undefined && config !== undefined ? `${name} in ${config}` : `--${name}`;
  const method = await loadMethod(methodName, from('method'));
  const preset = merged.preset ?? defaultPreset(method);
  presetOf(method, preset, from('preset'));
  const flag = (where: string, options: OptionTree | undefined) => (options ? [{ where, options }] : []);
  const { seed, selection, inputSize } = given;
  const options = resolveOptions(method, preset, [
    { where: config ?? '', options: training, beside: Object.keys(commandSchema.shape) },
    ...flag('--seed', seed === undefined ? undefined : { seed }),
    ...flag('--selection', selection === undefined ? undefined : { selection }),
    ...flag('--input-size', inputSize === undefined ? undefined : { features: { inputSize } }),
    ...(given.set ?? []).map((text) => ({ where: '--set', options: optionFromText(text, '--set') })),
  ]);
  if (merged.backbone === undefined) {
    note(
      `Backbone: ${builtinName}, which comes with clad (others: --backbone NAME or FILE, docs/backbones.md).`,
    );
  }
  return {
    excludeOutliers: merged.excludeOutliers ?? false,
    request: {
      data,
      backbone: merged.backbone ?? builtinName,
      backboneFlags: backboneFlags(given),
      backbonePrecision: merged.backbonePrecision,
      textures: merged.textures,
      method: methodName,
      preset,
      options,
      device: merged.device,
      layout: merged.layout,
      bits: merged.bits,
      threads: merged.threads,
      cache: merged.cache,
      skipBroken: merged.skipBroken ?? false,
      exclude: merged.exclude ?? [],
      tiles: askedTiles(merged),
      crop: merged.crop,
      follow: askedFollowing(given.roi, regions, merged.roiMargin),
      roi: await askedRegions(given.roi, config === undefined ? undefined : { value: regions, path: config }),
    },
  };
}

/** @throws OPTION_INVALID where something is said of tiles and none are asked for */
function askedTiles({ tiles, smallestDefect, tilesWhole, inputSize }: TrainingFlags): AskedTiles | undefined {
  if (tiles !== undefined) return { tiles, smallestDefect, whole: tilesWhole, inputSize };
  const refuse = (option: string, actual: number | boolean) => {
    const expected = 'given with --tiles, e.g. --tiles auto';
    return new CladError('OPTION_INVALID', { option, expected, actual: String(actual) });
  };
  if (smallestDefect !== undefined) throw refuse('--smallest-defect', smallestDefect);
  if (tilesWhole === true) throw refuse('--tiles-whole', tilesWhole);
  return undefined;
}

async function readConfig(path: string): Promise<OptionTree> {
  const content = (await readYaml(path)) ?? {};
  if (typeof content === 'object' && !Array.isArray(content)) return content as OptionTree;
  throw yamlRefused(path, 'expected options as `name: value` lines');
}

/** A file's options: the command's own, and the training's. */
function split(file: OptionTree, where: string | undefined) {
  const own = (key: string) => Object.hasOwn(commandSchema.shape, key);
  const entries = Object.entries(file);
  const ownEntries = Object.fromEntries(entries.filter(([key]) => own(key)));
  const flags = checkOptions(commandSchema, ownEntries, () => where);
  return { flags, training: Object.fromEntries(entries.filter(([key]) => !own(key))) };
}
