/** @file Runs as pages see them: which detector files are versions of a run, what those of before saw, and which judgements are called wrong. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { expect, it } from 'vitest';
import { detectorBytes } from '../../../src/detector/detector-bytes.ts';
import { Graph, mul } from '../../../src/graph/index.ts';
import { detectorKey } from '../../../src/studio/detector-key.ts';
import { Marks } from '../../../src/studio/marks.ts';
import { Memory } from '../../../src/studio/memory.ts';
import { ResultsWriter, resultsFolders } from '../../../src/studio/results-store.ts';
import { Runs } from '../../../src/studio/runs.ts';
import { Workspace } from '../../../src/studio/workspace.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';

/** A detector whose network differs by a number, with a threshold. */
/** @param from - the file whose thresholds were set anew */
function detector(
  factor: number,
  threshold: number,
  { created = madeMetadata.created, from }: { created?: string; from?: Uint8Array } = {},
): Uint8Array {
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [1]), factor));
  const thresholds = { bolt: { ...madeMetadata.thresholds.bolt!, threshold } };
  const source = from && createHash('sha256').update(from).digest('hex');
  const calibrated = source === undefined ? undefined : { created, source, images: {} };
  return detectorBytes(graph.toModel(), { ...madeMetadata, thresholds, created, calibrated });
}

it('a version belongs to a run as long as the run has the networks that it was made with', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-runs-')));
  const workspace = await Workspace.open(folder);
  // As a studio of before the column made it.
  const before = new Database(workspace.database);
  before.exec('CREATE TABLE versions (file TEXT PRIMARY KEY, run TEXT, created TEXT, thresholds TEXT)');
  before.exec(`INSERT INTO versions VALUES ('old.onnx', 'r', '2026-01-01', '{"bolt":9}')`);
  before.close();
  const memory = Memory.open(workspace.database);
  try {
    const runs = new Runs(workspace, memory);
    await mkdir(join(folder, 'runs/r'), { recursive: true });
    const model = detector(2, 1);
    await writeFile(join(folder, 'runs/r/model.onnx'), model);
    for (const file of ['old.onnx', 'r-v2.onnx'])
      await writeFile(join(folder, 'detectors', file), detector(2, 1.5, { from: model }));
    await runs.keepVersion('r', 'r-v2.onnx', null);
    const shown = async () =>
      (await runs.view('r')).versions.map(({ file, thresholds }) => [file, thresholds.bolt]);
    expect(await shown()).toEqual([
      [null, 1],
      ['old.onnx', 9],
      ['r-v2.onnx', 1.5],
    ]);
    // `clad update`, or another training of that name.
    await writeFile(join(folder, 'runs/r/model.onnx'), detector(3, 70));
    expect(await shown()).toEqual([
      [null, 70],
      ['old.onnx', 9],
    ]);
    // What was begun before that, and ends now: of the run's detector, and of a version of it.
    for (const [file, base] of [
      ['r-v3.onnx', null],
      ['r-v4.onnx', 'r-v2.onnx'],
      ['r-v5.onnx', 'old.onnx'],
    ] as const) {
      await writeFile(join(folder, 'detectors', file), detector(2, 2, { from: model }));
      await runs.keepVersion('r', file, base);
    }
    // What is not known of a version is not known of what was made from it.
    expect((await shown()).map(([file]) => file)).toEqual([null, 'old.onnx', 'r-v5.onnx']);
    await writeFile(join(folder, 'runs/r/model.onnx'), model);
    expect((await shown()).map(([file]) => file)).toEqual([
      null,
      'old.onnx',
      'r-v2.onnx',
      'r-v3.onnx',
      'r-v4.onnx',
      'r-v5.onnx',
    ]);
  } finally {
    memory.close();
    await rm(folder, { recursive: true, force: true });
  }
});

it('what a detector file of before saw stays, and is told apart from what the one of now saw', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-runs-')));
  const workspace = await Workspace.open(folder);
  const memory = Memory.open(workspace.database);
  const model = join(folder, 'runs/r/model.onnx');
  const size = { width: 4, height: 4 };
  const saw = async (bytes: Uint8Array, score: number) => {
    const metadata = { ...madeMetadata, geometry: size };
    const writer = new ResultsWriter(resultsFolders(workspace.folder('cache'), 'r'), metadata, folder);
    await writer.begin();
    writer.onPredicted({
      sample: {
        path: join(folder, 'bolt/test/good/1.png'),
        className: 'bolt',
        split: 'test',
        defect: 'good',
      },
      prediction: { class: 'bolt', score, verdict: 'normal', map: new Float32Array(16) },
    } as unknown as Parameters<typeof writer.onPredicted>[0]);
    await writer.finish(detectorKey(bytes), 'parts');
  };
  try {
    const runs = new Runs(workspace, memory);
    await mkdir(join(folder, 'runs/r'), { recursive: true });
    const [first, second] = [detector(2, 1), detector(3, 1)];
    await writeFile(model, first);
    await saw(first, 0.25);
    expect((await runs.view('r')).results?.images[0]?.score).toBe(0.25);
    const marks = new Marks(workspace, memory, runs);
    await marks.set('r', 'bolt/test/good/1.png', 'false-alarm');
    await expect(marks.set('r', 'bolt/test/good/2.png', 'missed')).rejects.toMatchObject({
      code: 'NOT_THERE',
    });
    await writeFile(model, second);
    // Not looked at by the new file yet: numbers of the old one are not its own.
    expect((await runs.view('r')).results).toBeNull();
    await expect(runs.results('r', detectorKey(second))).rejects.toMatchObject({ code: 'NOT_THERE' });
    await saw(second, 0.5);
    expect((await runs.results('r', detectorKey(second))).images[0]?.score).toBe(0.5);
    expect((await runs.results('r', detectorKey(first))).images[0]?.score).toBe(0.25);
    expect(existsSync(join(folder, 'cache/earlier-results/r', detectorKey(first)))).toBe(true);
    // The file of before comes back, and is looked at again.
    await writeFile(model, first);
    await saw(first, 0.75);
    expect(existsSync(join(folder, 'cache/earlier-results/r', detectorKey(first)))).toBe(false);
    const again = await runs.results('r', detectorKey(first));
    await saw(first, 1);
    const last = await runs.results('r', detectorKey(first));
    expect([again, last].map(({ images }) => images[0]?.score)).toEqual([0.75, 1]);
    expect(last.created).not.toBe(again.created);
    for (const key of ['..', '0123456789abcdef'])
      await expect(runs.results('r', key)).rejects.toMatchObject({ code: 'NOT_THERE' });
    const marked = { path: 'bolt/test/good/1.png', mark: 'false-alarm', from: 'test' };
    expect(await marks.of('r')).toEqual([marked]);
    // Another training of that name, after the run was removed by hand: what was marked was said of the first one.
    await writeFile(model, detector(2, 1, { created: '2026-02-01T00:00:00.000Z' }));
    expect(await marks.of('r')).toEqual([]);
    await writeFile(model, first);
    expect(await marks.of('r')).toEqual([marked]);
    marks.forget('r', ['bolt/test/good/1.png']);
    expect(await marks.of('r')).toEqual([]);
    // A picture of the line that somebody has removed by hand: its mark goes as well, without a refusal.
    const said = { class: 'bolt', score: 1, threshold: 2, verdict: 'normal' } as const;
    const kept = await marks.keep('r', new Uint8Array(1), 'a.PNG', 'missed', said);
    expect(await marks.of('r')).toEqual([kept]);
    await rm(join(folder, 'marked/r', kept.path));
    await marks.set('r', kept.path, null);
    expect(await marks.of('r')).toEqual([]);
  } finally {
    memory.close();
    await rm(folder, { recursive: true, force: true });
  }
});

it('of a run whose data lie elsewhere no picture of a data set is shown that has the same name', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-runs-')));
  const workspace = await Workspace.open(join(folder, 'work'));
  const memory = Memory.open(workspace.database);
  try {
    const runs = new Runs(workspace, memory);
    const run = join(workspace.root, 'runs/r');
    await mkdir(run, { recursive: true });
    const model = detector(2, 1);
    await writeFile(join(run, 'model.onnx'), model);
    const size = { width: 4, height: 4 };
    const folders = resultsFolders(workspace.folder('cache'), 'r');
    const writer = new ResultsWriter(folders, { ...madeMetadata, geometry: size }, folder);
    await writer.begin();
    await writer.finish(detectorKey(model), 'parts');
    const elsewhere = join(folder, 'data/parts');
    for (const path of [elsewhere, join(workspace.folder('data'), 'parts')])
      await mkdir(path, { recursive: true });
    const trainedOn = (root: string) =>
      writeFile(
        join(run, 'config.json'),
        JSON.stringify({ cladVersion: '0', data: { root, layout: 'mvtec', fingerprint: 'f' } }),
      );
    await trainedOn(join(workspace.folder('data'), 'parts'));
    expect((await runs.view('r')).results?.dataset).toBe('parts');
    await trainedOn(elsewhere);
    expect((await runs.view('r')).results?.dataset).toBeNull();
    await expect(runs.requireTested('r', null, [])).rejects.toMatchObject({ code: 'NOT_THERE' });
    // A workspace that was moved has its data with it.
    await rm(elsewhere, { recursive: true });
    expect((await runs.view('r')).results?.dataset).toBe('parts');
  } finally {
    memory.close();
    await rm(folder, { recursive: true, force: true });
  }
});
