#!/usr/bin/env node
/** @file The command `clad`: a table of contents of its verbs, and what all of them share. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CladError } from '../core/errors.ts';
import { registerData } from './data.ts';
import { printError } from './output.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('clad')
  .description('Visual anomaly detection for production lines: one model over many products.')
  .version(version)
  .showSuggestionAfterError()
  // Usage errors become ours, to be printed like any other; help and version print as they are.
  .configureOutput({ outputError: () => {} })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  $ clad data inspect photos/        what is in a folder, and what is wrong with it
  $ clad data inspect photos/ --json

Exit status: 0 done, 2 the input is wrong (the message says which file or option), 1 a defect of clad.
CLAD_DEBUG=1 prints the stack of an error.`,
  );

registerData(program);

// A reader that has seen enough (`clad ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = statusOf(error);
}

function statusOf(error: unknown): number {
  const json = process.argv.includes('--json');
  if (!(error instanceof CommanderError)) return printError(error, json);
  if (error.exitCode === 0) return 0;
  // A verb was missing: commander has printed the help, which says all.
  if (error.code === 'commander.help') return 2;
  const reason = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return printError(new CladError('USAGE', { reason, help: '`clad --help` or `clad <verb> --help`' }), json);
}
