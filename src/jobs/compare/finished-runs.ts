/**
 * @file Runs that were trained and evaluated one by one, as the cells of a grid: those that differ in their seed alone are one row, with mean and deviation over
 * the seeds. What a run is and what it reached stands in its `evaluation.json`.
 */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { isFile } from '../../data/folders.ts';
import { metricNames } from '../../evaluation/evaluator.ts';
import type { EvaluationDocument } from '../evaluate/evaluate.ts';
import { RunFolder } from '../run-folder.ts';
import type { GridCell } from './grid.ts';

const metric = z.number().nullable();
const record = z.looseObject(Object.fromEntries(metricNames.map((name) => [name, metric])));
const evaluationSchema = z.looseObject({
  data: z.string(),
  protocol: z.looseObject({
    method: z.string(),
    preset: z.string(),
    changes: z.string(),
    seed: z.number(),
    testFingerprint: z.string(),
  }),
  classes: z.record(z.string(), record),
  mean: record,
  timing: z.looseObject({ latencyMs: z.looseObject({ p50: z.number() }) }),
});

/** What of a protocol tells two trainings apart, beside method, preset and options. */
const settings = [
  'backbone',
  'textures',
  'selection',
  'inputSize',
  'resizeTo',
  'precision',
  'trainingFingerprint',
  // Metrics of regions of interest are of other pixels.
  'pixelsInside',
];

/**
 * The cells, row by row. Rows are named by method and preset, and by what else they differ in.
 * @param runs - folders of runs that `clad evaluate` has measured on their own data
 * @throws CladError `FILE_NOT_FOUND` where a run was not evaluated; `OPTION_INVALID` where test images differ, or two runs of a row have one seed
 */
export async function cellsOfRuns(runs: readonly string[]): Promise<GridCell[]> {
  const read = await Promise.all(runs.map(readRun));
  const [first] = read;
  const other = read.find((each) => each.protocol.testFingerprint !== first?.protocol.testFingerprint);
  if (first && other)
    throw refused('of runs that were measured on the same test images', `${first.path} and ${other.path}`);
  const names = rowNames(read);
  const cells: GridCell[] = [];
  for (const [index, { path, protocol, evaluation, modelBytes }] of read.entries()) {
    const cell = {
      variant: names[index]!,
      seed: protocol.seed,
      trainingSeconds: null,
      modelBytes,
      evaluation,
    };
    const before = cells.findIndex(({ variant, seed }) => variant === cell.variant && seed === cell.seed);
    if (before >= 0)
      throw refused(
        'of runs that differ, if only in their seed',
        `${read[before]!.path} and ${path}, both ${cell.variant} with seed ${cell.seed}`,
      );
    cells.push(cell);
  }
  const order = [...new Set(names)];
  return cells.toSorted((a, b) => order.indexOf(a.variant) - order.indexOf(b.variant) || a.seed - b.seed);
}

interface FinishedRun {
  readonly path: string;
  readonly protocol: z.infer<typeof evaluationSchema>['protocol'];
  readonly evaluation: EvaluationDocument;
  readonly modelBytes: number;
}

async function readRun(path: string): Promise<FinishedRun> {
  const run = new RunFolder(resolve(path));
  if (!(await isFile(run.evaluation))) {
    const hint = `Measure the run first: clad evaluate ${path}`;
    throw new CladError('FILE_NOT_FOUND', { path: run.evaluation, hint });
  }
  const refuse = (reason: string) => new CladError('FILE_UNREADABLE', { path: run.evaluation, reason });
  let content: unknown;
  try {
    content = JSON.parse((await readBytes(run.evaluation)).toString());
  } catch {
    throw refuse('it is no JSON');
  }
  const parsed = evaluationSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { size: modelBytes } = await stat(run.model);
  return { path, protocol: parsed.data.protocol, evaluation: content as EvaluationDocument, modelBytes };
}

/** A name for each run's row: the same for those that differ in their seed alone. */
function rowNames(runs: readonly FinishedRun[]): string[] {
  const facts = runs.map(({ protocol, evaluation }) => {
    const { seed: _, ...changes } = JSON.parse(protocol.changes) as Record<string, unknown>;
    const options = Object.keys(changes).length === 0 ? '' : JSON.stringify(changes);
    const rest = settings.map((name) => `${name} ${evaluation.protocol[name] ?? 'none'}`);
    return { start: `${protocol.method} ${protocol.preset}`, parts: [options, ...rest] };
  });
  const differing =
    facts[0]?.parts.map((_, at) => new Set(facts.map(({ parts }) => parts[at])).size > 1) ?? [];
  return facts.map(({ start, parts }) =>
    [start, ...parts.filter((part, at) => part !== '' && differing[at])].join(', '),
  );
}

/** What the table is of. */
export function titleOfRuns(cells: readonly GridCell[]): string {
  return `Runs on ${basename(cells[0]?.evaluation.data ?? '')}`;
}

function refused(expected: string, actual: string): CladError {
  return new CladError('OPTION_INVALID', { option: '--runs', expected, actual });
}
