#!/usr/bin/env node
/** @file The command `clad` as a process: its arguments, and what may end it. What its verbs share stands in command.ts. */
import { asRefusal } from '../core/files.ts';
import { runCommand } from './command.ts';
import { printError } from './output.ts';
import { PluginWatch } from './plugin-watch.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`clad ... | head`) is no error.
  if (error.code === 'EPIPE') process.exit(0);
  process.exit(printError(asRefusal(error, 'Standard output'), false));
});
// Nobody can be told of it, and the work itself goes on.
process.stderr.on('error', () => {});
const plugins = new PluginWatch();
const endBy = (thrown: unknown) =>
  process.exit(printError(plugins.blame(thrown), process.argv.includes('--json')));
process.on('uncaughtException', endBy);
process.on('unhandledRejection', endBy);
process.on('exit', () => {
  const ended = plugins.endedBy(new Error().stack ?? '');
  if (ended) process.exitCode = printError(ended, process.argv.includes('--json'));
});

await runCommand(process.argv.slice(2));
