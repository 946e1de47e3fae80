/** @file `clad compare`: several methods on the same photographs, features and metrics. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { CladError, reasonOf } from '../core/errors.ts';
import { checkOptions } from '../core/options.ts';
import type { GridVariant } from '../jobs/compare/grid.ts';
import { loadMethod, methodNames } from '../methods/registry.ts';
import { defaultPreset } from '../methods/resolve-options.ts';
import { names } from './arguments.ts';
import { addGridFlags, type GridFlags, grid } from './grid-flags.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .option('--methods <names>', 'methods (names or files), each with its first preset', names, [
      ...methodNames,
    ])
    .option('--grid <file>', 'YAML file with rows of your own, in the place of --methods');
  addGridFlags(command);
  command
    .addHelpText(
      'after',
      `
A grid is a list of rows; what a row leaves out is clad, the method's first preset and nothing set:
  - { name: default }
  - { name: PatchCore as published, method: patchcore, preset: published }
  - { name: more entries, set: [memoryBank.coresetSize=65536] }

Examples:
  $ clad compare mvtec/ --out compared --seeds 3 --backbone resnet50
  $ clad compare mvtec/ --out compared --methods clad,patchcore
  $ clad compare mvtec/ --out mine --grid rows.yaml`,
    )
    .action(compare);
}

interface CompareFlags extends GridFlags {
  readonly methods: readonly string[];
  readonly grid?: string;
}

async function compare(data: string, flags: CompareFlags): Promise<void> {
  const variants =
    flags.grid === undefined ? await Promise.all(flags.methods.map(ofMethod)) : await readGrid(flags.grid);
  await grid(`Methods on ${basename(resolve(data))}`, data, flags, variants);
}

async function ofMethod(nameOrFile: string): Promise<GridVariant> {
  const method = await loadMethod(nameOrFile);
  return { name: method.name, method: nameOrFile, preset: defaultPreset(method), set: [] };
}

const rowsSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1),
      method: z.string().default('clad'),
      preset: z.string().optional(),
      set: z.array(z.string()).default([]),
    }),
  )
  .min(1);

async function readGrid(path: string): Promise<GridVariant[]> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CladError('FILE_UNREADABLE', { path, reason: reasonOf(error) }, { cause: error });
  }
  const rows = checkOptions(rowsSchema, content);
  return Promise.all(
    rows.map(async ({ preset, ...row }) => ({
      ...row,
      preset: preset ?? defaultPreset(await loadMethod(row.method)),
    })),
  );
}
