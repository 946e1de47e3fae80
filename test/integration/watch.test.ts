/** @file `clad watch` as a line runs it: files that are still being written, a process that is killed, names that come again. */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Journal } from '../../src/jobs/watch/journal.ts';
import { clad, startClad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { filesBelow } from '../helpers/files-below.ts';

let folder = '';
let run = '';
/** Contents of photographs, good and bad, by hash. */
const photographs = new Map<string, Buffer>();
const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-watch-'));
  run = join(folder, 'run');
  const data = await copySmallTraining(folder, 'run');
  for (const path of await filesBelow(data)) {
    const content = await readFile(path);
    if (path.includes('/test/')) photographs.set(sha256Of(content), content);
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What predictions without a folder to watch say, by the photograph's hash. */
async function offline(paths: readonly string[]) {
  const { stdout } = await clad('predict', run, ...paths, '--json', '--maps', join(folder, 'offline'));
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; score: number; verdict: string; map: string });
  return new Map(
    await Promise.all(
      lines.map(async ({ path, ...said }) => [sha256Of(await readFile(path)), said] as const),
    ),
  );
}

describe('clad watch', () => {
  it('judges, moves and tells of each photograph, whatever it is killed by, and as predictions do', {
    timeout: 120_000,
  }, async () => {
    const told: { id: string; sha256: string; redelivered: boolean }[] = [];
    const hook = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      told.push(JSON.parse(body));
      // Every fourth answer is lost, though the message has arrived.
      if (told.length % 4 === 0) response.destroy();
      else response.end();
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const incoming = join(folder, 'incoming');
    const [sorted, maps] = [join(folder, 'sorted'), join(folder, 'maps')];
    await mkdir(join(incoming, 'line 1'), { recursive: true });
    const args = [
      'watch',
      run,
      incoming,
      ...['--move', sorted, '--maps', maps],
      '--settle',
      '0.3',
      '--give-up',
      '1.5',
      '--interval',
      '0.05',
      '--webhook',
      `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
    ];
    const contents = [...photographs.values()].slice(0, 18);
    const dropped = (async () => {
      for (const [number, content] of contents.entries()) {
        const path = join(
          incoming,
          number % 3 === 0 ? 'line 1' : '',
          `${String(number % 12).padStart(2, '0')}.png`,
        );
        // Names come again, but a camera does not write over a photograph that still lies there.
        while ((await readFile(path).catch(() => undefined)) !== undefined) await sleep(50);
        await writeFile(path, content.subarray(0, content.length >> 1));
        await sleep(number % 4 === 0 ? 150 : 5);
        await appendFile(path, content.subarray(content.length >> 1));
        await sleep(60);
      }
      await writeFile(join(incoming, 'broken.png'), contents[0]!.subarray(0, 200));
      await writeFile(join(incoming, 'empty.png'), '');
    })();
    for (const patience of [900, 1300]) {
      const { child, ended } = startClad(...args);
      await sleep(patience);
      child.kill('SIGKILL');
      await ended;
    }
    const last = startClad(...args);
    await dropped;
    while ((await filesBelow(incoming)).some((path) => path.endsWith('.png'))) await sleep(50);
    last.child.kill('SIGTERM');
    expect(await last.ended).toMatchObject({ status: 0 });
    hook.close();

    const journal = await Journal.open(join(incoming, '.clad-watch.sqlite'));
    const rows = journal.all();
    journal.close();
    expect(rows).toHaveLength(contents.length + 2);
    expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(rows.length);
    expect(rows.every(({ movedAt, modelVersion }) => movedAt !== null && modelVersion === 1)).toBe(true);
    const moved = await filesBelow(sorted);
    expect(moved).toEqual(rows.map(({ destination }) => join(sorted, destination!)).sort());
    for (const { sha256, destination } of rows)
      expect(sha256Of(await readFile(join(sorted, destination!)))).toBe(sha256);
    const said = await offline(moved.filter((path) => !/(broken|empty)\.png$/.test(path)));
    const folders = { normal: 'pass', anomalous: 'reject', unknown: 'check' };
    // Names came again, and each photograph has a heat map of its own, the one that predictions give.
    expect((await filesBelow(maps)).filter((path) => !path.includes('.coming'))).toEqual(
      rows.flatMap(({ map }) => (map === null ? [] : [join(maps, map)])).sort(),
    );
    for (const { sha256, score, verdict, destination, error, map } of rows) {
      expect(map === null).toBe(error !== null);
      if (map !== null)
        expect(sha256Of(await readFile(join(maps, map)))).toBe(
          sha256Of(await readFile(said.get(sha256)!.map)),
        );
      if (error !== null) {
        expect(destination).toMatch(/^check\/(broken|empty)\.png$/);
        expect([verdict, error.length > 10]).toEqual([null, true]);
        continue;
      }
      expect({ score, verdict }).toEqual({
        score: said.get(sha256)!.score,
        verdict: said.get(sha256)!.verdict,
      });
      expect(destination!.split('/')[0]).toBe(folders[verdict as keyof typeof folders]);
    }
    expect(new Set(rows.map(({ verdict }) => verdict)).size).toBeGreaterThan(2);
    // Everything was told, in order; what was told twice says so and has its id again.
    const first = told.filter(({ id }, at) => told.findIndex((each) => each.id === id) === at);
    expect(first.map(({ sha256 }) => sha256)).toEqual(rows.map(({ sha256 }) => sha256));
    const again = told.filter((each) => !first.includes(each));
    expect(again.length).toBeGreaterThan(2);
    expect(again.every(({ redelivered }) => redelivered)).toBe(true);
  });

  it('leaves photographs where they are without --move, remembers them, and says what it refuses', async () => {
    const still = join(folder, 'still');
    await mkdir(still);
    const [first, second] = [...photographs.values()];
    await writeFile(join(still, 'a.png'), first!);
    const once = ['watch', run, still, '--once', '--settle', '0', '--interval', '0.05', '--json'];
    const { stdout, stderr, status } = await clad(...once);
    expect([status, stderr.split('\n').at(-2)]).toEqual([0, 'clad: 1 photograph judged.']);
    const [said, end] = stdout.trim().split('\n');
    expect(JSON.parse(said!)).toMatchObject({
      ...{ path: 'a.png', sha256: sha256Of(first!), destination: null, error: null, source: null },
      brightness: expect.closeTo(100, -2),
    });
    expect(JSON.parse(end!)).toMatchObject({ judged: 1, waiting: {} });
    expect(JSON.parse((await clad(...once)).stdout)).toMatchObject({ judged: 0 });
    // The same name with another content is another photograph.
    await writeFile(join(still, 'a.png'), second!);
    expect(JSON.parse((await clad(...once)).stdout.split('\n')[0]!)).toMatchObject({
      path: 'a.png',
      sha256: sha256Of(second!),
    });
    expect((await clad('watch', run, still, '--move', join(still, 'sorted'))).stderr).toContain(
      `Expected --move to be a folder outside ${still}, whose photographs are judged`,
    );
    // Where they would be moved to is the watched folder itself, so each would be judged again and again.
    await mkdir(join(folder, 'turning/check'), { recursive: true });
    expect(
      (await clad('watch', run, join(folder, 'turning/check'), '--move', join(folder, 'turning'))).stderr,
    ).toContain('Expected --move to be a folder outside');
    expect((await clad('watch', run, join(folder, 'nowhere'))).stderr).toContain('no such file or folder');
    expect((await clad('watch', run, still, '--settle', 'soon')).stderr).toContain(
      'Expected seconds, 0 to 86400.',
    );
  }, 60_000);

  it('of two cameras with one folder for photographs and one for maps loses nothing', async () => {
    const [sorted, maps] = [join(folder, 'both', 'sorted'), join(folder, 'both', 'maps')];
    const cameras = [join(folder, 'both', 'left'), join(folder, 'both', 'right')];
    const contents = [...photographs.values()].slice(0, 8);
    for (const [at, camera] of cameras.entries()) {
      await mkdir(camera, { recursive: true });
      for (let number = 0; number < 4; number++)
        await writeFile(join(camera, `${number}.png`), contents[4 * at + number]!);
    }
    const ends = await Promise.all(
      cameras.map((camera) =>
        clad('watch', run, camera, '--once', '--settle', '0', '--move', sorted, '--maps', maps, '--json'),
      ),
    );
    expect(ends.map(({ status }) => status)).toEqual([0, 0]);
    const kept = await Promise.all((await filesBelow(sorted)).map((path) => readFile(path)));
    expect(kept.map(sha256Of).sort()).toEqual(contents.map(sha256Of).sort());
    const written = ends.flatMap(({ stdout }) => stdout.trim().split('\n').slice(0, -1));
    const names = written.map((line) => (JSON.parse(line) as { map: string }).map);
    expect(new Set(names).size).toBe(8);
    const found = (await filesBelow(maps)).map((path) => relative(maps, path));
    expect(found.sort()).toEqual(names.sort());
  });
});
