/** @file Checkpoints survive whatever moment the process is killed at. */

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskStorage } from '../../../src/core/disk-storage.ts';
import type { Parameters } from '../../../src/nn/parameters.ts';
import { type Checkpoint, CheckpointFolder, type Validation } from '../../../src/training/checkpoint.ts';
import { bitsOf, withFolder } from '../../helpers/made-store.ts';

const parameters = (value: number): Parameters => ({
  'adaptor.0.weight': { shape: [2, 3], data: new Float32Array(6).fill(value) },
  step: { shape: [], data: Float32Array.of(value) },
});

function checkpoint(stage: 1 | 2, step: number, best?: Validation): Checkpoint {
  const progress = { stage, step, ...(best && { best }) };
  return { progress, state: parameters(step), ...(best && { best: parameters(best.step + 0.5) }) };
}

const validated = (step: number): Validation => ({ stage: 1, step, value: 0.9 });

describe('a checkpoint', () => {
  it('is read as it was written, bit for bit', () =>
    fc.assert(
      fc.asyncProperty(fc.uint32Array({ minLength: 1, maxLength: 40 }), (bits) =>
        withFolder(async (folder) => {
          const data = new Float32Array(bits.slice().buffer);
          const state: Parameters = { w: { shape: [data.length], data } };
          const checkpoints = new CheckpointFolder(diskStorage(folder), 'key');
          await checkpoints.write({ progress: { stage: 1, step: 3 }, state });
          const read = await checkpoints.read();
          expect(bitsOf(read?.state.w?.data as Float32Array)).toEqual(bits);
          expect(read?.state.w?.shape).toEqual([data.length]);
          expect(read?.progress).toEqual({ stage: 1, step: 3 });
          expect(read?.best).toBeUndefined();
        }),
      ),
      { numRuns: 20 },
    ));

  it('holds the best networks beside the last ones', () =>
    withFolder(async (folder) => {
      const written = checkpoint(2, 8, validated(4));
      await new CheckpointFolder(diskStorage(folder), 'key').write(written);
      expect(await new CheckpointFolder(diskStorage(folder), 'key').read()).toEqual(written);
    }));

  it('keeps the one before, and removes what is older', () =>
    withFolder(async (folder) => {
      const checkpoints = new CheckpointFolder(diskStorage(folder), 'key');
      await checkpoints.write(checkpoint(1, 10, validated(5)));
      await checkpoints.write(checkpoint(1, 20, validated(5)));
      expect((await readdir(folder)).sort()).toEqual([
        'best-1-5.safetensors',
        'previous.json',
        'state-1-10.safetensors',
        'state-1-20.safetensors',
        'state.json',
      ]);
      await checkpoints.write(checkpoint(2, 3, validated(20)));
      expect((await readdir(folder)).sort()).toEqual([
        'best-1-20.safetensors',
        'best-1-5.safetensors',
        'previous.json',
        'state-1-20.safetensors',
        'state-2-3.safetensors',
        'state.json',
      ]);
      expect(await checkpoints.read()).toEqual(checkpoint(2, 3, validated(20)));
    }));

  it('leaves other files alone', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'input.safetensors'), 'fitted');
      await new CheckpointFolder(diskStorage(folder), 'key').write(checkpoint(1, 10));
      expect(await readdir(folder)).toContain('input.safetensors');
    }));

  it('of another training is ignored', () =>
    withFolder(async (folder) => {
      await new CheckpointFolder(diskStorage(folder), 'key').write(checkpoint(1, 10));
      expect(await new CheckpointFolder(diskStorage(folder), 'other').read()).toBeUndefined();
    }));

  it('is undefined where the folder is missing or empty', () =>
    withFolder(async (folder) => {
      expect(await new CheckpointFolder(diskStorage(folder), 'key').read()).toBeUndefined();
      expect(await new CheckpointFolder(diskStorage(join(folder, 'missing')), 'key').read()).toBeUndefined();
    }));
});

describe('a process killed while it writes', () => {
  it('leaves temporary files and a newer half-written file, which are ignored', () =>
    withFolder(async (folder) => {
      const checkpoints = new CheckpointFolder(diskStorage(folder), 'key');
      await checkpoints.write(checkpoint(1, 10, validated(5)));
      await writeFile(join(folder, '.state.json.1234.tmp'), '{"key": "ke');
      await writeFile(join(folder, '.state-1-20.safetensors.1234.tmp'), 'half');
      await writeFile(join(folder, 'state-1-20.safetensors'), 'half');
      await writeFile(join(folder, 'best-1-15.safetensors'), 'half');
      expect(await checkpoints.read()).toEqual(checkpoint(1, 10, validated(5)));
      // The resumed training comes to the same step again, and to the same best one.
      await new CheckpointFolder(diskStorage(folder), 'key').write(checkpoint(1, 20, validated(15)));
      expect(await checkpoints.read()).toEqual(checkpoint(1, 20, validated(15)));
    }));

  it('leaves the earlier checkpoint where writing the new one fails', () =>
    withFolder(async (folder) => {
      const checkpoints = new CheckpointFolder(diskStorage(folder), 'key');
      await checkpoints.write(checkpoint(1, 10));
      // A folder in the place of the new file: it cannot be replaced.
      await mkdir(join(folder, 'state-1-20.safetensors', 'in the way'), { recursive: true });
      await expect(checkpoints.write(checkpoint(1, 20))).rejects.toThrow();
      expect(await checkpoints.read()).toEqual(checkpoint(1, 10));
      expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }));
});

describe('a damaged checkpoint', () => {
  const damagedFiles = [
    ['state.json', flipped],
    ['state.json', emptied],
    ['state-1-20.safetensors', flipped],
    ['state-1-20.safetensors', emptied],
    ['state-1-20.safetensors', removed],
    ['state.json', removed],
    ['best-1-15.safetensors', flipped],
  ] as const;

  it.each(damagedFiles)('is reported, and the one before is used: %s, %o', (name, damage) =>
    withFolder(async (folder) => {
      const checkpoints = new CheckpointFolder(diskStorage(folder), 'key');
      await checkpoints.write(checkpoint(1, 10, validated(5)));
      await checkpoints.write(checkpoint(1, 20, validated(15)));
      await damage(join(folder, name));
      const notes: string[] = [];
      const again = new CheckpointFolder(diskStorage(folder), 'key');
      expect(await again.read((text) => notes.push(text))).toEqual(checkpoint(1, 10, validated(5)));
      expect(notes).toEqual([
        expect.stringMatching(/^\S+(\.json|\.safetensors)(:| is missing).* stage 1, step 10\.$/),
      ]);
      // What goes on from there leaves a whole checkpoint, and a whole one before.
      await again.write(checkpoint(1, 20, validated(15)));
      expect(await again.read(expect.unreachable)).toEqual(checkpoint(1, 20, validated(15)));
      await emptied(join(folder, 'state.json'));
      expect(await again.read()).toEqual(checkpoint(1, 10, validated(5)));
    }),
  );

  it('without a whole one before is reported, and ignored', () =>
    withFolder(async (folder) => {
      await new CheckpointFolder(diskStorage(folder), 'key').write(checkpoint(1, 10));
      await flipped(join(folder, 'state-1-10.safetensors'));
      const notes: string[] = [];
      expect(
        await new CheckpointFolder(diskStorage(folder), 'key').read((text) => notes.push(text)),
      ).toBeUndefined();
      expect(notes).toEqual([expect.stringMatching(/damaged .*made again from the first\.$/)]);
    }));

  it('is not repaired with a file of another training', () =>
    withFolder(async (folder) => {
      const checkpoints = new CheckpointFolder(diskStorage(folder), 'key');
      await checkpoints.write(checkpoint(1, 10));
      await withFolder(async (other) => {
        await new CheckpointFolder(diskStorage(other), 'other').write(checkpoint(1, 10));
        await copyFile(join(other, 'state-1-10.safetensors'), join(folder, 'state-1-10.safetensors'));
      });
      expect(await checkpoints.read()).toBeUndefined();
    }));
});

async function flipped(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[Math.floor(bytes.length * 0.8)]! ^= 4;
  await writeFile(path, bytes);
}

async function emptied(path: string): Promise<void> {
  await writeFile(path, '');
}

async function removed(path: string): Promise<void> {
  await rm(path);
}

it("does not use another training's best networks", () =>
  withFolder(async (folder) => {
    await new CheckpointFolder(diskStorage(folder), 'before').write(checkpoint(1, 10, validated(5)));
    const own: Checkpoint = { ...checkpoint(1, 6, validated(5)), best: parameters(77) };
    const checkpoints = new CheckpointFolder(diskStorage(folder), 'after');
    await checkpoints.write(own);
    expect(await checkpoints.read()).toEqual(own);
  }));
