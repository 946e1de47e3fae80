/** @file What `clad predict` writes beside its lines: flags, and what is refused of them before anything is predicted. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { type RawMapFormat, rawMapFormats } from '../detector/heat/raw-map.ts';
import { type PredictTarget, requireApart } from '../jobs/predict-targets.ts';
import { requireFileApart } from './output-file.ts';

export interface OutputFlags {
  readonly maps?: string;
  readonly legend?: boolean;
  readonly masks?: string;
  readonly rawMaps?: string;
  readonly rawMapFormat?: RawMapFormat;
  readonly csv?: string;
  readonly coco?: string;
}

/** Declares the flags. */
export function outputOptions(command: Command): Command {
  return command
    .option('--maps <dir>', 'write a heat map over each photograph into this folder')
    .option('--legend', 'with --maps: a strip below each map with the values of its colours')
    .option(
      '--masks <dir>',
      "write a PNG of each photograph's size into this folder: white where it is anomalous, else black",
    )
    .option('--raw-maps <dir>', "write each anomaly map itself, of the map's size, into this folder")
    .addOption(
      new Option(
        '--raw-map-format <name>',
        "with --raw-maps: float32 values (.npy), or 16 bits from the map's lowest value to its highest (.tif), whose scale is in the file, the CSV and the JSON (default: npy)",
      ).choices(rawMapFormats),
    )
    .option('--csv <file>', 'write a table, a row an image, once all are predicted')
    .option('--coco <file>', 'write the anomalous regions as COCO JSON, once all images are predicted');
}

/** Whether files of each image, or their names in one file, are asked for, so that names must be told apart. */
export function needsNames({ maps, masks, rawMaps, coco }: OutputFlags): boolean {
  return [maps, masks, rawMaps, coco].some((each) => each !== undefined);
}

/** @throws USAGE for flags that belong to others, or one place given twice */
export function requireOutputsFit(flags: OutputFlags): void {
  const usage = (reason: string) => new CladError('USAGE', { reason, help: '`clad predict --help`' });
  if (flags.legend && flags.maps === undefined)
    throw usage('--legend belongs to heat maps: give --maps DIR too');
  if (flags.rawMapFormat !== undefined && flags.rawMaps === undefined)
    throw usage('--raw-map-format belongs to raw maps: give --raw-maps DIR too');
  const places = new Map<string, string>();
  for (const [option, place] of Object.entries({ ...foldersOf(flags), ...filesOf(flags) })) {
    const other = places.get(resolve(place));
    if (other !== undefined)
      throw usage(`${other} and ${option} are the same, ${place}: give each a place of its own`);
    places.set(resolve(place), option);
  }
}

/**
 * Refuses what cannot be written, and what would take the place of photographs or lie among them.
 * @param paths - that were given
 * @param targets - all images of them; empty where names are not told apart
 * @throws OPTION_INVALID, FOLDER_EXPECTED, FILE_REFUSED, FILE_NOT_FOUND
 */
export async function requireOutputsWritable(
  flags: OutputFlags,
  paths: readonly string[],
  targets: readonly PredictTarget[],
): Promise<void> {
  for (const [option, folder] of Object.entries(foldersOf(flags))) {
    await requireApart(option, folder, paths, targets);
    await requireWritable(folder, `Give another folder to ${option}.`);
  }
  for (const [option, file] of Object.entries(filesOf(flags)))
    await requireFileApart(option, file, option === '--csv' ? '.csv' : '.json');
}

function foldersOf({ maps, masks, rawMaps }: OutputFlags): Record<string, string> {
  return given({ '--maps': maps, '--masks': masks, '--raw-maps': rawMaps });
}

function filesOf({ csv, coco }: OutputFlags): Record<string, string> {
  return given({ '--csv': csv, '--coco': coco });
}

function given(places: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(places).filter((each): each is [string, string] => each[1] !== undefined),
  );
}
