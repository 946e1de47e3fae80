/** @file `clad watch`: photographs judged as they come into a folder. */
import { type Command, InvalidArgumentError } from 'commander';
import { CladError } from '../core/errors.ts';
import { watchCamera } from '../jobs/watch/camera/watch-camera.ts';
import type { Judgement } from '../jobs/watch/journal.ts';
import { journalName, type WatchStatus } from '../jobs/watch/records.ts';
import { watchFolder } from '../jobs/watch/watch.ts';
import { WatchedDetector } from '../jobs/watch/watched-detector.ts';
import type { Device } from '../runtime/engine.ts';
import { nodeEngine } from '../runtime/node.ts';
import { WatchMetrics } from '../server/watch-metrics.ts';
import { bytesFromText, requireApart, requireTogether } from './arguments.ts';
import { addCameraFlags, askedCamera, type CameraFlags, cameraHelp } from './camera-flags.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { onInterrupt } from './interrupt.ts';
import { printJsonLine, printNote, printText } from './output.ts';
import { addServiceConfig, configHelp } from './service-config.ts';
import { addSinkFlags, askedSinks, type SinkFlags, sinkHelp } from './sink-flags.ts';

const serviceVerb = { verb: 'watch', places: ['run', 'folder'], instead: { folder: 'camera' } } as const;

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('[run]', 'folder that `clad train` wrote, or a detector file')
    .argument('[folder]', 'folder that photographs come into, and folders below it')
    .option('--move <dir>', 'move judged photographs into pass/, check/ and reject/ below this folder')
    .option('--maps <dir>', 'write a heat map over each photograph into this folder')
    .option('--journal <file>', `where every judgement is noted (default: ${journalName} in the folder)`)
    .option('--class <name>', 'the class of all photographs, where it is known; else each decides')
    .option('--settle <seconds>', 'a file is finished when unchanged for so long (default: 1)', seconds)
    .option('--give-up <seconds>', 'a file unreadable until then is noted as that (default: 30)', seconds)
    .option('--interval <seconds>', 'between two looks at the folder (default: 0.5)', seconds)
    .option('--keep-days <n>', 'remove judgements, moved photographs and heat maps that are older', days)
    .option(
      '--keep-size <size>',
      'remove the oldest of them where they and the journal take more, as 20GB or 500MB',
      bytesFromText(1e6),
    )
    .option('--heartbeat <file>', 'write the time into this file every few seconds while all goes well')
    .option(
      '--metrics <address>',
      'listen at [HOST:]PORT for Prometheus: judgements, what waits, the camera, drift',
      hostAndPort,
    )
    .option('--once', 'judge what is there, then end; of a stream: end when it ends');
  addCameraFlags(command);
  addSinkFlags(command);
  command
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document per photograph, one per line, as they are judged')
    .addHelpText(
      'after',
      `
Examples:
  $ clad watch runs/parts incoming/ --move sorted/
  $ clad watch runs/parts incoming/ --move sorted/ --maps maps/ --keep-days 30 --keep-size 20GB
  $ clad watch runs/parts/model.onnx incoming/ --class screw --json >> judgements.jsonl
  $ clad watch runs/parts incoming/ --once
  $ clad watch runs/parts incoming/ --mqtt mqtt://broker.local --mqtt-topic 'line-3/{class}'
  $ clad watch --config line.yaml
  $ clad watch runs/parts incoming/ --webhook https://mes.local/clad --tcp plc.local:9000
  $ clad watch runs/parts --camera rtsp://camera.local/stream --fps 2 --move sorted/
  $ clad watch runs/parts --camera /dev/video0 --motion 0.02 --background first --move sorted/
  $ clad watch runs/parts --camera recording.mp4 --fps 1 --journal recording.sqlite

Normal photographs go to pass/, anomalous ones to reject/. To check/ goes what is above a threshold for that (clad calibrate --check-rate), looks like no known class, or cannot be read.
Each photograph of a folder is judged once, also when the command was killed and is run again. Without --move photographs stay, and the journal says which are judged.
The journal is an SQLite file; any tool that reads those shows it (tables judgements and moves).
When the detector's file changes, by clad update for one, the new version goes on.
${cameraHelp}
${sinkHelp}
${configHelp(serviceVerb)}

Ctrl-C or SIGTERM ends after the photograph at hand.`,
    )
    .action(run);
  addServiceConfig(command, serviceVerb);
}

interface WatchFlags extends SinkFlags, CameraFlags {
  readonly move?: string;
  readonly maps?: string;
  readonly journal?: string;
  readonly class?: string;
  readonly settle?: number;
  readonly giveUp?: number;
  readonly interval?: number;
  readonly keepDays?: number;
  readonly keepSize?: number;
  readonly heartbeat?: string;
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly once?: boolean;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
  readonly config?: string;
}

async function run(run: string, folder: string | undefined, flags: WatchFlags): Promise<void> {
  requireApart('--camera', flags.camera, 'a folder', folder);
  for (const [option, value] of [
    ['--settle', flags.settle],
    ['--give-up', flags.giveUp],
    ['--interval', flags.interval],
  ] as const)
    requireApart(option, value, '--camera', flags.camera);
  requireTogether('move', flags.move, { '--keep': flags.keep });
  const camera = await askedCamera(flags);
  try {
    await watch(run, folder, camera, flags);
  } finally {
    // Whatever was refused: what listens for triggers would keep the process.
    camera?.release();
  }
}

async function watch(
  run: string,
  folder: string | undefined,
  camera: Awaited<ReturnType<typeof askedCamera>>,
  flags: WatchFlags,
): Promise<void> {
  const { device, threads, json, config: _, metrics: address, ...wanted } = flags;
  const sinks = await askedSinks(flags);
  const detector = await WatchedDetector.open(await nodeEngine({ device, threads }), run);
  const metrics = address && new WatchMetrics();
  const interrupt = onInterrupt(() => printNote('clad: ends after the photograph at hand.'));
  try {
    const { classes, thresholds } = detector.opened.metadata;
    if (flags.move !== undefined && Object.keys(thresholds).length === 0)
      throw new CladError('OPTION_INVALID', {
        option: '--move',
        expected:
          'a detector with thresholds, as photographs are moved by verdicts (`clad calibrate` sets them)',
        actual: run,
      });
    printNote(`clad: watching ${camera?.source.name ?? folder} for ${classes.join(', ')}; Ctrl-C ends it.`);
    if (metrics) {
      printNote(`clad: metrics at ${await metrics.listen(address)}`);
      void metrics.follow(run).then((problem) => {
        if (problem !== undefined) printNote(`clad: no gauges of drift: ${problem}`);
      });
    }
    const request = {
      ...wanted,
      detector,
      sinks,
      signal: interrupt.signal,
      onStart: (status: () => WatchStatus) => metrics?.started(status),
      onJudged: (judgement: Judgement) => {
        metrics?.judged(judgement);
        if (json) printJsonLine(judgement);
        else printText(describe(judgement));
      },
      onNote: (text: string) => printNote(`clad: ${text}`),
    };
    const ended = await (camera
      ? watchCamera({ ...request, ...camera })
      : watchFolder({ ...request, folder: folder! }));
    if (json) printJsonLine({ ended: new Date().toISOString(), ...ended });
    printNote(`clad: ${describeEnd(ended)}`);
  } finally {
    metrics?.close();
    interrupt.release();
    await detector.release();
  }
}

function describeEnd({ judged, camera }: WatchStatus): string {
  const photographs = `${judged} ${judged === 1 ? 'photograph' : 'photographs'} judged`;
  if (!camera) return `${photographs}.`;
  const left = camera.dropped === 0 ? '' : `, ${camera.dropped} left out as newer ones had come`;
  const empty = camera.empty === 0 ? '' : `; the station was at rest and empty ${times(camera.empty)}`;
  const missed =
    camera.missed === 0
      ? ''
      : `; no picture came for ${camera.missed === 1 ? 'one trigger' : `${camera.missed} triggers`}`;
  return `${photographs} of ${camera.pictures} pictures that came${left}${empty}${missed}.`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function describe({
  path,
  class: name,
  score,
  threshold,
  verdict,
  decision,
  error,
  destination,
  failedRegions,
}: Judgement): string {
  const said =
    error ??
    `${decision === 'check' ? decision : (verdict ?? 'no verdict')}  ${name}  ${score?.toFixed(2)} of ${threshold?.toFixed(2) ?? '-'}`;
  const regions = failedRegions === null ? '' : `  fails in ${failedRegions}`;
  return `${path}  ${said}${regions}${destination === null ? '' : `  -> ${destination}`}`;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 86_400))
    throw new InvalidArgumentError('Expected seconds, 0 to 86400.');
  return value;
}

function days(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 36_500))
    throw new InvalidArgumentError('Expected days, above 0.');
  return value;
}

/** [host:]port of this machine; others reach it where a host says so. */
function hostAndPort(text: string): { host: string; port: number } {
  const [, host = '127.0.0.1', digits] = /^(?:(\[[0-9a-f:]+\]|[^:/]+):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (!(port >= 0 && port <= 65_535))
    throw new InvalidArgumentError('Expected a port, or an address and a port, as 9100 or 0.0.0.0:9100.');
  return { host: host.replaceAll(/[[\]]/g, ''), port };
}
