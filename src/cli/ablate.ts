/** @file `clad ablate`: the parts of CLAD switched off one at a time, its constants swept. */
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { ablationNames, ablationVariants } from '../jobs/compare/ablation.ts';
import { optionsOf } from '../jobs/compare/grid.ts';
import { names } from './arguments.ts';
import { addGridFlags, type GridFlags, grid } from './grid-flags.ts';

/** Adds the verb to the program. */
export function registerAblate(program: Command): void {
  const command = program
    .command('ablate')
    .description('switch the parts of the method off one at a time and measure')
    .option('--preset <name>', 'settings to start from: fast, paper or accurate', 'fast')
    .option('--only <names>', 'parts and sweeps, in the place of all parts', names)
    .option('--sweeps', 'sweep the constants as well');
  addGridFlags(command);
  command
    .addHelpText(
      'after',
      `
Parts and sweeps: ${ablationNames.join(', ')}.

Examples:
  $ clad ablate mvtec/ --out ablation --backbone resnet50
  $ clad ablate mvtec/ --out ablation --backbone resnet50 --sweeps
  $ clad ablate mvtec/ --out sweeps --only gamma,margin --seeds 3`,
    )
    .action(ablate);
}

interface AblateFlags extends GridFlags {
  readonly preset: string;
  readonly only?: readonly string[];
  readonly sweeps?: boolean;
}

async function ablate(data: string, flags: AblateFlags): Promise<void> {
  const { preset, only, sweeps = false, set } = flags;
  const options = optionsOf({ name: 'all parts', method: 'clad', preset, set });
  const variants = ablationVariants(preset, options, only, sweeps);
  await grid(`Ablation on ${basename(resolve(data))}`, data, flags, variants);
}
