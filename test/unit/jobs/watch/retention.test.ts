/** @file What is kept only so long, or only so much of: the oldest goes first, and never what somebody still waits for. */
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../../src/jobs/watch/journal.ts';
import { comingPictures, Moves } from '../../../../src/jobs/watch/moves.ts';
import { Retention, type RetentionLimits } from '../../../../src/jobs/watch/retention.ts';
import { judgementOf } from '../../../helpers/judgements.ts';

let folder = '';
let journal: Journal;
let notes: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-retention-'));
  journal = await Journal.open(join(folder, 'j.sqlite'));
  notes = [];
});
afterEach(async () => {
  journal.close();
  await rm(folder, { recursive: true });
});

const at = (...names: string[]) => join(folder, ...names);
const places = () => ({ folder: at('in'), move: at('sorted'), maps: at('maps') });
const note = (text: string) => void notes.push(text);
const retention = (limits: RetentionLimits, sinks: readonly string[] = []) =>
  new Retention(journal, limits, { ...places(), sinks }, note);

async function write(path: string, bytes: number): Promise<{ bytes: number; modified: number }> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, new Uint8Array(bytes));
  // Whole milliseconds, which file systems keep.
  await utimes(path, 1_764_374_400, 1_764_374_400);
  return { bytes, modified: Math.floor((await stat(path)).mtimeMs) };
}

/** A photograph as it is judged, with its heat map, both moved. @returns its number */
async function judged(name: string, bytes: number, mapBytes: number, more: object = {}): Promise<number> {
  const moves = new Moves(journal, places(), { note, onKept: () => {} });
  const state = await write(at('in', name), bytes);
  const map = await moves.mapPlace(name);
  await write(join(moves.comingMaps!, map), mapBytes);
  const judgement = judgementOf(name, { ...state, destination: `pass/${name}`, map, ...more });
  const id = journal.add(judgement);
  await moves.finish(id, judgement, at('in', name));
  return id;
}

const names = async (place: string) =>
  (await readdir(at(place)).catch(() => [])).filter((name) => name[0] !== '.').sort();
const inJournal = () => journal.all().map(({ path }) => path);

describe('a limit by size', () => {
  it('removes the oldest, photograph, map and row, until all of it is within', async () => {
    for (let number = 0; number < 10; number++) await judged(`${number}.png`, 100_000, 50_000);
    const bytes = 700_000 + journal.ownBytes;
    await retention({ bytes }).run();
    // Four of 150 kB fit, as a hundredth is left free.
    const left = ['6.png', '7.png', '8.png', '9.png'];
    expect([inJournal(), await names('sorted/pass'), await names('maps')]).toEqual([left, left, left]);
    expect(notes).toEqual([]);
  });

  it('counts what comes, also after it was opened again', async () => {
    const kept = retention({ bytes: 400_000 });
    for (let number = 0; number < 30; number++) {
      await judged(`${number}.png`, 60_000, 30_000);
      kept.added(90_000);
      await kept.run();
      const { photographs, maps } = journal.keptBytes;
      expect(photographs + maps + journal.ownBytes).toBeLessThanOrEqual(400_000);
    }
    expect(inJournal().at(-1)).toBe('29.png');
    await retention({ bytes: 250_000 }).run();
    expect(inJournal().length).toBeLessThanOrEqual(2);
    expect(await names('sorted/pass')).toEqual(inJournal().sort());
  });

  it('leaves what a place has not been sent, what is to be moved and what lies in the folder, and says so once', async () => {
    journal.addSink('told');
    const sent = await judged('sent.png', 50_000, 50_000);
    await judged('unsent.png', 50_000, 50_000);
    journal.addDelivery('told', sent);
    const here = await write(at('in/here.png'), 1000);
    journal.add(judgementOf('here.png', here));
    const kept = retention({ bytes: 20_000 }, ['told']);
    await kept.run();
    await kept.run();
    expect(inJournal()).toEqual(['unsent.png', 'here.png']);
    expect(await names('maps')).toEqual(['unsent.png']);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^0\.2 MB are kept where 0\.0 MB are allowed: /);
    journal.addDelivery('told', sent + 2);
    await retention({ bytes: 20_000 }, ['told']).run();
    // That it was judged stays known, as long as it lies there.
    expect([inJournal(), await names('sorted/pass'), await names('maps')]).toEqual([['here.png'], [], []]);
    expect(journal.knows({ path: 'here.png', ...here })).toBe(true);
  });

  it('takes the map of a photograph that stays, once, and nobody else’s file', async () => {
    const state = await write(at('in/stays.png'), 1000);
    await judged('stays.png', 1000, 80_000, { destination: null });
    expect(state.bytes).toBe(1000);
    await judged('other.png', 1000, 80_000);
    await write(at('sorted/pass/other.png'), 77);
    await retention({ bytes: 1000 }).run();
    expect(await names('maps')).toEqual([]);
    expect(await names('sorted/pass')).toEqual(['other.png']);
    expect(inJournal()).toEqual(['stays.png']);
    expect(journal.unplaced()).toEqual([]);
    expect(journal.keptBytes.maps).toBe(0);
  });

  it('makes the journal’s file smaller too', async () => {
    // Theirs are gone from there.
    await write(at('in/another.png'), 1);
    for (let number = 0; number < 500; number++) journal.add(judgementOf(`${number}.png`));
    const before = journal.ownBytes;
    await retention({ bytes: before / 2 }).run();
    expect(journal.ownBytes).toBeLessThanOrEqual(before / 2);
    expect(inJournal().length).toBeGreaterThan(50);
    expect(inJournal().at(-1)).toBe('499.png');
    expect((await stat(at('j.sqlite'))).size).toBeLessThan(0.7 * before);
  });
});

describe('a limit by age', () => {
  it('removes what is older, with its photograph and its map', async () => {
    await judged('old.png', 1000, 1000, { judgedAt: new Date(Date.now() - 3 * 86_400_000).toISOString() });
    await judged('new.png', 1000, 1000, { judgedAt: new Date().toISOString() });
    await retention({ days: 2 }).run();
    expect([inJournal(), await names('sorted/pass'), await names('maps')]).toEqual(
      Array(3).fill(['new.png']),
    );
  });

  it('removes all that is older, however large it is', async () => {
    const judgedAt = new Date(Date.now() - 3 * 86_400_000).toISOString();
    for (let number = 0; number < 60; number++) await judged(`${number}.png`, 100_000, 100_000, { judgedAt });
    await retention({ days: 2 }).run();
    expect([inJournal(), await names('sorted/pass'), await names('maps')]).toEqual([[], [], []]);
  });

  it('goes on where the system holds a file fast, says so once, and counts it as kept', async () => {
    const judgedAt = new Date(Date.now() - 3 * 86_400_000).toISOString();
    for (const name of ['a.png', 'b.png', 'c.png']) await judged(name, 100_000, 1000, { judgedAt });
    // A folder is not removed as a file is, whoever asks.
    for (const name of ['held.png', 'too.png']) {
      await mkdir(at('sorted/pass', name), { recursive: true });
      const { size, mtimeMs } = await stat(at('sorted/pass', name));
      const held = { bytes: size, modified: Math.floor(mtimeMs), judgedAt };
      journal.addMove(journal.add(judgementOf(name, { ...held, destination: `pass/${name}` })), judgedAt);
    }
    await judged('d.png', 100_000, 1000, { judgedAt });
    const kept = retention({ days: 2, bytes: 1e9 });
    await kept.run();
    expect(inJournal()).toEqual(['held.png', 'too.png']);
    expect(notes).toEqual([expect.stringContaining('held.png')]);
  });
});

describe('files that are not there', () => {
  const old = { judgedAt: new Date(Date.now() - 3 * 86_400_000).toISOString() };
  /** As `judged`, in the way of a watcher, which notes its folders first. */
  const judgedBy = (name: string, more: object = {}) =>
    new Moves(journal, places(), { note, onKept: () => {} }).alone(() =>
      judged(name, 10_000, 10_000, { ...old, ...more }),
    );

  it('were taken by others where the folder holds more: their rows go', async () => {
    await judgedBy('a.png');
    await judgedBy('b.png');
    await rm(at('sorted/pass/a.png'));
    await rm(at('maps/a.png'));
    await retention({ days: 2 }).run();
    expect([inJournal(), await names('sorted/pass'), notes]).toEqual([[], [], []]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is not there', async () => {}],
    ['is empty but for our own', () => mkdir(at('sorted/.coming'), { recursive: true })],
    ['is another one, as below a drive that is not mounted', () => write(at('sorted/pass/new.png'), 7)],
  ])(
    'may come back where the folder %s: their rows stay, do not count, and it is told once',
    async (_, stand) => {
      await judgedBy('a.png');
      await judgedBy('b.png');
      await rename(at('sorted'), at('away'));
      await stand();
      const kept = retention({ days: 2, bytes: 10_000 + journal.ownBytes });
      await kept.run();
      await kept.run();
      expect([inJournal(), await names('maps')]).toEqual([['a.png', 'b.png'], []]);
      expect(notes).toEqual([
        expect.stringMatching(/^.*sorted is not there, is empty, or is another folder/),
      ]);
      await rm(at('sorted'), { recursive: true, force: true });
      await rename(at('away'), at('sorted'));
      await retention({ days: 2 }).run();
      expect([inJournal(), await names('sorted/pass')]).toEqual([[], []]);
    },
  );

  it('of the watched folder stay known as judged while that is away, as they would be judged again', async () => {
    const file = await write(at('in/a.png'), 100);
    journal.add(judgementOf('a.png', { ...file, ...old }));
    await rename(at('in'), at('away'));
    await retention({ days: 2 }).run();
    expect(inJournal()).toEqual(['a.png']);
    await rename(at('away'), at('in'));
    await retention({ days: 2 }).run();
    expect(inJournal()).toEqual(['a.png']);
    await rm(at('in/a.png'));
    await write(at('in/b.png'), 1);
    await retention({ days: 2 }).run();
    expect(inJournal()).toEqual([]);
  });
});

describe('another folder than before', () => {
  const moved = (given: Partial<ReturnType<typeof places>>) =>
    new Moves(journal, { ...places(), ...given }, { note, onKept: () => {} });

  it('leaves heat maps that waited in the one of before in their places there, also where none is given', async () => {
    for (const [index, maps] of [at('maps-2'), undefined].entries()) {
      const before = moved({});
      await before.alone(async () => {
        for (const name of ['waits.png', 'nobodys.png']) await write(join(before.comingMaps!, name), 500);
        journal.add(judgementOf('waits.png', { map: `waits-${index}.png` }));
        await rename(join(before.comingMaps!, 'waits.png'), join(before.comingMaps!, `waits-${index}.png`));
      });
      await moved({ maps: maps! }).finishDue();
      expect([await readdir(at('maps')), journal.unplaced()]).toEqual([
        Array.from({ length: index + 1 }, (_, number) => `waits-${number}.png`),
        [],
      ]);
    }
    expect(notes).toEqual([]);
  });

  it('says where to look where the one of before is away', async () => {
    const before = moved({});
    const waiting = join(before.comingMaps!, 'waits.png');
    await before.alone(async () => {
      await write(waiting, 500);
      journal.add(judgementOf('waits.png', { map: 'waits.png' }));
    });
    await rename(at('maps'), at('away'));
    await moved({ maps: at('maps-2') }).finishDue();
    expect(notes).toEqual([expect.stringContaining(`is not there now: when it is, look for ${waiting}.`)]);
  });

  it('leaves pictures of a camera that waited in the one of before in their places there', async () => {
    const state = await moved({}).alone(async () => {
      const waits = join(comingPictures(at('sorted'), journal), 'a.png');
      const state = await write(waits, 300);
      journal.add(judgementOf('a.png', { ...state, source: '/dev/video0', destination: 'reject/a.png' }));
      return state;
    });
    const folder = comingPictures(at('sorted-2'), journal);
    await moved({ folder, move: at('sorted-2') }).finishDue();
    expect((await stat(at('sorted/reject/a.png'))).size).toBe(state.bytes);
    expect([journal.unmoved(), notes]).toEqual([[], []]);
  });

  it('takes no name that another file has taken meanwhile', async () => {
    const moves = moved({});
    const state = await write(at('in/a.png'), 200);
    const judgement = judgementOf('a.png', { ...state, destination: 'pass/a.png' });
    const id = journal.add(judgement);
    await write(at('sorted/pass/a.png'), 77);
    await moves.finish(id, judgement, at('in/a.png'));
    expect([(await stat(at('sorted/pass/a.png'))).size, (await stat(at('in/a.png'))).size]).toEqual([
      77, 200,
    ]);
    expect(notes).toEqual([expect.stringContaining('another file has taken its name')]);
  });

  it('is moved into once another process is done there, which is told while it takes long', async () => {
    await mkdir(at('sorted'));
    const ours = {
      host: 'line-7',
      id: 'a',
      pid: 1,
      started: null,
      boot: null,
      namespace: null,
      since: 'noon',
    };
    await writeFile(at('sorted/.lock'), JSON.stringify({ ...ours, touch: 350 }));
    expect(await moved({}).alone(async () => 1)).toBe(1);
    expect(notes).toEqual([
      expect.stringMatching(
        /^Nothing can be moved into .*sorted yet: process 1 on line-7, since noon, is moving .* for 4 s\.$/,
      ),
    ]);
    await writeFile(at('sorted/.lock'), JSON.stringify(ours));
    const stopped = new Moves(journal, places(), { note, onKept: () => {}, signal: AbortSignal.abort() });
    await expect(stopped.alone(async () => 2)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('heat maps', () => {
  it('are not written over by those of photographs of the same name while they wait', async () => {
    const moves = new Moves(journal, places(), { note, onKept: () => {} });
    await write(join(moves.comingMaps!, 'deep/a.png'), 500);
    // Where a folder is wanted there is a file: the move is refused.
    await write(at('maps/deep'), 1);
    const id = journal.add(judgementOf('deep/a.png', { map: 'deep/a.png' }));
    await moves.finish(id, journal.all()[0]!, at('in/deep/a.png'));
    expect(notes).toHaveLength(1);
    expect(await moves.mapPlace('deep/a.png')).toBe('deep/a-2.png');
    await rm(at('maps/deep'));
    moves.again();
    await moves.finishDue();
    expect((await stat(at('maps/deep/a.png'))).size).toBe(500);
  });

  it('of photographs of one name have names of their own', async () => {
    for (const size of [1000, 2000, 3000]) await judged('a.png', size, size);
    await judged('a.jpg', 4000, 4000);
    expect(journal.all().map(({ map }) => map)).toEqual(['a.png', 'a-2.png', 'a-3.png', 'a-4.png']);
    const sizes = await Promise.all(journal.all().map(({ map }) => stat(at('maps', map!))));
    expect(sizes.map(({ size }) => size)).toEqual([1000, 2000, 3000, 4000]);
  });

  it('that were not in their places when a process ended are put there, and those without a judgement removed', async () => {
    const before = new Moves(journal, places(), { note, onKept: () => {} });
    for (const name of ['waits.png', 'nobodys.png']) await write(join(before.comingMaps!, name), 500);
    await write(at('maps/arrived.png'), 600);
    for (const map of ['waits.png', 'arrived.png', 'lost.png']) journal.add(judgementOf(map, { map }));
    let kept = 0;
    const after = new Moves(journal, places(), {
      note,
      onKept: (bytes) => {
        kept += bytes;
      },
    });
    await after.finishDue();
    expect(await names('maps')).toEqual(['arrived.png', 'waits.png']);
    expect([journal.unplaced(), journal.keptBytes.maps, kept]).toEqual([[], 1100, 1100]);
    expect(notes).toEqual([expect.stringMatching(/lost\.png was lost before/)]);
    await expect(readdir(after.comingMaps!)).rejects.toThrow(/ENOENT/);
    await write(join(after.comingMaps!, 'sub/late.png'), 500);
    await after.tidy();
    expect((await readdir(at('maps'))).sort()).toEqual(['arrived.png', 'waits.png']);
  });
});
