/** @file The command line on terminals of 50 and 100 columns, through a real one (`script` of util-linux). */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clad } from '../helpers/clad.ts';
import { cladCommand } from '../helpers/fixtures.ts';

const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-terminal-'));
  for (const product of ['a-product-with-a-name', 'nut']) {
    const place = join(folder, product);
    await mkdir(place);
    for (let part = 0; part < 3; part++)
      await sharp({ create: { width: 40 + part, height: 30, channels: 3, background: '#888' } })
        .png()
        .toFile(join(place, `${part}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasTerminal)('on a terminal', () => {
  it.each([50, 100])('of %i columns tables are folded and lose no cell', (columns) => {
    const command = `stty cols ${columns}; '${process.execPath}' '${cladCommand}' data inspect '${folder}'`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
    const lines = stdout.split(/\r?\n/).filter((line) => !line.includes(folder));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    for (const word of ['train', 'test good', 'test anomalous', 'masks', 'size', 'problems', '40-42 x 30'])
      expect(stdout).toContain(word);
    const tables = lines.filter((line) => line.startsWith('class '));
    expect(tables).toHaveLength(columns === 50 ? 3 : 1);
  });
});

describe('without a terminal', () => {
  it('tables stay whole', async () => {
    const { stdout } = await clad('data', 'inspect', folder);
    expect(stdout.split('\n').filter((line) => line.startsWith('class '))).toHaveLength(1);
  });

  it('--legend without --maps is refused', async () => {
    const { status, stderr } = await clad('predict', 'runs/parts', folder, '--legend');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^clad: --legend belongs to heat maps: give --maps DIR too\. See /);
  });

  it('an unknown command is answered with the one that exists', async () => {
    const { status, stderr } = await clad('report', 'runs/parts');
    expect(status).toBe(2);
    expect(stderr).toBe(
      "clad: there is no command 'report'; a report is written by `clad evaluate RUN --report DIR`, and by a training into RUN/report. See `clad --help` or `clad <verb> --help`.\n",
    );
    expect((await clad('evalute', 'runs/parts')).stderr).toMatch(/Did you mean evaluate\?/);
  });
});
