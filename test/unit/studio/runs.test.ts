/** @file Runs as pages see them: which detector files are versions of a run. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { expect, it } from 'vitest';
import { detectorBytes } from '../../../src/detector/detector-bytes.ts';
import { Graph, mul } from '../../../src/graph/index.ts';
import { Memory } from '../../../src/studio/memory.ts';
import { Runs } from '../../../src/studio/runs.ts';
import { Workspace } from '../../../src/studio/workspace.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';

/** A detector whose network differs by a number, with a threshold. */
function detector(factor: number, threshold: number): Uint8Array {
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [1]), factor));
  const thresholds = { bolt: { ...madeMetadata.thresholds.bolt!, threshold } };
  return detectorBytes(graph.toModel(), { ...madeMetadata, thresholds });
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
    await writeFile(join(folder, 'runs/r/model.onnx'), detector(2, 1));
    for (const file of ['old.onnx', 'r-v2.onnx'])
      await writeFile(join(folder, 'detectors', file), detector(2, 1.5));
    await runs.keepVersion('r', 'r-v2.onnx');
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
  } finally {
    memory.close();
    await rm(folder, { recursive: true, force: true });
  }
});
