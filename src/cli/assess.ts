/** @file `clad assess`: which products are weak, without any defect at hand. */
import type { Command } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import { type AssessmentPlan, type AssessRequest, assess, planAssessment } from '../jobs/assess/assess.ts';
import type { AssessmentDocument, ClassAssessment } from '../jobs/assess/document.ts';
import { contrastWords, sentencesOf, sizeWords, usualContrastOf } from '../jobs/assess/words.ts';
import { assessmentPage } from '../report/sections/assessment.ts';
import type { Device } from '../runtime/engine.ts';
import { requireApart, wholeNumber } from './arguments.ts';
import { deviceOption, threadsOption } from './common-flags.ts';
import { percent, printJson, printNote, printText } from './output.ts';
import { requireFileApart } from './output-file.ts';
import { duration, progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its arguments, its options and what it does. */
export function declare(command: Command): void {
  command
    .argument('<run>', 'folder that `clad train` wrote; the good images of the training must be there')
    .option(
      '--images <n>',
      'good images of each class that defects are drawn on, at most',
      wholeNumber('--images', 1, 10_000),
      12,
    )
    .option('--seed <n>', 'another seed, other defects', wholeNumber('--seed', 0, 2 ** 32 - 1), 0)
    .option('--plan', 'say what it will cost, and do nothing')
    .option('--html <file>', 'write a page with all tables')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Draws defects of four sizes and four contrasts on good images of each class, and counts what the detector misses, each image without its own entries in the memory.
Drawn defects are no real ones: they tell weak products from strong ones, and what size gets lost, not what a line will miss.
Products are sorted by misses at the strongest contrast, which ranked eleven real products best.
Asked with smaller memories, it also says whether more images would help, which is a hint; and it says what state the images are in.
The result is kept as <run>/assessment.json, which a later \`clad evaluate --report\` shows too. Limits are of 95 %, by count of images.

Examples:
  $ clad assess runs/parts
  $ clad assess runs/parts --plan
  $ clad assess runs/parts --images 40 --html weak.html`,
    )
    .action(run);
}

interface AssessFlags {
  readonly images: number;
  readonly seed: number;
  readonly plan?: boolean;
  readonly html?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

async function run(folder: string, flags: AssessFlags): Promise<void> {
  const { images, seed, device, threads, html, json } = flags;
  requireApart('--html', html, '--plan', flags.plan);
  if (html !== undefined) await requireFileApart('--html', html, '.html');
  const display = progressBars();
  const request: AssessRequest = {
    ...{ run: folder, images, seed, device, threads },
    onProgress: display.listener,
    note: (text) => display.log(`clad: ${text}`),
  };
  if (flags.plan) {
    const plan = await planAssessment(request);
    if (json) printJson(plan);
    else printText(describePlan(plan));
    return;
  }
  let document: AssessmentDocument;
  try {
    document = await assess(request);
  } finally {
    display.stop();
  }
  if (html !== undefined) await writeFileAtomic(html, assessmentPage(document));
  if (json) printJson(document);
  else printText(describe(document));
  if (html !== undefined) printNote(`Page: ${html}`);
}

function describePlan({ classes, images, defects, predictions, seconds }: AssessmentPlan): string {
  return terminalTable({
    header: ['', 'expected'],
    rows: [
      [
        'drawn defects',
        `${defects} on ${images} images of ${classes === 1 ? 'one class' : `${classes} classes`}`,
      ],
      ['predictions', `${predictions}, with the whole memory and with smaller ones`],
      ['in all', `${duration(seconds)} on this machine as it is now`],
    ],
  });
}

/** Products that more than a row is said of where none is weak. */
const mostTold = 3;

function describe(document: AssessmentDocument): string {
  const { classes } = document;
  const weak = classes.filter((each) => each.weak);
  const told = weak.length > 0 ? weak : classes.slice(0, mostTold);
  const grey = document.contrasts[usualContrastOf(document)];
  return [
    terminalTable({
      header: [
        ...['class', '', 'misses of drawn defects', '95 % limits', 'half found from, grey values'],
        ...[`half missed below, at ${grey} grey values`, '20 more images help', 'good images', 'remarks'],
      ],
      rows: classes.map((each) => rowOf(document, each)),
    }),
    '',
    weak.length === 0
      ? 'No product is weak beside the others.'
      : `Weak: ${weak.map((each) => each.class).join(', ')}.`,
    'The defects are drawn: they rank the products, and do not foretell what a line will miss.',
    ...told.flatMap((each) => ['', ...detailsOf(document, each)]),
  ].join('\n');
}

function rowOf(document: AssessmentDocument, each: ClassAssessment): string[] {
  const { misses, learning, data } = each;
  const half = misses?.half[usualContrastOf(document)];
  const where = { below: '< ', above: '> ', between: '' };
  const size = !half
    ? '-'
    : `${where[half.where]}${sizeWords(
        half.where === 'between' ? half.size : document.sizes.at(half.where === 'below' ? 0 : -1)!,
        { photograph: each.photograph },
      )}`;
  return [
    each.class,
    each.weak ? 'WEAK' : '',
    misses ? percent(misses.expected.rate) : '-',
    misses ? `${percent(misses.expected.low)} to ${percent(misses.expected.high)}` : '-',
    contrastWords(document, each),
    size,
    learning?.more.worth ?? '-',
    String(data.images),
    String(data.remarks.length || '-'),
  ];
}

/** A product in sentences, and its table. */
function detailsOf(document: AssessmentDocument, each: ClassAssessment): string[] {
  const { sizes, contrasts } = document;
  const sentences = sentencesOf(document, each).map((sentence) => `  ${sentence}`);
  if (!each.misses) return [`${each.class}:`, ...sentences];
  const table = terminalTable({
    header: ['  misses, size', ...contrasts.map((contrast) => `${contrast} grey values`)],
    rows: sizes.map((size, at) => [
      `  ${sizeWords(size, each)}`,
      ...each.misses!.table[at]!.map((share) =>
        share ? `${percent(share.rate)} (${share.count} of ${share.of})` : '-',
      ),
    ]),
  });
  return [`${each.class}:`, ...sentences, table];
}
