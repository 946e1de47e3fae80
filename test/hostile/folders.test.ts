/** @file Folders of everything that may lie about: what is no image is named, nothing is named twice, nothing hangs, whatever the links. */
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import type { LeftOut } from '../../src/data/left-out.ts';
import { loadDataset } from '../../src/data/load.ts';
import { predictTargets } from '../../src/jobs/predict-targets.ts';
import { rounds } from '../helpers/hostile.ts';
import { encoded, noise, withFiles } from '../helpers/images.ts';

const png = await encoded(noise(5, 5));
const contents = [png, png, png, 'GIF89a', 'text', '', 'BM text', 'II*\0', 'P5\n2 2\n', '\0\0\0\x18ftypheic'];
const endings = ['.png', '.png', '.JPG', '.jfif', '.gif', '.txt', '', '.tif', '.nef'];
const folders = ['week1', 'b', 'camera-a', '2024.05', 'x.png', '\u00fc'];

/** Fills a folder by chance; links lead anywhere in it, up, round or out. */
async function fill(random: Random, root: string, at = root, depth = 0): Promise<void> {
  await mkdir(at, { recursive: true });
  const entries = random.integer(7);
  for (let entry = 0; entry < entries; entry++) {
    const path = join(at, `${entry}${random.pick(endings)}`);
    // A folder may be filled twice; nothing is written through a link.
    if (await lstat(path).catch(() => undefined)) continue;
    const kind = random.integer(14);
    if (kind === 0)
      await symlink(random.pick(['..', '.', '/nowhere', path, root, '/dev/null', '../b']), path);
    else if (kind === 1) await symlink(join(root, random.pick(folders)), path);
    else if (kind === 2 && depth > 1) execFileSync('mkfifo', [path]);
    else if (kind <= 7 && depth < 4) await fill(random, root, join(at, random.pick(folders)), depth + 1);
    else await writeFile(path, random.pick(contents));
  }
}

/** Every entry below a folder but folders themselves, by its real place; no link is followed. */
async function everything(folder: string): Promise<string[]> {
  const inside: string[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await lstat(path)).isDirectory()) inside.push(...(await everything(path)));
    else inside.push(path);
  }
  return inside;
}

const placeOf = async (path: string) => join(await realpath(dirname(path)), basename(path));
const placesOf = async (paths: readonly string[]) => new Set(await Promise.all(paths.map(placeOf)));

/** Expects that every file below the root is an image or left out, and none both. */
async function expectAllNamed(root: string, images: readonly string[], leftOut: readonly LeftOut[]) {
  const [read, passed] = [await placesOf(images), await placesOf(leftOut.map(({ path }) => path))];
  const named = (path: string) => read.has(path) || passed.has(path);
  const within = await everything(await realpath(root));
  const unnamed: string[] = [];
  for (const path of within) {
    // A link to a folder is named, or entered and named by what lies there.
    const entered = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (!named(path) && !entered) unnamed.push(path);
  }
  expect(unnamed.map((path) => relative(root, path))).toEqual([]);
  expect([...read].filter((path) => passed.has(path))).toEqual([]);
  expect(new Set(leftOut.map(({ path }) => path)).size).toBe(leftOut.length);
}

describe.each(rounds(12, 400))('folders filled at random, round %d', (round) => {
  it('are read, or each file is named as left out, by predict', () =>
    withFiles({ 'set/sure.png': png }, async (folder) => {
      const root = join(folder, 'set');
      await fill(new Random('folders', round), root);
      const leftOut: LeftOut[] = [];
      const targets = await predictTargets([root], (entry) => leftOut.push(entry));
      const images = targets.map(({ path }) => path);
      await expectAllNamed(root, images, leftOut);
    }));

  it('are read, or each file is named as left out, as classes', () =>
    withFiles({ 'set/sure/0.png': png }, async (folder) => {
      const root = join(folder, 'set');
      await fill(new Random('products', round), join(root, 'sure'));
      const { samples, leftOut } = await loadDataset(root);
      const images = samples.map(({ path }) => path);
      await expectAllNamed(root, images, leftOut);
    }));
});
