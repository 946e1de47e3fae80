/** @file `clad data list` and `clad data collect`: the exact pictures of a data set by name and hash, and the data set of such a list. */
import type { Command } from 'commander';
import { z } from 'zod';
import { writeFileAtomic } from '../core/files.ts';
import { checkOptions } from '../core/options.ts';
import type { Layout } from '../data/dataset.ts';
import { pictureListText } from '../data/picture-list.ts';
import { type Collection, collectPictures } from '../jobs/pictures/collect.ts';
import { listPictures } from '../jobs/pictures/list.ts';
import { readYaml } from '../jobs/yaml-file.ts';
import { dataArgument, layoutOption } from './common-flags.ts';
import { printJson, printNote, printText } from './output.ts';
import { requireFileApart } from './output-file.ts';
import { progressBars } from './progress.ts';
import { terminalTable } from './terminal-table.ts';

/** Adds the subcommands to `clad data`. */
export function registerDataPictures(data: Command): void {
  data
    .command('list')
    .description('the exact pictures of a data set, by name and hash: what others need to rebuild it')
    .argument('<data>', dataArgument)
    .addOption(layoutOption())
    .option('--out <file>', 'write the list here, .json (default: print it)')
    .option('--about <text>', 'a sentence that the list carries')
    .option(
      '--origins <file>',
      'YAML: by class, `source` (a sentence) and `shorterSide` (pixels it was brought to)',
    )
    .addHelpText(
      'after',
      `
A list has no picture in it, so it can be published where the pictures cannot.

Examples:
  $ clad data list mvtec-small/ --out mvtec-small.json
  $ clad data list parts/ --out parts.json --about "As measured in June" --origins origins.yaml`,
    )
    .action(list);
  data
    .command('collect')
    .description('build the data set of a list from folders in which its pictures are')
    .argument('<list>', 'file that `clad data list` wrote')
    .argument('<sources...>', 'folders with pictures, at any depth and under any names')
    .requiredOption('--out <dir>', 'folder for the data set: new, empty or of an earlier call, which goes on')
    .option('--copy', 'copy files rather than link to them')
    .option('--by-name', 'take pictures that have the name and folders of a listed one, and other pixels')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Pictures are known by what their files hold, else by their pixels. Where a list says that its pictures are small copies, originals are made small and compared.

Examples:
  $ clad data collect bench/lists/real.json mvtec_anomaly_detection/ --out real/
  $ clad data collect parts.json backup/ camera/ --out parts/ --copy

Exit status: 0, or 2 where pictures are missing or differ; what is there is built all the same.`,
    )
    .action(collect);
}

interface ListFlags {
  readonly layout?: Layout;
  readonly out?: string;
  readonly about?: string;
  readonly origins?: string;
}

const originsSchema = z.record(
  z.string(),
  z.strictObject({ source: z.string().optional(), shorterSide: z.int().min(8).max(8192).optional() }),
);

async function list(root: string, { layout, out, about, origins }: ListFlags): Promise<void> {
  if (out !== undefined) await requireFileApart('--out', out, '.json');
  const known =
    origins === undefined ? undefined : checkOptions(originsSchema, await readYaml(origins), () => origins);
  const progress = progressBars();
  try {
    const made = await listPictures({
      data: root,
      layout,
      about,
      origins: known,
      onProgress: progress.listener,
    });
    progress.stop();
    if (out === undefined) return printText(pictureListText(made).trimEnd());
    await writeFileAtomic(out, pictureListText(made));
    printNote(`List: ${out}`);
  } finally {
    progress.stop();
  }
}

interface CollectFlags {
  readonly out: string;
  readonly copy?: boolean;
  readonly byName?: boolean;
  readonly json?: boolean;
}

async function collect(file: string, sources: readonly string[], flags: CollectFlags): Promise<void> {
  const progress = progressBars();
  let made: Collection;
  try {
    made = await collectPictures({
      list: file,
      sources,
      out: flags.out,
      copy: flags.copy ?? false,
      byName: flags.byName ?? false,
      onProgress: progress.listener,
    });
  } finally {
    progress.stop();
  }
  if (flags.json) printJson(made);
  else printText(describe(made));
  const lacking = made.missing.length + made.differing.length;
  if (lacking === 0) return;
  printNote(`clad: ${made.root}: ${lacking} of ${made.pictures} pictures are missing or differ.`);
  process.exitCode = 2;
}

/** Names that are shown of each kind; the document has all. */
const mostShown = 10;

function describe({ root, pictures, found, missing, differing, fingerprint }: Collection): string {
  const table = terminalTable({
    header: ['', 'pictures'],
    rows: [
      ['listed', String(pictures)],
      ['the very files', String(found.file)],
      ['the same pixels', String(found.pixels)],
      ['the same pixels, made small', String(found.scaled)],
      ['other pixels, taken by name', String(found.name)],
      ['other pixels, not taken', String(differing.length)],
      ['missing', String(missing.length)],
    ],
  });
  const some = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [
          '',
          `${title}:`,
          ...lines.slice(0, mostShown).map((line) => `  ${line}`),
          ...(lines.length > mostShown ? [`  and ${lines.length - mostShown} more`] : []),
        ];
  const ending =
    fingerprint === null
      ? []
      : [
          '',
          fingerprint.same
            ? 'The same data set as listed, by its fingerprint.'
            : 'All pictures are there; the fingerprint is another, as names, folders or files are.',
        ];
  return [
    root,
    '',
    table,
    ...some('Missing', missing),
    ...some(
      'Other pixels',
      differing.map(({ picture, path }) => `${picture}: ${path}`),
    ),
    ...ending,
  ].join('\n');
}
