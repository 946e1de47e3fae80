/**
 * @file `clad data`: what is in a data set (`inspect`), the anomalies training makes of it (`synthesize`), one to try
 * things on (`demo`), and its exact pictures (`list`, `collect`).
 */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { diskStorage } from '../core/disk-storage.ts';
import { requireWritable } from '../core/files.ts';
import { trainingBits } from '../data/bit-depth.ts';
import type { Layout } from '../data/dataset.ts';
import { fileImages } from '../data/file-images.ts';
import { requireOutside } from '../data/folders.ts';
import { type Inspection, inspectDataset } from '../data/inspect.ts';
import type { ClassSummary, SizeRange } from '../data/inspection.ts';
import { describeLeftOut, type LeftOut, summariseLeftOut } from '../data/left-out.ts';
import { loadDataset } from '../data/load.ts';
import { describeReadAsOne } from '../data/nested.ts';
import { listTextures } from '../data/textures.ts';
import {
  type ClassForegrounds,
  classForegrounds,
  someTraining,
} from '../features/patches/class-foreground.ts';
import { type SynthesisImage, writeSynthesisImages } from '../features/store/synthesis-images.ts';
import { proceduralTextures, textureFolder } from '../features/store/texture-source.ts';
import type { SampleBits } from '../image/samples.ts';
import { type SizeOption, sizeOf } from '../image/size-option.ts';
import { sizeFromText, wholeNumber } from './arguments.ts';
import { bitsOption, dataArgument, layoutOption } from './common-flags.ts';
import { registerDataDemo } from './data-demo.ts';
import { registerDataPictures } from './data-pictures.ts';
import { printJson, printLeftOut, printNote, printText } from './output.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its subcommands. */
export function declare(data: Command): void {
  data
    .command('inspect')
    .description('classes, counts, sizes, masks and problems; decodes every file')
    .argument('<data>', dataArgument)
    .addOption(layoutOption())
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExit status: 0, or 2 when a problem of severity `error` would stop training.')
    .action(inspect);
  data
    .command('synthesize')
    .description('images of the anomalies that training would make of the good parts')
    .argument('<data>', 'folder of the data set, as for `clad data inspect`')
    .requiredOption('--out <dir>', 'folder for the images, one PNG a class')
    .option(
      '--textures <dir>',
      'folder of texture images, e.g. DTD; without it the built-in generator is used',
    )
    .option('--count <n>', 'images of each class', wholeNumber('--count', 1, 1000), 8)
    .option('--seed <n>', 'another seed, other anomalies', wholeNumber('--seed', 0, 2 ** 32 - 1), 0)
    .option(
      '--size <size>',
      'size of the images: pixels, or width x height; multiples of 8',
      sizeFromText(32, 2048),
      256,
    )
    .addOption(layoutOption())
    .addOption(bitsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Each row shows the photograph, what is taken for the part (the rest is red), the mask, the texture, and the result.
Look at the second column first: where it cuts into the part, defects there would never be trained.

Examples:
  $ clad data synthesize photos/ --out samples/
  $ clad data synthesize photos/ --out samples/ --textures dtd/images --count 20 --seed 7`,
    )
    .action(synthesize);
  registerDataPictures(data);
  registerDataDemo(data);
}

interface InspectFlags {
  readonly layout?: Layout;
  readonly json?: boolean;
}

async function inspect(root: string, { layout, json }: InspectFlags): Promise<void> {
  const progress = progressBars();
  let inspection: Inspection;
  try {
    inspection = await inspectDataset(root, { layout, onProgress: progress.listener });
  } finally {
    progress.stop();
  }
  if (json) printJson(inspection);
  else printText(describe(inspection));
  const errors = inspection.problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    printNote(
      `clad: ${inspection.root}: ${errors === 1 ? 'a problem' : `${errors} problems`} would stop training.`,
    );
    process.exitCode = 2;
  }
}

function describe({ root, layout, classes, total, problems, readAsOne, leftOut }: Inspection): string {
  const row = (name: string, total: Inspection['total'], size: string, found: number) => [
    name,
    ...[total.train, total.testGood, total.testAnomalous, total.masks].map(String),
    size,
    String(found || '-'),
  ];
  const body = terminalTable({
    header: ['class', 'train', 'test good', 'test anomalous', 'masks', 'size', 'problems'],
    rows: [
      ...Object.entries(classes).map(([name, summary]) =>
        row(name, summary, sizesOf(summary), problems.filter((problem) => problem.class === name).length),
      ),
      row('total', total, '', problems.length),
    ],
  });
  const list = problems.map(
    ({ severity, class: name, path, message }) => `  ${severity}: ${path ?? `class ${name}`}: ${message}`,
  );
  const ending = list.length > 0 ? ['', 'Problems:', ...list] : ['', 'No problems.'];
  const passed = describeLeftOut(leftOut, root);
  if (passed.length > 0) ending.push('', ...passed);
  if (readAsOne.length > 0) ending.push('', ...readAsOne.map(describeReadAsOne));
  return [`${root} (layout ${layout})`, '', body, ...ending].join('\n');
}

function sizesOf({ width, height }: ClassSummary): string {
  return width && height ? `${span(width)} x ${span(height)}` : '-';
}

function span({ min, max }: SizeRange): string {
  return min === max ? String(min) : `${min}-${max}`;
}

interface SynthesizeFlags {
  readonly out: string;
  readonly textures?: string;
  readonly count: number;
  readonly seed: number;
  readonly size: SizeOption;
  readonly layout?: Layout;
  readonly bits?: SampleBits;
  readonly json?: boolean;
}

async function synthesize(root: string, flags: SynthesizeFlags): Promise<void> {
  const { seed, size, count, layout, json } = flags;
  const dataset = await loadDataset(root, { layout });
  const folder = await requireOutside('--out', flags.out, dataset.root);
  await requireWritable(folder, 'Give another folder to --out.');
  const leftOut: LeftOut[] = [...dataset.leftOut];
  const textures =
    flags.textures === undefined
      ? proceduralTextures()
      : textureFolder(await listTextures(flags.textures, (entry) => leftOut.push(entry)), fileImages);
  printLeftOut(summariseLeftOut(leftOut), dataset.root);
  if (flags.textures === undefined)
    printNote(`clad: no --textures given, so textures come from ${textures.description}.`);
  const samples = someTraining(dataset.samples, count);
  const geometry = sizeOf(size);
  const progress = progressBars();
  let foregrounds: ClassForegrounds;
  let images: SynthesisImage[];
  try {
    const onProgress = progress.listener;
    const { bits, note } = await trainingBits(dataset, flags.bits, onProgress);
    if (note !== undefined) progress.log(`clad: ${note}`);
    foregrounds = await classForegrounds(dataset.samples, geometry, fileImages, { bits, onProgress });
    // Patches of eight pixels, as with the usual layers of a ResNet.
    const { width, height } = geometry;
    const synthesis = { grid: { rows: Math.ceil(height / 8), columns: Math.ceil(width / 8) } };
    const drawn = { samples, foregrounds, textures, geometry, bits, seed, synthesis };
    images = await writeSynthesisImages({
      ...drawn,
      images: fileImages,
      folder: diskStorage(folder),
      onProgress,
    });
  } finally {
    progress.stop();
  }
  if (!json) return printText(describeSynthesis(images, foregrounds, folder));
  const classes = images.map(({ className, path, rows }) => [
    className,
    { foreground: foregrounds[className], image: path, rows },
  ]);
  printJson({
    root: dataset.root,
    textures: textures.description,
    seed,
    size,
    classes: Object.fromEntries(classes),
  });
}

function describeSynthesis(
  images: readonly SynthesisImage[],
  foregrounds: ClassForegrounds,
  folder: string,
): string {
  const width = Math.max(...images.map(({ className }) => className.length));
  const lines = images.map(({ className }) => {
    const { accepted, reason } = foregrounds[className]!;
    return `${className.padEnd(width)}  ${accepted ? 'anomalies on the part' : 'anomalies anywhere'}: ${reason}`;
  });
  const anomalies = images.reduce((sum, { rows }) => sum + rows.length, 0);
  return [...lines, '', `${anomalies} anomalies drawn: ${resolve(folder, '<class>.png')}`].join('\n');
}
