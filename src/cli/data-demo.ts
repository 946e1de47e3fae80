/** @file `clad data demo`: photographs of a small made-up factory, with masks, to try everything on. */
import { type Command, Option } from 'commander';
import { type DemoDefects, demoDefaults, demoDefects } from '../demo/plan.ts';
import { demoProducts } from '../demo/products.ts';
import type { SizeOption } from '../image/size-option.ts';
import { type DemoData, writeDemoData } from '../jobs/demo/demo-data.ts';
import { names, sizeFromText, wholeFromText } from './arguments.ts';
import { printJson, printText, programName, shellWord } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

interface DemoFlags {
  readonly out: string;
  readonly seed: number;
  readonly size: SizeOption;
  readonly defects: DemoDefects;
  readonly train: number;
  readonly testGood: number;
  readonly testAnomalous: number;
  readonly classes?: string[];
  readonly json?: boolean;
}

/** Adds the subcommand to `clad data`. */
export function registerDataDemo(data: Command): void {
  const { seed, size, train, testGood, testAnomalous } = demoDefaults;
  data
    .command('demo')
    .description('draw photographs of a small factory: eight classes, good and with defects, with masks')
    .requiredOption('--out <dir>', 'folder for the data set, new, empty or of an earlier call')
    .option('--seed <n>', 'another seed, other parts', wholeFromText(0), seed)
    .option(
      '--size <size>',
      'of the images: pixels of a square, or width x height, as 4000x3000',
      sizeFromText(64),
      size,
    )
    .addOption(
      new Option(
        '--defects <which>',
        "own: of many sizes, each product's own kinds; small: 20 to 60 pixels long, with harmless dirt beside the parts",
      )
        .choices([...demoDefects])
        .default(demoDefaults.defects),
    )
    .option('--train <n>', 'good parts to train on, of each class', wholeFromText(0), train)
    .option('--test-good <n>', 'good parts to test on, of each class', wholeFromText(0), testGood)
    .option('--test-anomalous <n>', 'parts with defects, of each class', wholeFromText(0), testAnomalous)
    .option('--classes <names>', 'only these, separated by commas (default: all)', names)
    .option('--json', 'print one JSON document')
    .addHelpText('after', help())
    .action(demo);
}

async function demo({ out, json, ...options }: DemoFlags): Promise<void> {
  const progress = progressBars();
  let made: DemoData;
  try {
    made = await writeDemoData({ folder: out, options, onProgress: progress.listener });
  } finally {
    progress.stop();
  }
  if (json) printJson(made);
  else printText(describe(made, out));
}

function describe({ root, images, classes, removed }: DemoData, out: string): string {
  const rows = Object.entries(classes).map(([name, { train, testGood, defects }]) => {
    const anomalous = Object.values(defects).reduce((sum, count) => sum + count, 0);
    return [name, ...[train, testGood, anomalous].map(String), Object.keys(defects).join(', ') || '-'];
  });
  const body = terminalTable({
    header: ['class', 'train', 'test good', 'test anomalous', 'defects'],
    rows,
  });
  const next = `Train on it: ${programName()} train ${shellWord(out)} --out runs/demo`;
  const told =
    removed === 0
      ? []
      : [`Files of an earlier call in this folder that are not of this one, removed: ${removed}.`];
  return [`${root}: ${images} images`, ...told, '', body, '', next].join('\n');
}

function help(): string {
  const width = Math.max(...demoProducts.map(({ name }) => name.length));
  const lines = demoProducts.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
  return `
Classes:
${lines.join('\n')}

The same flags make the same files on every machine. The layout is MVTec AD's.

Examples:
  $ clad data demo --out factory/
  $ clad data demo --out small/ --classes washer,woven_cloth --train 20 --size 128
  $ clad data demo --out line/ --size 4000x3000 --defects small --classes washer,circuit_board --train 30`;
}
