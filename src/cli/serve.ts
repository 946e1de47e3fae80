/** @file `clad serve`: detectors as an HTTP service. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Device } from '../runtime/engine.ts';
import { type RunningService, startService } from '../server/serve.ts';
import { type LogLevel, logLevels, serveDefaults } from '../server/serve-options.ts';
import { detectorSources } from '../server/source-argument.ts';
import { findToken } from '../server/token.ts';
import { portFromText, repeated, wholeFromText } from './arguments.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printNote, printText } from './output.ts';
import { addServiceConfig, configHelp } from './service-config.ts';

const mebibyte = 2 ** 20;
const million = 1e6;

const serviceVerb = { verb: 'serve', places: ['runs'] } as const;

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('[runs...]', 'folders that `clad train` wrote, or detector files: [NAME[@VERSION]=]PATH')
    .option('--host <address>', 'listen there', serveDefaults.host)
    .addOption(portOption())
    .option(
      '--token-file <file>',
      'bearer token that requests must have (or the environment variable CLAD_TOKEN)',
    )
    .option('--insecure', 'listen beyond this machine without a token')
    .option('--allow-host <name>', 'answer to this host name as well (repeatable)', repeated)
    .option('--cors <origin>', 'let pages of this origin use the service (repeatable)', originsOf)
    .addOption(
      new Option(
        '--max-batch <n>',
        `images predicted together, at most (default: ${serveDefaults.maxBatch.cpu} on the CPU, else ${serveDefaults.maxBatch.other})`,
      ).argParser(wholeFromText(1)),
    )
    .addOption(
      wholeOption('--max-delay <ms>', 'wait for images that are on their way', serveDefaults.maxDelay, 0),
    )
    .addOption(wholeOption('--max-queue <n>', 'images accepted and not finished', serveDefaults.maxQueue))
    .addOption(wholeOption('--max-body <MiB>', 'size of a request', serveDefaults.maxBody / mebibyte))
    .addOption(wholeOption('--max-pixels <millions>', 'size of an image', serveDefaults.maxPixels / million))
    .addOption(
      new Option(
        '--max-images <n>',
        `images of a request, at most (default: ${serveDefaults.maxImages}, or --max-queue if that is less)`,
      ).argParser(wholeFromText(1)),
    )
    .addOption(wholeOption('--timeout <s>', 'for a request', serveDefaults.timeout))
    .addOption(
      new Option('--log-level <name>', 'how much to log').choices(logLevels).default(serveDefaults.logLevel),
    )
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addHelpText(
      'after',
      `
Examples:
  $ clad serve runs/parts
  $ curl -H 'Content-Type: image/jpeg' --data-binary @part.jpg http://127.0.0.1:8080/v1/detectors/parts/predict
  $ clad serve parts@1=runs/monday parts@2=runs/tuesday labels=labels.onnx --port 9000
  $ clad serve runs/parts --host 0.0.0.0 --token-file token.txt

The address is printed on stdout once the service answers; the log, one JSON document per line, goes to stderr.
Ctrl-C or SIGTERM finishes what was accepted, a second one ends at once. SIGHUP loads the detectors again, or ends the service whose terminal was closed. More: docs/serve.md.
${configHelp(serviceVerb)}`,
    )
    .action(run);
  addServiceConfig(command, serviceVerb);
}

function wholeOption(flags: string, description: string, value: number, least = 1): Option {
  return new Option(flags, `${description}${least === 1 ? ', at most' : ', at most so long'}`)
    .argParser(wholeFromText(least))
    .default(value);
}

function portOption(): Option {
  return new Option('--port <n>', 'TCP port; 0 takes a free one')
    .argParser(portFromText)
    .default(serveDefaults.port);
}

function originsOf(text: string, before?: readonly string[]): string[] {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new InvalidArgumentError('Expected an origin without a path, e.g. https://line.example.');
  }
  return repeated(text, before);
}

interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
  readonly allowHost?: readonly string[];
  readonly cors?: readonly string[];
  readonly maxBatch?: number;
  readonly maxDelay: number;
  readonly maxQueue: number;
  /** MiB. */
  readonly maxBody: number;
  /** Millions. */
  readonly maxPixels: number;
  readonly maxImages?: number;
  readonly timeout: number;
  readonly logLevel: LogLevel;
  readonly device?: Device;
  readonly threads?: number;
}

async function run(
  arguments_: readonly string[],
  { config: _, ...flags }: ServeFlags & { readonly config?: string },
): Promise<void> {
  const { tokenFile, allowHost = [], cors = [], insecure = false, device, threads } = flags;
  const sources = await detectorSources(arguments_);
  const service = await startService(sources, {
    ...flags,
    token: await findToken(tokenFile, process.env.CLAD_TOKEN),
    insecure,
    allowedHosts: allowHost,
    cors,
    maxBatch: flags.maxBatch ?? serveDefaults.maxBatch[(device ?? 'cpu') === 'cpu' ? 'cpu' : 'other'],
    maxBody: flags.maxBody * mebibyte,
    maxPixels: flags.maxPixels * million,
    maxImages: flags.maxImages ?? Math.min(serveDefaults.maxImages, flags.maxQueue),
    device,
    threads,
  });
  const names = sources.map(({ name, version }) => `${name} (version ${version})`).join(', ');
  logWarnings(service);
  const interrupted = untilInterrupted(service);
  // Not before signals are heard: whoever waits for this line may send one.
  printText(`Serving ${names} on ${service.address}`);
  await interrupted;
}

/** Node prints its warnings as text, which has no place among the JSON lines of a log. */
function logWarnings({ log }: RunningService): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.warn({ warning: name, message }, 'Node.js warns'));
}

async function untilInterrupted(service: RunningService): Promise<void> {
  const onTerminal = process.stderr.isTTY === true;
  const interrupt = onInterrupt(() => {
    if (onTerminal) printNote('clad: stopping; what was accepted is finished first');
  });
  let hungUp = false;
  await new Promise<void>((resolve) => {
    if (interrupt.signal.aborted) resolve();
    interrupt.signal.addEventListener('abort', () => resolve(), { once: true });
    process.on('SIGHUP', () => {
      if (!onTerminal) {
        service.log.info('SIGHUP: loading the detectors again');
        void service.reload();
        return;
      }
      // The terminal has gone, and with it whoever would stop the service: nothing can be written there any more.
      process.stderr.on('error', () => {});
      hungUp = true;
      resolve();
    });
  });
  await service.close();
  interrupt.release();
  if (!hungUp) return;
  // Node would abort, as it cannot put a terminal in order that is gone; so it ends by the signal, as without a listener.
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
