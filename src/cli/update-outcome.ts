/** @file What `clad update` has done, for people. */
import { describeLeftOut } from '../data/left-out.ts';
import type { AddDocument } from '../jobs/update/add.ts';
import type { ExcludeDocument } from '../jobs/update/exclude.ts';
import type { MissedDocument } from '../jobs/update/lower-threshold.ts';
import type { OthersChecked } from '../jobs/update/others.ts';
import type { RemoveClassDocument } from '../jobs/update/remove-class.ts';
import { percent, programName, shellWord } from './output.ts';
import { terminalTable } from './terminal-table.ts';

/** Names that are shown of a list. */
const mostShown = 5;

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function some(lines: readonly string[]): string[] {
  const more = lines.length - mostShown;
  return [...lines.slice(0, mostShown), ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** How a report on a changed detector ends. */
function ending(folder: string, model: string, before: string): string[] {
  return [
    `Detector: ${model} (before: ${before})`,
    '',
    'Next:',
    `  ${programName()} evaluate ${shellWord(folder)}`,
    `  ${programName()} history ${shellWord(folder)}`,
  ];
}

/** What joined, and what that did. */
export function describeAddition(folder: string, document: AddDocument): string {
  const { added, notAdded, leftOut, classes, others, defects, standingOut, misplaced, model, before } =
    document;
  const fixed = (value: number | undefined) => (value === undefined ? '-' : value.toPrecision(4));
  const table = terminalTable({
    header: ['class', 'good images', 'now', 'entries', 'now', 'threshold', 'now', 'false alarms, about'],
    rows: classes.map((each) => [
      each.isNew ? `${each.class} (new)` : each.class,
      String(each.images.before),
      String(each.images.after),
      String(each.entries.before),
      String(each.entries.after),
      fixed(each.before?.threshold),
      fixed(each.after.threshold),
      percent(each.after.achievableRate),
    ]),
  });
  const joinedPaths = new Set(added.map(({ path }) => path));
  const unlike = standingOut.filter(({ path }) => joinedPaths.has(path));
  const strange = misplaced.filter(({ path }) => joinedPaths.has(path));
  return [
    `Added ${plural(added.length, 'good image')}.`,
    ...(notAdded.length === 0 ? [] : [`Not added: ${notAdded.length}`]),
    ...some(notAdded.map(({ path, reason }) => `  ${path}: ${reason}`)),
    ...(notAdded.some(({ forceable }) => forceable)
      ? [
          'Look at those that are recognised otherwise or not plausible; if they are good images of the class, --force takes them.',
        ]
      : []),
    ...describeLeftOut(leftOut),
    '',
    table,
    '',
    ...describeOthers(others),
    ...describeDefects(defects),
    ...(unlike.length === 0
      ? []
      : [
          `Of the new images, ${unlike.length} stand out from those of their class and have no say in its threshold; if they are no good parts, leave them out with --exclude:`,
        ]),
    ...some(unlike.map(({ path, class: name }) => `  ${name}: ${path}`)),
    ...(strange.length === 0
      ? []
      : [`Of the new images, ${strange.length} are recognised as another class by what the others show:`]),
    ...some(strange.map((each) => `  ${each.path}: in ${each.class}, recognised as ${each.recognisedAs}`)),
    ...document.notes,
    ...document.warnings.map((text) => `WARNING ${text}`),
    ...ending(folder, model, before),
  ].join('\n');
}

function describeOthers({ classes, images, identical }: OthersChecked): string[] {
  if (classes === 0) return [];
  const [which, whose] =
    classes === 1 ? ['The other class keeps', 'its'] : [`The ${classes} other classes keep`, 'their'];
  const kept = `${which} memory, threshold and colours as they were`;
  const asked = `asked before and after: ${plural(images, 'good image')}`;
  if (!identical)
    return [
      `${kept}, but some of ${whose} images are recognised as another class now (${asked}): look at their verdicts.`,
    ];
  const said = images === 0 ? '' : ` (${asked}, all the same)`;
  return [`${kept}, so verdicts and scores of ${whose} images stay bit-identical${said}.`];
}

function describeDefects(defects: AddDocument['defects']): string[] {
  if (!defects) return [];
  if (defects.reason !== null)
    return [`What this does to known defects was not looked at: ${defects.reason}`];
  return defects.classes.map(
    (each) =>
      `Known defects of ${each.class}: ${each.missedBefore} of ${each.defects} were missed, now ${each.missedAfter}.`,
  );
}

/** What a class that left has left behind. */
export function describeRemoval(folder: string, document: RemoveClassDocument): string {
  const { images, entries, classes, others, model, before } = document;
  return [
    `Class ${document.class} has left the detector, with ${plural(images, 'good image')} and ${entries} entries. Left: ${classes.join(', ')}.`,
    ...describeOthers(others),
    ...ending(folder, model, before),
  ].join('\n');
}

/** What was done for missed defects, and what it costs. */
export function describeMissed(folder: string, { images, classes, model, before }: MissedDocument): string {
  const caught = images.filter(({ caughtBefore }) => caughtBefore);
  const already = caught.map((each) => `  ${each.path}: ${each.class}, ${each.score.toPrecision(4)}`);
  const lines = already.length === 0 ? [] : ['Anomalous to the detector already:', ...some(already)];
  if (before === null) return [...lines, 'No threshold was changed.'].join('\n');
  const alarms = (count: number, of: number) => `${count} of ${of}`;
  const rows = classes.map((each) => [
    each.class,
    each.before.threshold.toPrecision(4),
    each.after.threshold.toPrecision(4),
    alarms(each.alarmsBefore, each.good),
    alarms(each.alarmsAfter, each.good),
    percent(each.after.achievableRate),
  ]);
  const header = ['class', 'threshold', 'now', 'good images above', 'now', 'false alarms, about'];
  return [
    ...lines,
    terminalTable({ header, rows }),
    '',
    'Scores and maps are as they were; other classes keep their thresholds. A change of the class by other images sets its threshold anew.',
    ...ending(folder, model, before),
  ].join('\n');
}

/** What was left out, and what that did to thresholds. */
export function describeExclusion(
  folder: string,
  { excluded, classes, before, model }: ExcludeDocument,
): string {
  if (before === null) return 'Nothing to leave out; the detector stays as it is.';
  const rows = classes.map((each) => [
    each.class,
    String(each.images),
    each.before.threshold.toPrecision(4),
    each.after.threshold.toPrecision(4),
    percent(each.after.achievableRate),
  ]);
  return [
    `Left out ${plural(excluded.length, 'good image')}:`,
    ...excluded.map((image) => `  ${image.class}: ${image.path}`),
    '',
    terminalTable({
      header: ['class', 'good images', 'threshold before', 'now', 'false alarms, about'],
      rows,
    }),
    '',
    'Other classes keep their thresholds.',
    ...ending(folder, model, before),
  ].join('\n');
}
