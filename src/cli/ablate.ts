/** @file `clad ablate`: the parts of CLAD switched off one at a time, its constants swept. */
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { ablationNames, ablationVariants } from '../jobs/compare/ablation.ts';
import { optionsOf } from '../jobs/compare/grid.ts';
import { cladAblation } from '../methods/clad/ablation.ts';
import { defaultMethod, loadMethod } from '../methods/registry.ts';
import { defaultPreset, presetOf } from '../methods/resolve-options.ts';
import { names } from './arguments.ts';
import { addGridFlags, type GridFlags, grid } from './grid-flags.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .option('--method <name|file>', 'method whose parts they are', defaultMethod)
    .option(
      '--preset <name>',
      "settings to start from (default: the method's first; of clad the first that trains networks, fast)",
    )
    .option('--only <names>', 'parts and sweeps, in the place of all parts', names)
    .option('--sweeps', 'sweep the constants as well');
  addGridFlags(command);
  command
    .addHelpText(
      'after',
      `
Parts and sweeps of clad: ${ablationNames({ ablation: cladAblation }).join(', ')}.

Examples:
  $ clad ablate mvtec/ --out ablation --backbone resnet50
  $ clad ablate mvtec/ --out ablation --backbone resnet50 --sweeps
  $ clad ablate mvtec/ --out sweeps --only gamma,margin --seeds 3
  $ clad ablate mvtec/ --out cras --method cras`,
    )
    .action(ablate);
}

interface AblateFlags extends GridFlags {
  readonly method: string;
  readonly preset?: string;
  readonly only?: readonly string[];
  readonly sweeps?: boolean;
}

async function ablate(data: string, flags: AblateFlags): Promise<void> {
  const { only, sweeps = false, set } = flags;
  const method = await loadMethod(flags.method, '--method');
  const preset = flags.preset ?? method.ablation?.preset ?? defaultPreset(method);
  presetOf(method, preset, '--preset');
  const options = await optionsOf({
    name: 'all parts',
    method: flags.method,
    preset,
    common: set,
    set: [],
  });
  const variants = ablationVariants(method, preset, options, only, sweeps).map((variant) => ({
    ...variant,
    method: flags.method,
  }));
  await grid(`Ablation on ${basename(resolve(data))}`, data, flags, variants);
}
