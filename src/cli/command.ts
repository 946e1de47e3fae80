/** @file The command `clad` on its arguments: what all of its verbs share. They themselves stand in verbs.ts. */
import { Command, CommanderError } from 'commander';
import { CladError } from '../core/errors.ts';
import { version } from '../jobs/version.ts';
import { printError } from './output.ts';
import { verbInstead } from './unknown-verb.ts';
import { addVerbs } from './verbs.ts';

/**
 * Does what a command asks for, and leaves its status in `process.exitCode`.
 * @param args - a verb and what it is given
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  const program = newProgram();
  try {
    await addVerbs(program, args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = statusOf(error, args.includes('--json'));
  }
}

function newProgram(): Command {
  return (
    new Command('clad')
      .description('Visual anomaly detection for production lines: one model over many classes.')
      .version(version)
      .showSuggestionAfterError()
      // Usage errors become ours, to be printed like any other; help and version print as they are.
      .configureOutput({ outputError: () => {} })
      .exitOverride()
      .addHelpText(
        'after',
        `
Examples:
  $ clad demo                                                      # see it work on made-up parts, offline
  $ clad data inspect photos/                                      # what is in a folder, and what is wrong with it
  $ clad train photos/ --out runs/parts                            # one model over all classes
  $ clad evaluate runs/parts                                       # how good it is on test images
  $ clad predict runs/parts new.jpg --maps maps/                   # predict new photographs
  $ clad update runs/parts photos/cap/ --class cap                 # a new class joins it in a minute
  $ clad update runs/parts --exclude-outliers                      # a bad photograph was among the good ones
  $ clad tradeoff runs/parts                                       # what each threshold costs
  $ clad calibrate runs/parts good/ --out line.onnx                # thresholds from the line's own good parts
  $ clad serve runs/parts                                          # the same over HTTP
  $ clad export runs/parts --to triton --out models/               # for NVIDIA Triton and KServe
  $ clad compare mvtec/ --out compared --seeds 3                   # CLAD beside PatchCore, SimpleNet, GLASS, CRAS

Exit status: 0 done, 2 the input is wrong (the message says which file or option), 1 a defect of clad, 130 stopped by Ctrl-C.
CLAD_DEBUG=1 prints the stack of an error.`,
      )
  );
}

function statusOf(error: unknown, json: boolean): number {
  if (!(error instanceof CommanderError)) return printError(error, json);
  if (error.exitCode === 0) return 0;
  // A verb was missing: commander has printed the help, which says all.
  if (error.code === 'commander.help') return 2;
  const said = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const reason = verbInstead(error) ?? said;
  return printError(new CladError('USAGE', { reason, help: '`clad --help` or `clad <verb> --help`' }), json);
}
