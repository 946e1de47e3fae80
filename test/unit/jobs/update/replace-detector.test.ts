/** @file A detector and its list of good images are replaced together, whenever the process that does it is killed. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import {
  type GoodImagesFile,
  readGoodImagesFile,
  writeGoodImagesFile,
} from '../../../../src/jobs/good-images/good-images-file.ts';
import { RunFolder } from '../../../../src/jobs/run-folder.ts';
import {
  goodImagesOf,
  replaceBoth,
  settleReplacement,
  versionToKeep,
} from '../../../../src/jobs/update/replace-detector.ts';

let run: RunFolder;
beforeEach(async () => {
  run = new RunFolder(await mkdtemp(join(tmpdir(), 'clad-replace-')));
  await writeFile(run.model, 'before');
  await writeFile(run.evaluation, '{}');
  await writeGoodImagesFile(run.goodImagesState, listOf(1));
});
afterEach(() => rm(run.path, { recursive: true }));

const listOf = (version: number): GoodImagesFile => ({
  format: 2,
  version,
  entryImages: [version],
  images: [],
});
/** Metadata of a version, as far as they are read. */
const of = (...versions: number[]) =>
  ({ history: versions.map((version) => ({ version })) }) as unknown as DetectorMetadata;
const replacement = {
  before: Buffer.from('before'),
  changed: Buffer.from('changed'),
  file: listOf(2),
};
const text = (path: string) => readFile(path, 'utf8');
const kept = (name: string) => join(run.versions, '1', name);

describe('detector and list', () => {
  it('are replaced, those of before and what was measured with them kept', async () => {
    expect(await replaceBoth(run, replacement, await versionToKeep(run, of()))).toBe(kept('model.onnx'));
    expect(await text(run.model)).toBe('changed');
    expect((await goodImagesOf(run, of(2))).version).toBe(2);
    expect((await readGoodImagesFile(run.goodImagesState)).version).toBe(2);
    expect(existsSync(run.comingGoodImages)).toBe(false);
    expect(await text(kept('model.onnx'))).toBe('before');
    expect((await readGoodImagesFile(kept('good-images.json'))).version).toBe(1);
    expect([existsSync(run.evaluation), existsSync(kept('evaluation.json'))]).toEqual([false, true]);
  });

  it('stay what they were where the new detector cannot be written', async () => {
    // Nothing can be renamed to the name of a folder.
    await rm(run.model);
    await mkdir(join(run.model, 'taken'), { recursive: true });
    await expect(replaceBoth(run, replacement, 1)).rejects.toThrow();
    expect([existsSync(run.evaluation), existsSync(run.comingGoodImages)]).toEqual([true, false]);
    expect((await readGoodImagesFile(run.goodImagesState)).version).toBe(1);
    expect(await versionToKeep(run, of())).toBe(1);
  });

  it('are both of before after a process that was killed before the detector was in its place', async () => {
    await writeGoodImagesFile(run.comingGoodImages, listOf(2));
    await mkdir(join(run.versions, '1'), { recursive: true });
    await writeFile(kept('model.onnx'), 'before');
    expect((await goodImagesOf(run, of())).version).toBe(1);
    await settleReplacement(run, of());
    expect([existsSync(run.comingGoodImages), existsSync(run.evaluation)]).toEqual([false, true]);
    expect(await versionToKeep(run, of())).toBe(1);
  });

  it('stay as a version where somebody has put another back since', async () => {
    await writeGoodImagesFile(run.comingGoodImages, listOf(2));
    await mkdir(join(run.versions, '1'), { recursive: true });
    await writeFile(kept('model.onnx'), 'another');
    await settleReplacement(run, of());
    expect(await text(kept('model.onnx'))).toBe('another');
  });

  it('are both new after one that was killed behind that', async () => {
    await mkdir(join(run.versions, '1'), { recursive: true });
    await writeFile(kept('model.onnx'), 'before');
    await writeGoodImagesFile(run.comingGoodImages, listOf(2));
    await writeFile(run.model, 'changed');
    // Who only reads, reads what is of the detector, and changes nothing.
    expect((await goodImagesOf(run, of(2))).version).toBe(2);
    expect(existsSync(run.comingGoodImages)).toBe(true);
    await settleReplacement(run, of(2));
    expect((await readGoodImagesFile(run.goodImagesState)).version).toBe(2);
    expect([existsSync(run.evaluation), existsSync(kept('evaluation.json'))]).toEqual([false, true]);
    expect(await versionToKeep(run, of(2))).toBe(2);
  });
});

describe('the number that a version is kept as', () => {
  it('is what the file says, and none that there is already or has been', async () => {
    expect(await versionToKeep(run, of(2, 3))).toBe(3);
    await mkdir(join(run.versions, '5'), { recursive: true });
    expect(await versionToKeep(run, of(2, 3))).toBe(6);
  });
});
