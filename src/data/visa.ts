/**
 * @file VisA as published (Zou et al., ECCV 2022): `<object>/Data/Images/{Normal,Anomaly}`, masks in
 * `<object>/Data/Masks/Anomaly`, and the table `split_csv/1cls.csv` (object,split,label,image,mask; paths from the
 * root) that says which image trains and which tests. Only that one-class table is read: in the others anomalies train.
 */
import { basename, join } from 'node:path';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { CladError, reasonOf } from '../core/errors.ts';
import { readRegular } from '../core/files.ts';
import type { Sample } from './dataset.ts';
import { foldersIn, statOrNothing, stemOf } from './folders.ts';
import type { LayoutContent } from './layout-content.ts';
import { pathWithin } from './path-within.ts';

const columns = ['object', 'split', 'label', 'image', 'mask'] as const;
type Row = Record<(typeof columns)[number], string>;

/** Path of the table below the root. */
const visaTable = join('split_csv', '1cls.csv');

/** The table, or where that is missing a folder of images, which shows that a root is of this layout. */
export async function visaEvidence(root: string): Promise<string | undefined> {
  const table = join(root, visaTable);
  if (await statOrNothing(table)) return table;
  for (const folder of await foldersIn(root)) {
    const images = join(root, folder, 'Data', 'Images');
    if (await statOrNothing(images)) return images;
  }
  return undefined;
}

/**
 * Reads the samples the table lists.
 * @throws CladError `FILE_NOT_FOUND` when the table is missing, `SPLIT_TABLE_INVALID` naming the line otherwise
 */
export async function readVisa(root: string): Promise<LayoutContent> {
  const path = join(root, visaTable);
  if (!(await statOrNothing(path))) {
    const hint = 'VisA needs its one-class table; copy `split_csv` beside the object folders.';
    throw new CladError('FILE_NOT_FOUND', { path, hint });
  }
  const text = (await readRegular(path)).toString('utf8');
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const { line, row } of parseTable(text, path)) {
    const refuse = (reason: string) => new CladError('SPLIT_TABLE_INVALID', { path, line, reason });
    const sample = sampleOf(root, row, refuse);
    if (seen.has(sample.path)) throw refuse(`${row.image} is listed twice`);
    seen.add(sample.path);
    for (const file of [sample.path, ...(sample.maskPaths ?? [])]) {
      const found = await statOrNothing(file);
      if (!found) throw refuse(`${file} does not exist`);
      if (!found.isFile()) throw refuse(`${file} is no file`);
    }
    samples.push(sample);
  }
  return { names: [...new Set(samples.map(({ className }) => className))], samples };
}

function sampleOf(root: string, row: Row, refuse: (reason: string) => CladError): Sample {
  const { object: className, split, label } = row;
  if (className === '') throw refuse('the object is empty');
  // It names files.
  if (/[/\\]/.test(className) || className === '.' || className === '..')
    throw refuse(`the object is ${className}, expected a name without slashes`);
  if (row.image === '') throw refuse('the image is empty');
  if (split !== 'train' && split !== 'test') throw refuse(`the split is ${split}, expected train or test`);
  if (label !== 'normal' && label !== 'anomaly')
    throw refuse(`the label is ${label}, expected normal or anomaly`);
  const anomalous = label === 'anomaly';
  if (anomalous && split === 'train') throw refuse(`${row.image} is an anomaly in the training split`);
  if (row.mask !== '' && stemOf(basename(row.mask)) !== stemOf(basename(row.image)))
    throw refuse(`the mask ${row.mask} is not of the image ${row.image}, their stems differ`);
  const sample = {
    path: pathWithin(root, row.image, refuse),
    className,
    split,
    anomalous,
    defect: anomalous ? 'anomaly' : 'good',
  } as const;
  return anomalous && row.mask !== ''
    ? { ...sample, maskPaths: [pathWithin(root, row.mask, refuse)] }
    : sample;
}

/** The rows of the table with their lines, counted from 1. */
function parseTable(text: string, path: string): { line: number; row: Row }[] {
  try {
    const records = parse<{ info: Info; record: Row }>(text, {
      bom: true,
      trim: true,
      skipEmptyLines: true,
      info: true,
      columns: requireColumns,
    });
    return records.map(({ info, record }) => ({ line: info.lines, row: record }));
  } catch (error) {
    const line = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 1;
    const reason = reasonOf(error).replace(/\.$/, '');
    throw new CladError('SPLIT_TABLE_INVALID', { path, line, reason }, { cause: error });
  }
}

function requireColumns(heading: string[]): string[] {
  const missing = columns.find((column) => !heading.includes(column));
  if (missing !== undefined)
    throw new Error(`the column ${missing} is missing, expected ${columns.join(',')}`);
  return heading;
}
