/** @file `clad studio`: the whole job in a browser. */
import { spawn } from 'node:child_process';
import { type Command, Option } from 'commander';
import { findToken } from '../server/token.ts';
import { startStudio, studioDefaults } from '../studio/studio.ts';
import { bytesFromText, portFromText, repeated } from './arguments.ts';
import { onInterrupt } from './interrupt.ts';
import { printNote, printText } from './output.ts';

/** Where nobody names one. */
const defaultFolder = 'clad-studio';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('[folder]', 'workspace: data sets, runs and detectors; made where it is missing', defaultFolder)
    .addOption(
      new Option('--port <n>', 'TCP port; 0 takes a free one')
        .argParser(portFromText)
        .default(studioDefaults.port),
    )
    .option('--host <address>', 'address to listen on', studioDefaults.host)
    .option('--token-file <file>', 'file with the token that pages ask for (or the variable CLAD_TOKEN)')
    .option('--insecure', 'listen beyond this machine without a token')
    .option('--allow-host <name>', 'more host names to answer to; may be repeated', repeated)
    .option(
      '--watch-folder <dir>',
      'a folder outside the workspace that the line page may watch, with those in it; may be repeated',
      repeated,
    )
    .option('--watch-move', 'let the line page move photographs out of these folders, into the workspace')
    .option(
      '--keep-size <size>',
      'for each journal of the line page with its pictures, as 500MB or 20GB (default: 2GB)',
      bytesFromText(1e6),
    )
    .option('--no-open', 'do not open the browser')
    .addHelpText(
      'after',
      `
Examples:
  $ clad studio                                  # the folder ${defaultFolder}/, in your browser
  $ clad studio parts/ --port 9000 --no-open
  $ clad studio parts/ --host 0.0.0.0 --token-file token.txt
  $ clad studio parts/ --watch-folder /mnt/line-3/incoming

The folder holds data/, runs/ and detectors/ as the other commands write and read them, line/ with journals as clad watch writes them, studio.sqlite with what only the studio knows, and cache/, which can be removed.
The address is printed on stdout once the studio answers. Ctrl-C stops a training where it can go on, and the next start goes on with it. More: docs/studio.md.`,
    )
    .action(run);
}

interface StudioFlags {
  readonly port: number;
  readonly host: string;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
  readonly allowHost?: readonly string[];
  readonly watchFolder?: readonly string[];
  readonly watchMove?: boolean;
  readonly keepSize?: number;
  readonly open: boolean;
}

async function run(folder: string, flags: StudioFlags): Promise<void> {
  const { port, host, tokenFile, insecure = false, allowHost = [], open } = flags;
  const { watchFolder: watchFolders = [], watchMove = false, keepSize = studioDefaults.keepSize } = flags;
  const studio = await startStudio(folder, {
    ...{ host, port, insecure, allowedHosts: allowHost, logLevel: studioDefaults.logLevel },
    ...{ watchFolders, watchMove, keepSize },
    token: await findToken(tokenFile, process.env.CLAD_TOKEN),
  });
  const interrupt = onInterrupt(() =>
    printNote('clad: stopping; a training is kept, and goes on with the next start'),
  );
  const interrupted = new Promise<void>((resolve) => {
    if (interrupt.signal.aborted) resolve();
    interrupt.signal.addEventListener('abort', () => resolve(), { once: true });
    process.once('SIGHUP', () => resolve());
  });
  printText(`The studio of ${folder} is on ${studio.address}`);
  if (open) openBrowser(studio.address);
  await interrupted;
  await studio.close();
  interrupt.release();
}

/** Shows an address in the browser of the desktop; where there is none, it has been printed. */
function openBrowser(address: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : ['xdg-open', [address]];
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
