/** @file What a folder holds besides photographs is counted by the commands that read it, and none of them waits for a pipe. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clad, type Ended } from '../helpers/clad.ts';
import { encoded, writeFiles } from '../helpers/images.ts';
import { paged } from '../helpers/pages.ts';
import { drawPart } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';
import { trainSmall } from '../helpers/small-training.ts';

let folder = '';
let trained: Ended;
const at = (...names: readonly string[]) => join(folder, ...names);
const disc = async (number: number, format?: 'jpeg') => encoded(drawPart('disc', number).image, format);

/** Everything that is left out of `photos/`, as the commands say it. */
const leftOut = {
  total: 7,
  reasons: [
    { reason: 'pages or frames after the first', count: 2, paths: ['disc/week2/pages.tif'] },
    { reason: 'GIF is not read', count: 1, paths: ['disc/0.gif'] },
    { reason: 'link that leads in a circle', count: 1, paths: ['disc/week2/up'] },
    { reason: 'link that leads nowhere', count: 1, paths: ['disc/share'] },
    { reason: 'named pipe, not a file', count: 1, paths: ['disc/week1/x.png'] },
    { reason: 'no image', count: 1, paths: ['notes.txt'] },
  ],
};
const lines = [
  'Left out: 7',
  '  pages or frames after the first (2): disc/week2/pages.tif',
  '  GIF is not read (1): disc/0.gif',
  '  link that leads in a circle (1): disc/week2/up',
  '  link that leads nowhere (1): disc/share',
  '  named pipe, not a file (1): disc/week1/x.png',
  '  no image (1): notes.txt',
  '',
].join('\n');
const readAsOne = 'disc: the images of 3 folders are read as one: disc, disc/week1, disc/week2';
/** With paths as below `photos/`. */
const told = (text: string) => JSON.parse(text.replaceAll(`${at('photos')}/`, ''));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-left-out-'));
  const files: Record<string, Uint8Array | string> = {
    'notes.txt': 'Made on Monday',
    'disc/desktop.ini': 'x',
    'disc/0.gif': await paged('gif', 2),
    'disc/11.jfif': await disc(11, 'jpeg'),
    'disc/week2/12': await disc(12),
  };
  for (let number = 0; number < 10; number++)
    files[`disc/week${1 + (number % 2)}/${number}.png`] = await disc(number);
  await writeFiles(at('photos'), files);
  const pages = await paged('tiff', 3, 64);
  await writeFile(at('photos/disc/week2/pages.tif'), pages);
  execFileSync('mkfifo', [at('photos/disc/week1/x.png')]);
  await symlink('..', at('photos/disc/week2/up'));
  await symlink('/nowhere/share', at('photos/disc/share'));
  trained = await trainSmall(folder, at('photos'), 'run');
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('files that are left out are counted with the reason by', () => {
  it('clad data inspect', async () => {
    const { stdout, status } = await clad('data', 'inspect', at('photos'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^disc +13 /m);
    expect(stdout).toContain(`\n\n${lines}\n${readAsOne}\n`);
    const json = told((await clad('data', 'inspect', at('photos'), '--json')).stdout);
    expect(json.leftOut).toEqual(leftOut);
    expect(json.readAsOne).toEqual([
      { class: 'disc', split: 'train', defect: 'good', folders: ['disc', 'disc/week1', 'disc/week2'] },
    ]);
  });

  it('clad train, on the terminal, in its JSON and in the run folder', async () => {
    const { stdout, stderr } = trained;
    expect(stderr).toContain(`clad: ${lines}`);
    expect(stderr).toContain(`clad: ${readAsOne}\n`);
    expect(stdout).toContain(`Left out of the data set: 7, by reason in ${at('run/left-out.json')}\n`);
    expect(told(await readFile(at('run/left-out.json'), 'utf8'))).toEqual(leftOut);
    const { options, backbone } = JSON.parse(await readFile(at('run/config.json'), 'utf8'));
    await writeFile(at('run.yaml'), JSON.stringify({ ...options, backbone: backbone.path }));
    const resumed = ['--resume', '--no-report', '--json', '--config', at('run.yaml')];
    const { stdout: json } = await clad('train', at('photos'), '--out', at('run'), ...resumed);
    expect(told(json).leftOut).toEqual(leftOut);
  }, 60_000);

  it('clad predict on a folder: on stderr, and as the last of its JSON lines', async () => {
    const { stdout, stderr, status } = await clad('predict', at('run'), at('photos'));
    expect(status).toBe(0);
    expect(stderr.replaceAll(`${at('photos')}/`, '')).toContain(`clad: ${lines}`);
    expect(stdout).toMatch(/disc\/11\.jfif +disc .*\n.*disc\/week1\/0\.png +disc /);
    const json = await clad('predict', at('run'), at('photos'), '--json');
    const documents = json.stdout.trim().split('\n');
    expect(documents).toHaveLength(14);
    expect(told(documents.at(-1) as string)).toEqual({ leftOut });
    for (const line of documents.slice(0, -1)) expect(JSON.parse(line)).toHaveProperty('verdict');
    // Without anything left out every line is an image's.
    const all = await clad('predict', at('run'), at('photos/disc/11.jfif'), '--json');
    expect(all.stdout.trim().split('\n')).toHaveLength(1);
    expect(all.stderr).not.toContain('Left out');
  });

  it('clad calibrate, and clad data synthesize of textures too', async () => {
    await mkdir(at('line'));
    for (let number = 0; number < 3; number++)
      await writeFile(at('line', `${number}.dat`), await disc(600 + number));
    await cp(at('photos/disc/0.gif'), at('line/0.gif'));
    const words = `clad: Left out: 1\n  GIF is not read (1): ${at('line/0.gif')}\n`;
    const calibrated = await clad('calibrate', at('run'), at('line'), '--out', at('line.onnx'), '--json');
    expect(calibrated.stderr).toContain(words);
    expect(JSON.parse(calibrated.stdout).leftOut).toEqual({
      total: 1,
      reasons: [{ reason: 'GIF is not read', count: 1, paths: [at('line/0.gif')] }],
    });
    const drawn = await clad(
      ...['data', 'synthesize', at('photos'), '--out', at('drawn'), '--textures', at('line')],
      ...['--size', '64', '--count', '1'],
    );
    expect(drawn.status).toBe(0);
    expect(drawn.stderr).toContain(`  GIF is not read (2): ${at('line/0.gif')}, disc/0.gif\n`);
  });
});

describe('an unusable input is refused:', () => {
  it('a pipe that is named, without waiting for it', async () => {
    const pipe = at('photos/disc/week1/x.png');
    const { stderr, status } = await clad('predict', at('run'), pipe);
    expect(status).toBe(2);
    expect(stderr).toContain(`clad: ${pipe}: cannot be read (it is a named pipe, not a file).`);
  });

  it('a folder without an image that can be read, with what is in it', async () => {
    await writeFiles(at('phone'), { '0.heic': '\0\0\0\x18ftypheic', '1.heic': '\0\0\0\x18ftypheic' });
    expectRefused(
      await clad('predict', at('run'), at('phone')),
      /left out there: HEIC is not read \(2\)\.\n$/,
    );
    expectRefused(await clad('data', 'inspect', at('phone')), /left out there: HEIC is not read \(2\)\.\n$/);
  });

  it("a class's folder with one of bad parts", async () => {
    await writeFiles(at('mixed'), { 'disc/week1/0.png': '', 'disc/week1/NG/0.png': '' });
    expectRefused(
      await clad('train', at('mixed'), '--out', at('never')),
      /disc\/week1\/NG: .*its name says that not only good parts lie there\. Keep good parts alone/,
    );
  });
});
