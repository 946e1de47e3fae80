/** @file `clad options`: what can be set in a training, with meanings, ranges and the presets' values. */
import type { Command } from 'commander';
import { type OptionRow, optionGroups, optionSchema } from '../methods/describe-options.ts';
import { defaultMethod, loadMethod, methodNames } from '../methods/registry.ts';
import { printJson, printText } from './output.ts';
import { wrapped } from './progress-line.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument(
      '[method]',
      `${methodNames.join(', ')}, or a JavaScript file that holds a method`,
      defaultMethod,
    )
    .option('--json', 'print a JSON Schema, with the values of the presets')
    .addHelpText(
      'after',
      `
Examples:
  $ clad options
  $ clad options patchcore
  $ clad options clad --json > clad-options.schema.json`,
    )
    .action(options);
}

async function options(nameOrFile: string, { json }: { readonly json?: boolean }): Promise<void> {
  const method = await loadMethod(nameOrFile);
  if (json) {
    printJson(optionSchema(method));
    return;
  }
  const groups = optionGroups(method).map(({ name, meaning, rows }) =>
    [...(name === '' ? [] : [`${name}: ${meaning}`.trimEnd()]), ...rows.map(described)].join('\n'),
  );
  printText([`${method.name}: ${method.summary}`, ...groups].join('\n\n'));
}

/** `losses.gamma  -0.8; number, from -3 to 10`, and below it the meaning. */
function described({ name, meaning, allowed, values }: OptionRow): string {
  const entries = Object.entries(values);
  const alike = new Set(entries.map(([, value]) => value)).size === 1;
  const shown = alike
    ? entries[0]?.[1]
    : entries.map(([preset, value]) => `${value || 'none'} (${preset})`).join(', ');
  const columns = process.stdout.columns ?? 100;
  const lines = wrapped(meaning, Math.max(20, columns - 6)).split('\n');
  return [`  ${name}  ${shown || 'none'}; ${allowed}`, ...lines.map((line) => `      ${line}`)].join('\n');
}
