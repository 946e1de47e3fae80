/** @file `clad data demo` as its users run it: the files, again the same, and what it refuses. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/image/decode.ts';
import { decodeMask } from '../../src/image/mask.ts';
import { clad } from '../helpers/clad.ts';
import { withFiles } from '../helpers/images.ts';

const tiny = ['--train', '2', '--test-good', '1', '--test-anomalous', '5', '--size', '64'];

async function filesBelow(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = await Promise.all(paths.map(async (path) => [path, await readFile(path, 'base64')] as const));
  return Object.fromEntries(read.map(([path, content]) => [path.slice(root.length + 1), content]));
}

describe('clad data demo', () => {
  it('writes a data set that can be read', () =>
    withFiles({}, async (root) => {
      const first = join(root, 'a');
      const flags = [...tiny, '--classes', 'washer,wood_grain'];
      const made = await clad('data', 'demo', '--out', first, ...flags, '--json');
      expect(made).toMatchObject({ status: 0, stderr: '' });
      expect(JSON.parse(made.stdout)).toEqual({
        root: first,
        seed: 0,
        size: 64,
        images: 16,
        removed: 0,
        classes: {
          washer: {
            train: 2,
            testGood: 1,
            defects: { scratch: 1, dent: 1, rust: 1, broken_edge: 1, eccentric_hole: 1 },
          },
          wood_grain: {
            train: 2,
            testGood: 1,
            defects: { knot: 1, crack: 1, scratch: 1, hole: 1, dent: 1 },
          },
        },
      });
      const files = await filesBelow(first);
      expect(Object.keys(files)).toHaveLength(1 + 16 + 10);
      expect(Object.keys(files)).toContain('washer/ground_truth/eccentric_hole/000_mask.png');
      expect(await decodeImage(join(first, 'washer/train/good/000.png'))).toMatchObject({
        width: 64,
        height: 64,
      });
      const mask = await decodeMask(join(first, 'wood_grain/ground_truth/knot/000_mask.png'));
      expect(mask.data.some((value) => value !== 0)).toBe(true);

      const { status, stdout } = await clad('data', 'inspect', first, '--json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        layout: 'mvtec',
        total: { train: 4, testGood: 2, testAnomalous: 10, masks: 10 },
        problems: [],
      });
    }));

  it('gives the same files from many threads as from one', () =>
    withFiles({}, async (root) => {
      const [few, many] = ['few', 'many'].map((name) => join(root, name));
      const flags = [
        '--size',
        '64',
        '--classes',
        'printed_label',
        '--test-good',
        '0',
        '--test-anomalous',
        '0',
      ];
      expect((await clad('data', 'demo', '--out', few!, ...flags, '--train', '4')).status).toBe(0);
      expect((await clad('data', 'demo', '--out', many!, ...flags, '--train', '24')).status).toBe(0);
      const { 'demo-data.json': _, ...images } = await filesBelow(few!);
      expect(Object.keys(images)).toHaveLength(4);
      expect(await filesBelow(many!)).toMatchObject(images);
    }));

  it('removes what it wrote before and no longer makes, and nothing else', () =>
    withFiles({}, async (root) => {
      const folder = join(root, 'set');
      expect((await clad('data', 'demo', '--out', folder, ...tiny, '--classes', 'screw,washer')).status).toBe(
        0,
      );
      const fewer = ['--train', '1', '--test-good', '0', '--test-anomalous', '0', '--size', '64'];
      expect((await clad('data', 'demo', '--out', folder, ...fewer, '--classes', 'screw')).status).toBe(0);
      expect(Object.keys(await filesBelow(folder)).sort()).toEqual([
        'demo-data.json',
        'screw/train/good/000.png',
      ]);
      expect(await readdir(folder)).toEqual(['demo-data.json', 'screw']);
    }));

  it('refuses a folder with other files, a file, and classes it does not have', () =>
    withFiles(
      { 'mine/notes.txt': 'mine', 'forged/demo-data.json': '{"madeBy": "me"}', 'a.png': '' },
      async (root) => {
        for (const name of ['mine', 'forged']) {
          const { status, stderr } = await clad('data', 'demo', '--out', join(root, name), ...tiny);
          expect(status).toBe(2);
          expect(stderr).toBe(
            `clad: ${join(root, name)}: the folder holds files that \`clad data demo\` did not write. Give --out a new or empty folder.\n`,
          );
          expect(await readdir(join(root, name))).toHaveLength(1);
        }
        const file = await clad('data', 'demo', '--out', join(root, 'a.png'), ...tiny);
        expect(file.status).toBe(2);
        expect(file.stderr).toMatch(/expected a folder, this is a file/);
        const unknown = await clad('data', 'demo', '--out', join(root, 'new'), '--classes', 'washer,gear');
        expect(unknown.status).toBe(2);
        expect(unknown.stderr).toMatch(/Expected classes to be among washer, .*, got gear/);
        expect(await readdir(root)).not.toContain('new');
      },
    ));
});
