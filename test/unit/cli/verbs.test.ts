/** @file The table of verbs: what it says of a verb is what the verb's file declares, and showing it loads none of them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Help } from 'commander';
import { describe, expect, it } from 'vitest';
import { addVerbs, verbName, verbs } from '../../../src/cli/verbs.ts';

describe('the table of verbs', () => {
  it.each(verbs.map((verb) => [verbName(verb), verb] as const))(
    '%s takes what it says',
    async (name, verb) => {
      const command = new Command(name);
      (await verb.load()).declare(command);
      expect(verb.term).toBe(new Help().subcommandTerm(command));
    },
  );

  it.each([
    [['predict', '--help'], 'predict'],
    [['--help', 'predict'], 'predict'],
    [['help', 'predict'], 'predict'],
    [['--help'], undefined],
    [['help'], undefined],
    [['predcit', 'runs/parts'], undefined],
    [[], undefined],
  ])('of %j, only what was asked for is loaded', async (args, loaded) => {
    const program = new Command('clad');
    await addVerbs(program, args);
    expect(program.commands.map((command) => command.name())).toEqual(verbs.map(verbName));
    for (const command of program.commands)
      expect(command.registeredArguments.length > 0).toBe(command.name() === loaded);
    for (const { term, description } of verbs) {
      expect(program.helpInformation()).toContain(`  ${term} `);
      expect(program.helpInformation().replace(/\s+/g, ' ')).toContain(description);
    }
  });

  it('is shown without any package but that of the command line', () => {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const walk = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '([^']+)';/gm);
      for (const [statement, target] of imports) {
        if (statement.startsWith('import type')) continue;
        if (target?.startsWith('.')) walk(join(dirname(file), target));
        else if (!target?.startsWith('node:')) packages.add(target ?? '');
      }
    };
    walk(fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url)));
    expect([...packages]).toEqual(['commander']);
    expect(seen.size).toBeGreaterThan(5);
  });
});
