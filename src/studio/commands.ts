/** @file The command line that does what a job does, for people who want it in a script. It is to be run in the workspace folder. */
import { shellWord } from '../core/shell-word.ts';
import type { Job, Sight } from './api.ts';

type UpdateJob = Extract<Job, { kind: 'update' }>;

/**
 * @param exclude - training images that are left out, below the data set
 * @param drawn - products that have a region of interest
 * @param forWindows - a page, which cannot know, says it
 */
export function commandOf(
  job: Job,
  exclude: readonly string[] = [],
  drawn: readonly string[] = [],
  forWindows = process.platform === 'win32',
): string {
  const commands = job.kind === 'update' ? updatesOf(job) : [wordsOf(job, exclude, drawn)];
  return commands
    .map((words) => ['clad', ...words].map((word) => shellWord(word, forWindows)).join(' '))
    .join(' && ');
}

/** Each kind of mark is a change of its own. */
function updatesOf({ run, dataset, falseAlarms, missed, kept, force }: UpdateJob): string[][] {
  const change = (option: string, tested: readonly string[], line: readonly string[] = []) => {
    const paths = [
      ...tested.map((path) => `data/${dataset}/${path}`),
      ...line.map((file) => keptFile(run, file)),
    ];
    return paths.length === 0
      ? []
      : [['update', `runs/${run}`, option, ...paths, ...(force ? ['--force'] : [])]];
  };
  return [
    ...change('--false-alarm', falseAlarms, kept?.falseAlarms),
    ...change('--missed', missed, kept?.missed),
  ];
}

/** A picture of the line that was kept, from the workspace folder. */
export function keptFile(run: string, file: string): string {
  return `marked/${run}/${file}`;
}

function wordsOf(
  job: Exclude<Job, UpdateJob>,
  exclude: readonly string[],
  drawn: readonly string[],
): string[] {
  switch (job.kind) {
    case 'demo': {
      const { dataset, classes, size, train, testGood, testAnomalous, seed } = job;
      return [
        ...['data', 'demo', '--out', `data/${dataset}`],
        ...flag('--classes', classes?.join(',')),
        ...flag('--size', size),
        ...flag('--train', train),
        ...flag('--test-good', testGood),
        ...flag('--test-anomalous', testAnomalous),
        ...flag('--seed', seed),
      ];
    }
    case 'inspect':
      return ['data', 'inspect', `data/${job.dataset}`];
    case 'train': {
      const { dataset, run, method, preset, backbone, backbonePrecision, device, changes } = job;
      return [
        ...['train', `data/${dataset}`, '--out', `runs/${run}`, '--method', method, '--preset', preset],
        ...flag('--backbone', backbone),
        ...flag('--backbone-precision', backbonePrecision),
        ...flag('--device', device),
        ...Object.entries(changes).flatMap(([option, value]) => [
          '--set',
          `${option}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ]),
        ...drawn.flatMap((product) => ['--roi', `${product}=${regionFile(dataset, product)}`]),
        ...sightOf(job),
        ...(exclude.length > 0 ? ['--exclude', ...exclude.map((path) => `data/${dataset}/${path}`)] : []),
      ];
    }
    case 'evaluate':
      return ['evaluate', `runs/${job.run}`, '--report', `runs/${job.run}/report`];
    case 'threshold':
      return [
        ...['calibrate', job.base === null ? `runs/${job.run}` : `detectors/${job.base}`],
        ...Object.entries(job.thresholds).flatMap(([name, value]) => ['--threshold', `${name}=${value}`]),
        ...['--out', `detectors/${job.run}-vN.onnx`],
      ];
  }
}

/** Where a training looks. */
function sightOf({ tiles, follow, crop }: Sight): string[] {
  return [
    ...(follow ? ['--roi', 'auto', ...flag('--roi-margin', follow.margin)] : []),
    ...flag('--tiles', tiles?.how),
    ...flag('--smallest-defect', tiles?.smallestDefect),
    ...(tiles?.whole ? ['--tiles-whole'] : []),
    ...(crop ? ['--crop'] : []),
  ];
}

/** The file of a product's region of interest, from the workspace folder. */
export function regionFile(dataset: string, product: string): string {
  return `regions/${dataset}/${product}.yaml`;
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

/**
 * What else can be done with a run.
 * @param dataset - with the test images that the pages count on; null where there are none
 */
export function runCommands(
  run: string,
  dataset: string | null,
): Record<'evaluate' | 'tradeoff' | 'predict' | 'serve' | 'update', string> {
  const word = (path: string) => shellWord(path, process.platform === 'win32');
  const folder = word(`runs/${run}`);
  return {
    evaluate: `clad evaluate ${folder}`,
    // Without a data set it would count on defects that it makes itself.
    tradeoff: `clad tradeoff ${folder}${dataset === null ? '' : ` ${word(`data/${dataset}`)}`}`,
    predict: `clad predict ${folder} IMAGE_OR_FOLDER --maps maps/`,
    serve: `clad serve ${folder}`,
    update: `clad update ${folder} --exclude FILE...`,
  };
}
