/** @file `clad compare`: several methods on the same photographs, features and metrics. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { requireWritable } from '../core/files.ts';
import { checkOptions } from '../core/options.ts';
import { cellsOfRuns, titleOfRuns } from '../jobs/compare/finished-runs.ts';
import type { GridVariant } from '../jobs/compare/grid.ts';
import { readYaml, yamlRefused } from '../jobs/yaml-file.ts';
import { defaultMethod, loadMethod, methodNames } from '../methods/registry.ts';
import { defaultPreset } from '../methods/resolve-options.ts';
import { names } from './arguments.ts';
import { addGridFlags, type GridFlags, grid, printGrid } from './grid-flags.ts';

/** Flags that finished runs have no use for, as commander names them. */
const ofTrainings = [
  ...['methods', 'grid', 'seeds', 'set', 'backbone', 'backboneMean', 'backboneStd', 'backboneNormalization'],
  ...['backboneLayers', 'backbonePrecision', 'textures', 'cache', 'layout', 'bits', 'skipBroken'],
  ...['device', 'threads'],
];

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .option('--methods <names>', 'methods (names or files), each with its first preset', names, [
      ...methodNames,
    ])
    .addOption(
      new Option('--grid <file>', 'YAML file with rows of your own, in the place of --methods').conflicts(
        'methods',
      ),
    )
    .addOption(
      new Option(
        '--runs <runs...>',
        'runs that are trained and evaluated, in the place of <data>: those that differ in their seed alone are one row, mean ± deviation',
      ).conflicts(ofTrainings),
    );
  addGridFlags(command, '[data]');
  command
    .addHelpText(
      'after',
      `
A grid is a list of rows; what a row leaves out is clad, the method's first preset and nothing set:
  - { name: default }
  - { name: PatchCore as published, method: patchcore, preset: published }
  - { name: more entries, set: [memoryBank.coresetSize=32768] }

Examples:
  $ clad compare mvtec/ --out compared --seeds 3 --backbone resnet50
  $ clad compare mvtec/ --out compared --methods clad,patchcore,subspace,rad
  $ clad compare mvtec/ --out mine --grid rows.yaml
  $ clad compare --runs runs/seed0 runs/seed1 runs/seed2 --out compared`,
    )
    .action(compare);
}

interface CompareFlags extends GridFlags {
  readonly methods: readonly string[];
  readonly grid?: string;
  readonly runs?: readonly string[];
}

async function compare(data: string | undefined, flags: CompareFlags): Promise<void> {
  if ((data === undefined) === (flags.runs === undefined)) {
    const reason = 'Give a data set to train on, or runs with --runs, and not both';
    throw new CladError('USAGE', { reason, help: '`clad compare --help`' });
  }
  if (flags.runs !== undefined) {
    const cells = await cellsOfRuns(flags.runs);
    await requireWritable(flags.out, 'Give another folder to --out.');
    return printGrid(titleOfRuns(cells), cells, flags);
  }
  await train(data as string, flags);
}

async function train(data: string, flags: CompareFlags): Promise<void> {
  const variants =
    flags.grid === undefined ? await Promise.all(flags.methods.map(ofMethod)) : await readGrid(flags.grid);
  await grid(`Methods on ${basename(resolve(data))}`, data, flags, variants);
}

async function ofMethod(nameOrFile: string): Promise<GridVariant> {
  const method = await loadMethod(nameOrFile, '--methods');
  return {
    name: method.name,
    method: nameOrFile,
    preset: defaultPreset(method),
    set: [],
    where: '--methods',
  };
}

const rowSchema = z.strictObject({
  name: z.string().min(1),
  method: z.string().default(defaultMethod),
  preset: z.string().optional(),
  set: z.array(z.string()).default([]),
});

async function readGrid(path: string): Promise<GridVariant[]> {
  const rows = await readYaml(path);
  if (!Array.isArray(rows) || rows.length === 0)
    throw yamlRefused(path, 'expected a list of rows such as `- { name: default }`');
  return Promise.all(
    rows.map(async (content: unknown, index) => {
      const name = (content as { readonly name?: unknown } | null)?.name;
      const where = `${path}, row ${index + 1}${typeof name === 'string' ? ` (${name})` : ''}`;
      const row = checkOptions(rowSchema, content, () => where);
      const method = await loadMethod(row.method, `method in ${where}`);
      return { ...row, preset: row.preset ?? defaultPreset(method), where };
    }),
  );
}
