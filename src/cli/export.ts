/** @file `clad export`: a detector for other servers and smaller machines. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Precision } from '../detector/metadata.ts';
import { type ExportDocument, exportDetector } from '../jobs/export/export.ts';
import type { Device } from '../runtime/engine.ts';
import { wholeFromText } from './arguments.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { printJson, printText, shellWord } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote, or a detector file')
    .addOption(new Option('--to <kind>', 'what to write').choices(['onnx', 'triton']).makeOptionMandatory())
    .requiredOption('--out <path>', 'file to write (onnx), or folder of models (triton)')
    .addOption(
      new Option('--precision <name>', 'what the network computes in')
        .choices(['fp32', 'fp16', 'int8'])
        .default('fp32'),
    )
    .option('--data <dir>', "data set to measure with (default: the run's own)")
    .option('--images <n>', 'predict at most so many images with both files; 0: none', wholeFromText(0), 200)
    .option('--name <name>', "name of the Triton model (default: the run's)")
    .option('--model-version <n>', 'version of the Triton model (default: the next)', wholeFromText(1))
    .option('--max-batch <n>', 'Triton: images predicted at once', wholeFromText(1), 8)
    .option('--queue-delay <us>', 'Triton: microseconds to wait for others', wholeFromText(0), 2000)
    .option('--instances <n>', 'Triton: copies of the model', wholeFromText(1), 1)
    .option('--gpu', 'Triton: on a GPU')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
fp32 is the same file. fp16 is half as large, for GPUs; a CPU is no faster by it. int8 is for CPUs. Where the run's data set is still there,
thresholds move with the scores of its good images, and both files predict its test images.

Examples:
  $ clad export runs/parts --to triton --out models/
  $ clad export runs/parts --to onnx --precision int8 --out parts-int8.onnx
  $ clad export model.onnx --to onnx --precision fp16 --out small.onnx --data photos/`,
    )
    .action(run);
}

interface ExportFlags {
  readonly to: 'onnx' | 'triton';
  readonly out: string;
  readonly precision: Precision;
  readonly data?: string;
  readonly images: number;
  readonly name?: string;
  readonly modelVersion?: number;
  readonly maxBatch: number;
  readonly queueDelay: number;
  readonly instances: number;
  readonly gpu?: boolean;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, flags: ExportFlags): Promise<void> {
  const { to, out, precision, data, images, device, threads } = flags;
  const display = progressBars();
  let document: ExportDocument;
  try {
    document = await exportDetector({
      run: folder,
      precision,
      out,
      to,
      triton: {
        name: flags.name,
        version: flags.modelVersion,
        maxBatch: flags.maxBatch,
        queueDelay: flags.queueDelay,
        instances: flags.instances,
        kind: flags.gpu ? 'gpu' : 'cpu',
      },
      data,
      images,
      device,
      threads,
      onProgress: display.listener,
      note: (text) => display.log(`clad: ${text}`),
    });
  } finally {
    display.stop();
  }
  if (flags.json) printJson(document);
  else printText([describe(document, precision), ...(to === 'triton' ? ['', next(out)] : [])].join('\n'));
}

/** @param asked - fp32 is a copy, whatever the original computes in */
function describe(
  { model, precision, comparison, bytes, thresholds }: ExportDocument,
  asked: Precision,
): string {
  const written = `Written: ${model}`;
  if (asked === 'fp32') return `${written} (${precision}, the same numbers as the original)`;
  const size = (count: number) => (count / 1e6).toFixed(1);
  const sizes = ['file, MB', size(bytes.before), size(bytes.after)];
  const header = ['', 'fp32', precision];
  if (!comparison) {
    return [
      terminalTable({ header, rows: [sizes] }),
      '',
      'No images, so nothing else was measured.',
      written,
    ].join('\n');
  }
  const { before, after, scoreDifference } = comparison;
  const share = (value: number | null) => (value === null ? '-' : value.toFixed(4));
  const rows = [
    sizes,
    ['milliseconds an image', before.milliseconds.toFixed(1), after.milliseconds.toFixed(1)],
    ['image AUROC', share(before.imageAuroc), share(after.imageAuroc)],
    ['false alarms', share(before.falseAlarmRate), share(after.falseAlarmRate)],
    ['misses', share(before.missRate), share(after.missRate)],
  ];
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  const ratio = (after.milliseconds / before.milliseconds).toFixed(2);
  return [
    terminalTable({ header, rows }),
    '',
    `${comparison.images} ${comparison.of}, predicted by both files in turn; time x ${ratio}.`,
    `Scores differ by ${percent(scoreDifference.mean)} of the threshold (mean), ${percent(scoreDifference.largest)} (largest).`,
    `Other verdicts: ${comparison.verdicts}${thresholds === 'kept' ? '' : ` (${comparison.verdictsAtOldThresholds} had the thresholds been kept)`}. Other classes: ${comparison.classes}.`,
    thresholds === 'kept'
      ? 'Thresholds: kept from the original.'
      : 'Thresholds: moved by the median difference of good images, by class.',
    written,
  ].join('\n');
}

function next(out: string): string {
  return [
    'Next (not run here):',
    `  docker run --rm --net=host -v ${shellWord(resolve(out))}:/models nvcr.io/nvidia/tritonserver:<release>-py3 tritonserver --model-repository=/models`,
  ].join('\n');
}
