/** @file `clad watch --camera` as a line runs it: a video, streams that stall and end, a killed ffmpeg, triggers. Needs ffmpeg. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/image/decode.ts';
import { Journal, type Judgement } from '../../src/jobs/watch/journal.ts';
import { clad, startClad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { filesBelow } from '../helpers/files-below.ts';
import { cladCommand } from '../helpers/fixtures.ts';

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);
const videoAt = () => at('parts.mkv');
/** Arguments that judge the video, and keep every picture below a folder. */
const keepingAll = (folder: string) =>
  `watch ${at('run')} --camera ${videoAt()} --move ${folder} --keep pass,check,reject --json`.split(' ');
/** What predictions of the photographs say that the video is made of, in their order. */
let offline: { readonly score: number; readonly verdict: string }[] = [];

const judgements = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Judgement & { readonly ended?: string })
    .filter(({ ended }) => ended === undefined);

async function rowsOf(file: string) {
  const journal = await Journal.open(file);
  const rows = journal.all();
  journal.close();
  return rows;
}

describe.skipIf(!hasFfmpeg)('clad watch --camera', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clad-camera-'));
    const data = await copySmallTraining(folder, 'run');
    await mkdir(at('photographs'));
    // Of one size, as those of a video are.
    let count = 0;
    for (const path of await filesBelow(data)) {
      if (!path.includes('/test/')) continue;
      const { width } = await decodeImage(path);
      if (width === 72)
        await writeFile(at('photographs', `${String(count++).padStart(2, '0')}.png`), await readFile(path));
    }
    const made = spawnSync('ffmpeg', [
      ...['-loglevel', 'error', '-framerate', '8', '-i', at('photographs', '%02d.png')],
      ...['-c:v', 'ffv1', '-pix_fmt', 'gbrp', videoAt()],
    ]);
    if (made.status !== 0) throw new Error(String(made.stderr));
    offline = judgements((await clad('predict', at('run'), at('photographs'), '--json')).stdout) as never;
    expect(offline.length).toBeGreaterThan(5);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('judges every picture of a video as its photograph, and keeps those that are asked for', async () => {
    const sorted = at('sorted');
    const ended = await clad(...keepingAll(sorted));
    expect([ended.status, ended.stderr.split('\n').at(-2)]).toEqual([
      0,
      `clad: ${offline.length} photographs judged of ${offline.length} pictures that came.`,
    ]);
    const judged = judgements(ended.stdout);
    expect(judged.map(({ score, verdict }) => ({ score, verdict }))).toEqual(
      offline.map(({ score, verdict }) => ({ score, verdict })),
    );
    expect(new Set(judged.map(({ verdict }) => verdict)).size).toBeGreaterThan(1);
    expect(
      judged.map(({ path, frame, frameSecond, source }) => ({ path, frame, frameSecond, source })),
    ).toEqual(
      judged.map((_, frame) => ({
        ...{
          path: `parts-${String(frame).padStart(6, '0')}.png`,
          frame,
          frameSecond: frame / 8,
          source: videoAt(),
        },
      })),
    );
    const rows = await rowsOf(join(sorted, '.clad-watch.sqlite'));
    expect(rows.every(({ movedAt }) => movedAt !== null)).toBe(true);
    for (const { destination, sha256, bytes, frame } of rows) {
      const kept = await readFile(join(sorted, destination!));
      expect([createHash('sha256').update(kept).digest('hex'), kept.length]).toEqual([sha256, bytes]);
      const photograph = at('photographs', `${String(frame).padStart(2, '0')}.png`);
      expect((await decodeImage(join(sorted, destination!))).data).toEqual(
        (await decodeImage(photograph)).data,
      );
    }
    const summary = JSON.parse(ended.stdout.trim().split('\n').at(-1)!);
    expect(summary).toMatchObject({
      judged: offline.length,
      waiting: {},
      camera: { pictures: offline.length, empty: 0, dropped: 0, connections: 1, isUp: false },
    });
  });

  it('connects again to a stream that stalls, ends or loses its ffmpeg, and tells no password', async () => {
    const video = await readFile(videoAt());
    /** What the server does, connection by connection. */
    const plan = ['refuse', 'stall', 'whole', 'slow', 'whole'];
    const passwords: (string | undefined)[] = [];
    let connections = 0;
    const server: Server = createServer((request, response) => {
      const { authorization } = request.headers;
      if (authorization === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="camera"' }).end();
        return;
      }
      passwords.push(authorization);
      const what = plan[connections++] ?? 'whole';
      if (what === 'refuse') response.writeHead(503).end();
      else if (what === 'stall') response.write(video.subarray(0, video.length >> 1));
      else if (what === 'slow') response.write(video.subarray(0, (video.length * 3) >> 2));
      else response.end(video);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}/live`;
    const running = startClad(
      ...['watch', at('run'), '--camera', `http://bob:geheim17@${address}?key=abcdef99`, '--stall', '1.5'],
      ...['--journal', at('live.sqlite'), '--json', '--heartbeat', at('beat')],
    );
    while (connections < 4) await sleep(50);
    await sleep(600);
    // Of the fourth connection, which gives nothing any more.
    const children = await readFile(
      `/proc/${running.child.pid}/task/${running.child.pid}/children`,
      'utf8',
    ).catch(() => '');
    for (const pid of children.trim().split(/\s+/)) if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    while (connections < 6) await sleep(50);
    running.child.kill('SIGTERM');
    const { status, stdout, stderr } = await running.ended;
    server.closeAllConnections();
    server.close();
    expect(status).toBe(0);
    expect(stderr).toContain(`http://${address}?...: `);
    expect(stderr).toMatch(/Server returned 5XX.*It is tried again until it works/);
    expect(stderr).toContain('no picture came for 1.5 s. It is tried again');
    expect(stderr).toContain('it works again');
    if (children !== '') expect(stderr).toContain('ffmpeg was ended by SIGKILL');
    const known = new Set(offline.map(({ score }) => score));
    const judged = judgements(stdout);
    expect(judged.length).toBeGreaterThan(2);
    for (const { score } of judged) expect(known).toContain(score);
    const { camera } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(camera.connections).toBe(connections);
    expect(passwords.at(-1)).toBe(`Basic ${Buffer.from('bob:geheim17').toString('base64')}`);
    const journal = await readFile(at('live.sqlite'));
    for (const text of [stdout, stderr, journal.toString('latin1')])
      for (const secret of ['geheim17', 'abcdef99', 'bob']) expect(text).not.toContain(secret);
    expect(await readFile(at('beat'), 'utf8')).toMatch(/^\d{4}-.*Z \d+\n$/);
  });

  it('judges a picture for each line, which names it', async () => {
    const child = spawn(process.execPath, [
      ...[cladCommand, 'watch', at('run'), '--camera', videoAt(), '--trigger', 'stdin'],
      ...['--journal', at('triggered.sqlite'), '--json', '--metrics', '0'],
    ]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stdin.write('SN 4711\n');
    while (!stdout.includes('SN_4711.png')) await sleep(30);
    const [, address] = /metrics at (\S+)/.exec(stderr)!;
    const metrics = await (await fetch(address!)).text();
    expect(metrics).toMatch(/^clad_judgements_total\{class="disc",verdict="\w+",decision="\w+"\} 1$/m);
    expect(metrics).toMatch(/^clad_camera_up 1$/m);
    expect((await fetch(address!.replace('metrics', ''))).status).toBe(404);
    child.stdin.end('SN 4712\n');
    await new Promise((resolve) => child.on('close', resolve));
    expect(judgements(stdout).map(({ path, frame, score }) => [path, frame, score])).toEqual([
      ['SN_4711.png', 0, offline[0]!.score],
      ['SN_4712.png', 1, offline[1]!.score],
    ]);
  });

  it('judges a picture of a stream that was asked for last, though nobody will ask again', async () => {
    const stream = [
      ...['-re', '-stream_loop', '-1', '-i', videoAt(), '-t', '60'],
      ...['-c', 'copy', '-f', 'matroska', 'pipe:1'],
    ];
    const pipe = at('pipe');
    spawnSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', `exec ffmpeg -loglevel quiet "$@" > ${pipe}`, 'sh', ...stream]);
    const child = spawn(process.execPath, [
      ...[cladCommand, 'watch', at('run'), '--camera', pipe, '--camera-options', '-f matroska'],
      ...['--trigger', 'stdin', '--journal', at('last.sqlite'), '--json'],
    ]);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    // Until the stream is there, none comes within the two seconds that a trigger waits.
    while (!/"score":\d/.test(stdout)) {
      child.stdin.write('early\n');
      await sleep(500);
    }
    child.stdin.end('two\nthree\n');
    await new Promise((resolve) => child.on('close', resolve));
    writer.kill();
    const judged = judgements(stdout);
    expect(judged.slice(-2).map(({ path }) => path)).toEqual(['two.png', 'three.png']);
    const known = new Set(offline.map(({ score }) => score));
    for (const { score } of judged.slice(-2)) expect(known).toContain(score);
    // Triggers for which none came are noted, and are no photographs.
    const { judged: count, camera } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    const missed = judged.filter(({ score }) => score === null).length;
    expect([count, camera.missed]).toEqual([judged.length - missed, missed]);
  });

  it('loses no picture that is kept, however it is killed', async () => {
    const sorted = at('killed');
    const args = keepingAll(sorted);
    for (const judged of [2, 4]) {
      const { child, ended } = startClad(...args);
      let lines = 0;
      child.stdout!.on('data', (text) => {
        lines += String(text).split('\n').length - 1;
        if (lines >= judged) child.kill('SIGKILL');
      });
      await ended;
    }
    expect((await clad(...args, '--most', '3')).status).toBe(0);
    const rows = await rowsOf(join(sorted, '.clad-watch.sqlite'));
    expect(rows.length).toBeGreaterThan(8);
    const files = (await filesBelow(sorted)).filter((path) => path.endsWith('.png'));
    expect(files).toEqual(rows.map(({ destination }) => join(sorted, destination!)).sort());
    expect(await readdir(join(sorted, '.coming')).catch(() => [])).toEqual([]);
  });

  it('keeps all pictures of two cameras in one folder', async () => {
    const shared = at('shared');
    const ends = await Promise.all(
      ['left', 'right'].map((name) => clad(...keepingAll(shared), '--journal', at(`${name}.sqlite`))),
    );
    expect(ends.map(({ status }) => status)).toEqual([0, 0]);
    const places = ends.flatMap(({ stdout }) => judgements(stdout).map(({ destination }) => destination));
    expect(new Set(places).size).toBe(2 * offline.length);
    const files = (await filesBelow(shared)).filter((path) => path.endsWith('.png'));
    expect(files).toEqual(places.map((place) => join(shared, place!)).sort());
    await expect(readdir(join(shared, '.coming'))).rejects.toThrow(/ENOENT/);
  });

  it('keeps two pictures of one name that could not be moved at first', async () => {
    const sorted = at('blocked');
    await mkdir(sorted);
    for (const name of ['pass', 'check', 'reject']) await writeFile(join(sorted, name), 'no folder');
    const args = ['watch', at('run'), '--camera', videoAt(), '--move', sorted, '--keep', 'pass,check,reject'];
    const child = spawn(process.execPath, [cladCommand, ...args, '--trigger', 'stdin']);
    child.stdin.end('part\npart\n');
    await new Promise((resolve) => child.on('close', resolve));
    for (const name of ['pass', 'check', 'reject']) await rm(join(sorted, name));
    expect((await clad(...args, '--most', '1')).status).toBe(0);
    const rows = await rowsOf(join(sorted, '.clad-watch.sqlite'));
    expect(rows.map(({ path }) => path)).toEqual(['part.png', 'part-2.png', 'parts-000000.png']);
    for (const { destination, sha256 } of rows) {
      const kept = await readFile(join(sorted, destination!));
      expect(createHash('sha256').update(kept).digest('hex')).toBe(sha256);
    }
  });

  it('says what is wrong with a program, a file or an option', async () => {
    const told = async (...args: readonly string[]) =>
      (await clad('watch', at('run'), '--journal', at('no.sqlite'), ...args)).stderr;
    await writeFile(at('old'), '#!/bin/sh\necho ffmpeg version 4.4.2 Copyright\n');
    const refusal = 'echo "[error] method SETUP failed: 461 Unsupported transport" >&2; exit 1';
    await writeFile(
      at('udp'),
      `#!/bin/sh\n[ "$1" = -version ] && echo ffmpeg version 5.1.2 || { ${refusal}; }\n`,
    );
    for (const program of ['old', 'udp']) await chmod(at(program), 0o755);
    await writeFile(at('no.mp4'), 'this is no video');
    const all = await Promise.all([
      told('--camera', videoAt(), '--ffmpeg', at('nowhere')),
      told('--camera', videoAt(), '--ffmpeg', at('old')),
      told(
        '--camera',
        'rtsp://camera.local/live',
        '--once',
        '--ffmpeg',
        at('udp'),
        '--journal',
        at('udp.sqlite'),
      ),
      told('--camera', at('absent.mp4')),
      told('--camera', at('no.mp4')),
      told(at('photographs'), '--fps', '2'),
      told('--camera', videoAt(), '--motion', '0.02', '--trigger', 'stdin'),
      told(folder, '--camera', videoAt()),
      told('--camera', videoAt(), '--settle', '3'),
      told('--camera', videoAt(), '--keep', 'pass'),
      told('--camera', videoAt(), '--background', 'first'),
      told('--camera', videoAt(), '--motion', '0.02', '--background', at('no.mp4')),
    ]);
    const wanted = [
      /nowhere: there is no such program \(.*ENOENT.*apt install ffmpeg.*--ffmpeg/,
      /this is ffmpeg 4\.4, and cameras/,
      /461 Unsupported transport; it does not send over TCP: give --camera-options '-rtsp_transport udp'/,
      /absent\.mp4: no such file or folder\. Give --camera a stream/,
      /no\.mp4: no picture comes from it \(.*Invalid data/,
      /Expected --fps to be given with --camera/,
      /Expected --trigger to be left out beside --motion/,
      /Expected --camera to be left out beside a folder/,
      /Expected --settle to be left out beside --camera/,
      /Expected --keep to be given with --move/,
      /Expected --background to be given with --motion/,
      /no\.mp4: /,
    ];
    for (const [index, text] of all.entries()) expect(text).toMatch(wanted[index]!);
    // With a standard input that stays open.
    const asked = ['--camera', videoAt(), '--trigger', 'stdin', '--journal', at('no.sqlite')];
    const child = spawn(process.execPath, [cladCommand, 'watch', at('no-run'), ...asked]);
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
    clearTimeout(late);
  });
});
