/**
 * @file `--roi`, and the key `roi` of a YAML file: regions of interest by class, from files, or `auto` for those that follow the part. Paths in a file of regions are from where it lies, so that it can be
 * passed on with its masks; those in the file of --config are from the working directory, as all there are.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { isRecord } from '../core/arguments.ts';
import { CladError } from '../core/errors.ts';
import { type AskedFollowing, usualMargin } from '../jobs/roi/follow-parts.ts';
import type { RegionDefinition, RegionDefinitions } from '../jobs/roi/region-definition.ts';
import { isYaml, regionOfFile, regionWithin } from '../jobs/roi/region-file.ts';
import { readYaml, yamlRefused } from '../jobs/yaml-file.ts';
import { repeated } from './arguments.ts';

/** `--roi`, which may be repeated. */
export function roiOption(): Option {
  return new Option(
    '--roi <class=file>',
    'region of interest of a class: a YAML file with shapes, or a mask image, white inside; may be repeated; a YAML file alone has those of several classes; auto, or CLASS=auto: what lies around the part, wherever it is in each image',
  )
    .argParser(repeated)
    .default([], 'all of every image');
}

/** `--roi-margin`. */
export function roiMarginOption(): Option {
  return new Option(
    '--roi-margin <percent>',
    "with --roi auto: how much around the part is inside, per cent of the part's size (the root of its area); below 0: how much of its rim is not",
  )
    .argParser((text) => percentFrom(text))
    .default(undefined, String(usualMargin));
}

function percentFrom(text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && Number.isFinite(percent)) return percent;
  throw new InvalidArgumentError("Expected per cent of the part's size, e.g. 5.");
}

/** What a flag or a file says in the place of a file. */
const auto = 'auto';

/**
 * The classes whose regions are to follow the part; undefined where none is.
 * @param flags - values of `--roi`
 * @param config - what the YAML file of the command has at `roi`
 * @throws OPTION_INVALID for a margin without any
 */
export function askedFollowing(
  flags: readonly string[] = [],
  config: unknown,
  margin: number | undefined,
): AskedFollowing | undefined {
  const ofFile = isRecord(config) ? Object.keys(config).filter((name) => config[name] === auto) : [];
  const ofFlags = flags
    .filter((text) => text.endsWith(`=${auto}`))
    .map((text) => text.slice(0, -auto.length - 1));
  const names = [...new Set([...ofFile, ...ofFlags])];
  const all = config === auto || flags.includes(auto);
  if (all || names.length > 0) return { classes: all ? 'all' : names, margin };
  if (margin === undefined) return undefined;
  throw new CladError('OPTION_INVALID', {
    option: '--roi-margin',
    expected: 'given with --roi auto or --roi CLASS=auto',
    actual: String(margin),
  });
}

/**
 * The regions that are asked for; those of flags go before those of the file.
 * @param flags - values of `--roi`
 * @param config - what the YAML file of the command has at `roi`, and its path
 * @throws OPTION_INVALID, OPTION_UNKNOWN, FILE_UNREADABLE
 */
export async function askedRegions(
  flags: readonly string[] = [],
  config?: { readonly value: unknown; readonly path: string },
): Promise<RegionDefinitions> {
  const all: Record<string, RegionDefinition> = {};
  if (config?.value !== undefined && config.value !== auto)
    Object.assign(all, await regionsOf(config.value, config.path, '.'));
  const named = new Set<string>();
  for (const text of flags.filter((each) => each !== auto && !each.endsWith(`=${auto}`))) {
    const given = await regionsOfFlag(text);
    for (const [name, region] of Object.entries(given)) {
      if (named.has(name))
        throw new CladError('OPTION_INVALID', {
          option: '--roi',
          expected: 'given once for each class; several shapes of one stand in one file',
          actual: `class ${name} twice`,
        });
      named.add(name);
      all[name] = region;
    }
  }
  return all;
}

async function regionsOfFlag(text: string): Promise<RegionDefinitions> {
  const [name, path] = classAndFile(text);
  if (path === '' || name === '' || (name === undefined && !isYaml(path)))
    throw new CladError('OPTION_INVALID', {
      option: '--roi',
      expected:
        'CLASS=FILE, e.g. screw=screw-region.yaml, a YAML file with the regions of several classes, auto, or CLASS=auto',
      actual: text,
    });
  return name === undefined
    ? regionsOf(await readYaml(path), path, dirname(path))
    : { [name]: await regionOfFile(name, path) };
}

/** Both may have equals signs too: the one between them is the first that a file follows. */
function classAndFile(text: string): [name: string | undefined, path: string] {
  const signs = [...text.matchAll(/=/g)].map(({ index }) => index);
  const at =
    signs.find((sign) => existsSync(text.slice(sign + 1))) ?? (existsSync(text) ? undefined : signs[0]);
  return at === undefined ? [undefined, text] : [text.slice(0, at).normalize('NFC'), text.slice(at + 1)];
}

/** Regions of several classes, as a file has them. @param folder - where paths in it begin */
async function regionsOf(value: unknown, path: string, folder: string): Promise<RegionDefinitions> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw yamlRefused(path, 'expected the regions of classes by their names, e.g. screw: { ... }');
  const regions: Record<string, RegionDefinition> = {};
  for (const [given, definition] of Object.entries(value)) {
    if (definition === auto) continue;
    const name = given.normalize('NFC');
    regions[name] =
      typeof definition === 'string'
        ? await regionOfFile(name, resolve(folder, definition))
        : regionWithin(name, definition, path, folder);
  }
  return regions;
}
