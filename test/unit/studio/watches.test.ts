/** @file Folders that are watched: which may be, and that one goes on through whatever ends its process, until somebody stops it. */
import { mkdir, mkdtemp, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Journal, type Judgement, judgementFields } from '../../../src/jobs/watch/journal.ts';
import type { StudioEvent } from '../../../src/studio/api.ts';
import type { Listener } from '../../../src/studio/child.ts';
import { Memory } from '../../../src/studio/memory.ts';
import { noCounts } from '../../../src/studio/outcome.ts';
import { Runs } from '../../../src/studio/runs.ts';
import type { FromWatch, JudgedFile, WatchOrder } from '../../../src/studio/watch-channel.ts';
import { WatchFolders } from '../../../src/studio/watch-folders.ts';
import { cameraLineName } from '../../../src/studio/watch-view.ts';
import { Watches } from '../../../src/studio/watches.ts';
import { Workspace } from '../../../src/studio/workspace.ts';

interface FakeChild {
  readonly order: WatchOrder;
  readonly listener: Listener<FromWatch>;
  stops: number;
}

let root = '';
let outside = '';
let workspace: Workspace;
let memory: Memory;
let children: FakeChild[] = [];
let events: StudioEvent[] = [];

beforeEach(async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'clad-watches-')));
  outside = join(folder, 'outside');
  await mkdir(join(outside, 'incoming'), { recursive: true });
  workspace = await Workspace.open(join(folder, 'work'));
  root = workspace.root;
  await mkdir(join(root, 'runs/r'));
  await writeFile(join(root, 'runs/r/model.onnx'), '');
  await mkdir(join(root, 'incoming'));
  memory = Memory.open(workspace.database);
  [children, events] = [[], []];
});
afterEach(async () => {
  vi.useRealTimers();
  memory.close();
  await rm(join(root, '..'), { recursive: true, force: true });
});

async function open(...allowed: readonly string[]): Promise<Watches> {
  return new Watches({
    ...{ workspace, memory, runs: new Runs(workspace, memory), keepSize: 2e9 },
    folders: await WatchFolders.of(root, allowed),
    onEvent: (event) => events.push(event),
    start: (order, listener) => {
      const child = { order, listener, stops: 0 };
      children.push(child);
      return {
        stop: () => void child.stops++,
        kill: () => listener.onEnd('signal SIGKILL'),
      };
    },
  });
}
const started = (count: number) => vi.waitFor(() => expect(children).toHaveLength(count));
const began = { type: 'began', judged: [], counts: noCounts() } as const;
const file = (id: number, change: Partial<JudgedFile> = {}): JudgedFile => ({
  ...{ id, path: `${id}.png`, at: '2026-01-01', outcome: 'pass', class: 'bolt', score: 1, threshold: 2 },
  ...{ verdict: 'normal', error: null, heat: false, bytes: 3, modified: 5, sha256: 'ab', map: null },
  ...{ destination: null, movedTo: null, ...change },
});

describe('folders that may be watched', () => {
  it('are those of the workspace that are its own, and those of whoever started the studio', async () => {
    await mkdir(join(outside, 'other'));
    const folders = await WatchFolders.of(root, [join(outside, 'incoming')]);
    expect(await folders.find('incoming')).toBe(join(root, 'incoming'));
    expect(await folders.find(join(outside, 'incoming'))).toBe(join(outside, 'incoming'));
    await symlink(join(outside, 'other'), join(root, 'linked'));
    await symlink(join(outside, 'other'), join(outside, 'incoming/linked'));
    for (const path of [
      ...['..', '../outside/other', join(outside, 'other'), '/etc', 'linked', 'incoming/../../outside'],
      ...[join(outside, 'incoming/linked'), '.', 'runs', 'runs/r', 'line', 'cache', 'incoming\0'],
    ])
      await expect(folders.find(path), path).rejects.toMatchObject({ code: 'WATCH_OUTSIDE' });
    await expect(folders.find('none')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await folders.offered()).toEqual([
      join(outside, 'incoming'),
      join(outside, 'incoming/linked'),
      'incoming',
      'linked',
    ]);
  });
  it('do not hold the workspace itself', async () => {
    const folders = await WatchFolders.of(root, [join(root, '..')]);
    await expect(folders.find(join(root, '..'))).rejects.toMatchObject({ code: 'WATCH_OUTSIDE' });
  });
});

describe('folders that photographs are moved into', () => {
  it('are those of the workspace that are its own, apart from the watched one', async () => {
    const folders = await WatchFolders.of(root, []);
    const from = join(root, 'incoming');
    expect(await folders.findMove('sorted/incoming', from)).toBe(join(root, 'sorted/incoming'));
    await symlink(join(outside), join(root, 'linked'));
    await symlink(join(root, 'runs'), join(root, 'inward'));
    await symlink(join(outside, 'none'), join(root, 'dangling'));
    await mkdir(join(root, 'leaking'));
    await symlink(outside, join(root, 'leaking/check'));
    for (const path of [
      ...['..', outside, '/etc', 'linked', 'linked/new', 'dangling', '.', 'runs', 'data/new', 'inward/new'],
      ...['leaking', 'LINE', 'incoming', 'incoming/sorted', 'sorted\0'],
    ])
      await expect(folders.findMove(path, from), path).rejects.toMatchObject({ code: 'WATCH_MOVE' });
    await expect(folders.findMove('lines', join(root, 'lines/a'))).rejects.toThrow('lies in it');
    await expect(folders.findMove('sorted', join(root, 'data/parts'))).rejects.toThrow('data set');
    // A data folder on a larger disk.
    const allowing = await WatchFolders.of(root, [outside], true);
    await rm(join(root, 'data'), { recursive: true });
    await symlink(outside, join(root, 'data'));
    await expect(allowing.findMove('sorted', join(outside, 'parts'))).rejects.toThrow('data set');
  });
  it('take photographs from outside the workspace only where that was allowed', async () => {
    const from = join(outside, 'incoming');
    const refusing = await WatchFolders.of(root, [outside]);
    await expect(refusing.findMove('sorted', from)).rejects.toMatchObject({ code: 'WATCH_MOVE' });
    const allowing = await WatchFolders.of(root, [outside], true);
    expect(await allowing.findMove('sorted', from)).toBe(join(root, 'sorted'));
    await expect(allowing.findMove(join(outside, 'sorted'), from)).rejects.toThrow('it lies elsewhere');
  });
});

describe('Watches', () => {
  it('goes on with the next server, and with the same journal where a folder is asked for twice', async () => {
    const watches = await open(outside);
    const { id, command } = await watches.add({ run: 'r', folder: join(outside, 'incoming') });
    expect(command).toBe(
      `clad watch runs/r ${join(outside, 'incoming')} --journal line/incoming-r/journal.sqlite --maps line/incoming-r/maps --keep-size 2000MB`,
    );
    await started(1);
    // Two tabs that ask for the same.
    const again = await watches.add({ run: 'r', folder: join(outside, 'incoming') });
    expect(again.id).toBe(id);
    children[0]?.listener.onMessage(began);
    children[0]?.listener.onMessage({ type: 'judged', file: file(1), drift: null });
    expect(watches.views).toMatchObject([{ state: 'watching', counts: { pass: 1 }, judged: [{ id: 1 }] }]);
    expect(JSON.stringify(watches.views)).not.toContain('modified');
    const closed = watches.close();
    expect(children[0]?.stops).toBe(1);
    children[0]?.listener.onEnd('status 0');
    await closed;
    const next = await open(outside);
    await started(2);
    expect(children[1]?.order.journal).toBe(children[0]?.order.journal);
    next.stop(id);
    children[1]?.listener.onEnd('status 0');
    expect(next.stop(id).state).toBe('off');
    expect((await open(outside)).views).toMatchObject([{ state: 'off' }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(children).toHaveLength(2);
  });

  it('shows what was judged of a folder that is off, with the next server too', async () => {
    const watches = await open();
    const { id, journal: place } = await watches.add({ run: 'r', folder: 'incoming' });
    await started(1);
    watches.stop(id);
    children[0]?.listener.onEnd('status 0');
    const journal = await Journal.open(join(root, place));
    const blank = Object.fromEntries(judgementFields.map((field) => [field, null])) as unknown as Judgement;
    for (const verdict of ['normal', 'anomalous', 'anomalous'])
      journal.add({
        ...{ ...blank, path: `${verdict}.png`, bytes: 3, modified: 5, sha256: '', modelSha256: '' },
        ...{ modelVersion: 1, judgedAt: new Date().toISOString(), class: 'bolt', score: 1, verdict },
        decision: verdict === 'normal' ? 'pass' : 'reject',
      });
    journal.close();
    const next = await open();
    const counts = { ...noCounts(), pass: 1, reject: 2 };
    await vi.waitFor(() => expect(next.views[0]?.counts).toEqual(counts));
    expect(next.views[0]).toMatchObject({ state: 'off', judged: [{ id: 3, outcome: 'reject' }, {}, {}] });
    expect(children).toHaveLength(1);
  });

  it('moves photographs as it was told, until it is told otherwise while it is off', async () => {
    const watches = await open();
    const asked = { run: 'r', folder: 'incoming' };
    const move = { folder: 'sorted', removeOldest: false };
    const { id, command, move: told } = await watches.add({ ...asked, move });
    expect(told).toEqual(move);
    expect(command).toBe(
      'clad watch runs/r incoming --move sorted --journal line/incoming-r/journal.sqlite --maps line/incoming-r/maps',
    );
    await started(1);
    // Nothing that was not asked for is removed.
    expect(children[0]?.order).toMatchObject({ move: join(root, 'sorted'), keepSize: null });
    await expect(watches.add(asked)).rejects.toThrow('its photographs are treated otherwise');
    watches.stop(id);
    children[0]?.listener.onEnd('status 0');
    const bounded = { ...move, removeOldest: true };
    expect((await watches.add({ ...asked, move: bounded })).id).toBe(id);
    await started(2);
    expect(children[1]?.order).toMatchObject({ move: join(root, 'sorted'), keepSize: 2e9 });
    watches.stop(id);
    children[1]?.listener.onEnd('status 0');
    expect((await open()).views).toMatchObject([{ id, move: bounded }]);
    await watches.add(asked);
    await started(3);
    expect(children[2]?.order).toMatchObject({ move: null, keepSize: 2e9 });
  });

  it('moves nothing out of a data set by a link that has come in the place of its folder', async () => {
    const watches = await open();
    const move = { folder: 'sorted', removeOldest: false };
    const { id } = await watches.add({ run: 'r', folder: 'incoming', move });
    await started(1);
    watches.stop(id);
    children[0]?.listener.onEnd('status 0');
    await mkdir(join(root, 'data/parts'));
    await rm(join(root, 'incoming'), { recursive: true });
    await symlink(join(root, 'data/parts'), join(root, 'incoming'));
    watches.start(id);
    await vi.waitFor(() =>
      expect(watches.views).toMatchObject([{ state: 'trouble', trouble: { code: 'WATCH_MOVE' } }]),
    );
    expect(children).toHaveLength(1);
    watches.stop(id);
  });

  it('does not move on what another has moved', async () => {
    for (const name of ['a', 'b', 'b/reject']) await mkdir(join(root, name));
    const watches = await open();
    const move = (folder: string) => ({ move: { folder, removeOldest: false } });
    const first = await watches.add({ run: 'r', folder: 'a', ...move('b') });
    for (const folder of ['b', 'b/reject'])
      await expect(watches.add({ run: 'r', folder, ...move('c') })).rejects.toThrow('by the other again');
    await expect(watches.add({ run: 'r', folder: 'incoming', ...move('a/x') })).rejects.toMatchObject({
      code: 'WATCH_TAKEN',
    });
    // To judge them again is no harm.
    await watches.add({ run: 'r', folder: 'b/reject' });
    watches.stop(first.id);
    const second = await watches.add({ run: 'r', folder: 'b', ...move('c') });
    expect(() => watches.start(first.id)).toThrow('by the other again');
    watches.stop(second.id);
    expect(watches.start(first.id).state).toBe('opening');
  });

  it('shows a photograph where it was moved to', async () => {
    const watches = await open();
    const { id } = await watches.add({
      ...{ run: 'r', folder: 'incoming', move: { folder: 'sorted', removeOldest: false } },
    });
    await started(1);
    const path = join(root, 'incoming/1.png');
    await writeFile(path, 'abc');
    const { mtimeMs } = await stat(path);
    const movedTo = join(root, 'sorted/pass/1.png');
    const judged = file(1, { modified: Math.floor(mtimeMs), destination: 'pass/1.png', movedTo });
    children[0]?.listener.onMessage({ ...began, judged: [judged] });
    expect(await watches.picture(id, 1, 'photograph')).toBe(path);
    await mkdir(join(root, 'sorted/pass'), { recursive: true });
    await rename(path, movedTo);
    expect(await watches.picture(id, 1, 'photograph')).toBe(movedTo);
    const [shown] = watches.views[0]?.judged ?? [];
    expect(shown?.destination).toBe('pass/1.png');
    expect(JSON.stringify(shown)).not.toContain(root);
  });

  it('has a journal that no camera has, whatever the folder is called', async () => {
    await mkdir(join(root, 'camera'));
    const watches = await open();
    const { journal } = await watches.add({ run: 'r', folder: 'camera' });
    expect(cameraLineName('r', null)).toBe('camera-r');
    expect(journal).toBe('line/folder-camera-r/journal.sqlite');
    // The names of a run and of a version have hyphens themselves.
    expect(cameraLineName('a', 'b-c.onnx')).not.toBe(cameraLineName('a-b', 'c.onnx'));
  });

  it('tells why it cannot watch, and tries again until it is stopped', async () => {
    const watches = await open(outside);
    const { id } = await watches.add({ run: 'r', folder: join(outside, 'incoming') });
    await started(1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    children[0]?.listener.onMessage(began);
    const error = { code: 'FILE_REFUSED', message: 'The disk is away.' } as const;
    children[0]?.listener.onMessage({ type: 'refused', error });
    expect(watches.views).toMatchObject([{ state: 'trouble', trouble: error }]);
    children[0]?.listener.onMessage({ type: 'refused', error: null });
    expect(watches.views).toMatchObject([{ state: 'watching', trouble: null }]);
    children[0]?.listener.onEnd('signal SIGSEGV');
    expect(watches.views[0]?.trouble?.message).toContain('signal SIGSEGV');
    await rename(join(outside, 'incoming'), join(outside, 'away'));
    await vi.advanceTimersByTimeAsync(5000);
    await vi.waitFor(() => expect(watches.views[0]?.trouble?.code).toBe('WATCH_AWAY'));
    expect(children).toHaveLength(1);
    await rename(join(outside, 'away'), join(outside, 'incoming'));
    await vi.advanceTimersByTimeAsync(5000);
    await started(2);
    // Stopped, and started again before the process has ended: that is no failure, and there is one process.
    watches.stop(id);
    watches.start(id);
    expect(children[1]?.stops).toBe(1);
    children[1]?.listener.onEnd('status 0');
    await started(3);
    expect(watches.views[0]).toMatchObject({ state: 'opening', trouble: null });
    watches.remove(id);
    expect(watches.views).toEqual([]);
    expect(() => watches.stop(id)).toThrow('There is no watched folder');
  });

  it('ends a process that hangs, says so, and starts another', async () => {
    const watches = await open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const { id } = await watches.add({ run: 'r', folder: 'incoming' });
    await started(1);
    children[0]?.listener.onMessage(began);
    children[0]?.listener.onMessage({ type: 'alive' });
    await vi.advanceTimersByTimeAsync(57_000);
    expect(watches.views).toMatchObject([{ state: 'watching', trouble: null }]);
    await vi.advanceTimersByTimeAsync(4000);
    const [view] = watches.views;
    expect(view).toMatchObject({ state: 'trouble', trouble: { code: 'WORKER_DIED' } });
    expect(view?.trouble?.message).toContain('it gave no sign of life for 60 s');
    // The fake one ended at once as it was killed; a real one may take as long as its drive.
    await vi.advanceTimersByTimeAsync(5000);
    await started(2);
    children[1]?.listener.onMessage(began);
    expect(watches.views).toMatchObject([{ state: 'watching', trouble: null }]);
    // It may have been at one photograph that takes long, which would be begun again for ever.
    children[1]?.listener.onMessage({ type: 'alive' });
    await vi.advanceTimersByTimeAsync(117_000);
    expect(watches.views).toMatchObject([{ state: 'watching', trouble: null }]);
    await vi.advanceTimersByTimeAsync(4000);
    expect(watches.views[0]?.trouble?.message).toContain('it gave no sign of life for 120 s');
    watches.stop(id);
    children[1]?.listener.onEnd('status 0');
    await vi.advanceTimersByTimeAsync(700_000);
    expect(watches.views).toMatchObject([{ state: 'off', trouble: null }]);
  });

  it('shows pictures of what was judged as it was judged, and of nothing else', async () => {
    const watches = await open(outside);
    const { id } = await watches.add({ run: 'r', folder: join(outside, 'incoming') });
    await started(1);
    const path = join(outside, 'incoming/1.png');
    await writeFile(path, 'abc');
    const { mtimeMs } = await stat(path);
    const judged = file(1, { modified: Math.floor(mtimeMs) });
    await writeFile(join(outside, 'secret.png'), 'abc');
    await symlink(join(outside, 'secret.png'), join(outside, 'incoming/2.png'));
    children[0]?.listener.onMessage({ ...began, judged: [judged, file(2)] });
    expect(await watches.picture(id, 1, 'photograph')).toBe(path);
    await expect(watches.picture(id, 2, 'photograph')).rejects.toMatchObject({ code: 'WATCH_OUTSIDE' });
    await expect(watches.picture(id, 3, 'photograph')).rejects.toMatchObject({ code: 'NOT_THERE' });
    await writeFile(path, 'another');
    await expect(watches.picture(id, 1, 'photograph')).rejects.toMatchObject({ code: 'NOT_THERE' });
  });
});
