/** @file Paths of a workspace: what a page names leads nowhere else, by its name or by a link. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameProblem, productProblem } from '../../../src/studio/names.ts';
import { Workspace } from '../../../src/studio/workspace.ts';

let folder = '';
let workspace: Workspace;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-workspace-')));
  await mkdir(join(folder, 'outside'));
  await writeFile(join(folder, 'outside/secret.png'), 'secret');
  workspace = await Workspace.open(join(folder, 'work'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('names', () => {
  it.each(['washer', 'Schraube M4', '螺丝', 'a.b-c_1', 'screw (left)', 'x'.repeat(200)])(
    '%s can be used',
    (name) => {
      expect(nameProblem(name)).toBeUndefined();
    },
  );
  it.each([
    ...['', ' ', '..', '.', '.hidden', 'a/b', 'a\\b', '../../etc', 'a\0b', 'a\nb', 'con', 'LPT1.png', 'nul.'],
    ...[' a', 'a ', 'a.', 'x'.repeat(201), '<img src=x>', 'a:b', 'a\u202egnp.exe', 'ü'.repeat(101)],
  ])('%j cannot', (name) => {
    expect(nameProblem(name)).toMatch(/^(it|Windows) /);
  });
  it('a product is not called as a folder of the layout is', () => {
    expect(productProblem('Train')).toMatch(/something else/);
    expect(productProblem('trainer')).toBeUndefined();
  });
});

describe('Workspace', () => {
  it('makes its folders', async () => {
    expect(await workspace.path('data', 'data set', 'parts')).toBe(join(folder, 'work/data/parts'));
  });
  it.each(['../runs', '..', 'a/b', '/etc/passwd', 'C:\\x'])('refuses the name %j', async (name) => {
    await expect(workspace.path('data', 'data set', name)).rejects.toMatchObject({ code: 'NAME_UNUSABLE' });
  });
  it.each(['../runs/x.png', '../../outside/secret.png', '/etc/passwd', 'a/../../runs', 'a\0.png'])(
    'refuses the path %j',
    async (path) => {
      await expect(workspace.within('data', path)).rejects.toMatchObject({ code: 'WORKSPACE_OUTSIDE' });
    },
  );
  it('refuses what a link leads to, whether it is there or not, and what would lie below it', async () => {
    const links = { away: join(folder, 'outside'), nowhere: join(folder, 'outside/missing'), up: '..' };
    for (const [name, target] of Object.entries(links))
      await symlink(target, join(folder, 'work/data', name));
    for (const path of [
      'away',
      'away/secret.png',
      'away/new/x.png',
      'nowhere',
      'nowhere/x.png',
      'up',
      'up/runs',
    ])
      await expect(workspace.within('data', path)).rejects.toMatchObject({ code: 'WORKSPACE_OUTSIDE' });
  });
  it('follows links within the folder, and a folder of its own that is one', async () => {
    await mkdir(join(folder, 'work/data/real'));
    await symlink('real', join(folder, 'work/data/alias'));
    expect(await workspace.within('data', 'alias/x.png')).toBe(join(folder, 'work/data/alias/x.png'));
    await mkdir(join(folder, 'disk'));
    await rm(join(folder, 'work/runs'), { recursive: true });
    await symlink(join(folder, 'disk'), join(folder, 'work/runs'));
    const again = await Workspace.open(join(folder, 'work'));
    expect(await again.path('runs', 'run', 'one')).toBe(join(folder, 'work/runs/one'));
  });
});
