/** @file Bytes of a pipe as pictures, which of them are judged, and who asks for them. */
import { getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../../src/core/random.ts';
import type { RgbImage } from '../../../../../src/image/rgb.ts';
import { requireVersion } from '../../../../../src/jobs/watch/camera/ffmpeg.ts';
import { Motion } from '../../../../../src/jobs/watch/camera/motion.ts';
import { Newest } from '../../../../../src/jobs/watch/camera/newest.ts';
import { ppmImages } from '../../../../../src/jobs/watch/camera/ppm.ts';
import { Triggers, triggersFrom } from '../../../../../src/jobs/watch/camera/triggers.ts';

describe('a stream of PPM images', () => {
  it('is the same images however it is cut, of any sizes, but for a cut one at its end', () => {
    const side = fc.integer({ min: 1, max: 9 });
    const sizes = fc.array(fc.record({ width: side, height: side }), { maxLength: 5 });
    return fc.assert(
      fc.asyncProperty(
        sizes,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (all, cuts) => {
          const images = all.map(({ width, height }, at) => ({
            ...{ width, height },
            data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7 + at * 10) % 256),
          }));
          const whole = Buffer.concat([
            ...images.flatMap(({ width, height, data }) => [
              Buffer.from(`P6\n${width} ${height}\n255\n`),
              data,
            ]),
            Buffer.from('P6\n2 2\n255\nabc'),
          ]);
          async function* chunks() {
            for (let at = 0, cut = 0; at < whole.length; cut++) {
              const length = cuts[cut % cuts.length]!;
              yield whole.subarray(at, at + length);
              at += length;
            }
          }
          const found: RgbImage[] = [];
          for await (const image of ppmImages(chunks())) found.push(image);
          expect(found).toEqual(images);
        },
      ),
    );
  });

  it('of something else is refused', async () => {
    const other = (async function* () {
      yield Buffer.from('RIFF'.repeat(40));
    })();
    await expect(ppmImages(other).next()).rejects.toThrow('ffmpeg wrote no PPM image');
  });
});

describe('motion', () => {
  const size = { width: 160, height: 120 };
  /** A grey belt with a bright part at a place along it, or none; noise as of a camera, and a lamp. */
  function belt(place: number | undefined, seed: number, lamp = 0): RgbImage {
    const random = new Random('belt', seed);
    const data = new Uint8Array(size.width * size.height * 3);
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++) {
        const isPart = place !== undefined && Math.abs(x - place) < 18 && Math.abs(y - 60) < 18;
        const value = (isPart ? 180 : 90) + lamp + random.uniform(-6, 6);
        data.fill(value, 3 * (y * size.width + x), 3 * (y * size.width + x) + 3);
      }
    return { ...size, data };
  }
  /** The numbers of the pictures that are due, ten a second. */
  const due = (images: readonly RgbImage[]) => {
    const motion = new Motion({ share: 0.02, rest: 0.3 });
    return images.flatMap((image, number) => (motion.see(image, number / 10) === 'judge' ? [number] : []));
  };

  it('judges each part once, when it has come to rest, and the empty belt where that is not known', () => {
    const places = [
      ...Array(5).fill(undefined), // 0 to 4: empty
      ...[10, 30, 50, 70], // comes
      ...Array(8).fill(80), // 9 to 16: lies
      ...[90, 110, 130, 150, 170], // goes
      ...Array(5).fill(undefined), // 22 to 26
    ];
    expect(due(places.map((place, seed) => belt(place, seed)))).toEqual([3, 12, 25]);
  });

  it('is not what moves slowly on and on, nor a lamp, nor noise', () => {
    expect(due(Array.from({ length: 40 }, (_, at) => belt(20 + 3 * at, at)))).toEqual([]);
    expect(due(Array.from({ length: 40 }, (_, at) => belt(80, at, at)))).toEqual([3]);
    expect(due(Array.from({ length: 40 }, (_, at) => belt(80, at)))).toEqual([3]);
  });

  it('begins anew where the picture has another size, or time goes back', () => {
    const small = { width: 80, height: 60, data: new Uint8Array(80 * 60 * 3) };
    expect(due([...Array(5).fill(belt(80, 1)), ...Array(5).fill(small)])).toEqual([3, 8]);
    const motion = new Motion({ share: 0.02, rest: 0.3 });
    const seconds = [10, 10.2, 0, 0.2, 0.4];
    expect(seconds.map((second) => motion.see(belt(80, 1), second))).toEqual([
      ...Array(4).fill('pass'),
      'judge',
    ]);
  });
});

describe('motion before a known background', () => {
  const size = { width: 160, height: 120 };
  /** A station with a part of a brightness at a place, or none; daylight that comes from the left; noise as of a camera. */
  function station(
    part: { readonly x?: number; readonly grey?: number; readonly side?: number } | undefined,
    seed: number,
    daylight = 0,
  ): RgbImage {
    const { x: place = 80, grey = 180, side = 40 } = part ?? {};
    const random = new Random('station', seed);
    const data = new Uint8Array(size.width * size.height * 3);
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++) {
        const isPart = part !== undefined && Math.abs(x - place) < side / 2 && Math.abs(y - 60) < side / 2;
        const light = daylight * (1 - x / size.width);
        const at = 3 * (y * size.width + x);
        data.fill((isPart ? grey : 90) + light + random.uniform(-6, 6), at, at + 3);
      }
    return { ...size, data };
  }
  const watched = (images: readonly RgbImage[], background: RgbImage | 'first') => {
    const motion = new Motion({ share: 0.02, rest: 0.3, background });
    const seen = images.map((image, number) => motion.see(image, number / 10));
    const numbers = (what: string) => seen.flatMap((each, number) => (each === what ? [number] : []));
    return { judged: numbers('judge'), empty: numbers('empty') };
  };
  const scene = (
    ...parts: readonly (Parameters<typeof station>[0] | readonly [number, Parameters<typeof station>[0]])[]
  ) =>
    parts
      .flatMap((each) => (Array.isArray(each) ? Array(each[0]).fill(each[1]) : [each]))
      .map((part, seed) => station(part, seed));

  it('judges parts and not the empty station, also where each part lies as the one before', () => {
    // 0 to 4 empty, 5 to 9 a part, 10 to 14 empty, 15 to 19 such a part, 20 to 24 empty
    const images = scene([5, undefined], [5, {}], [5, undefined], [5, {}], [5, undefined]);
    for (const background of [station(undefined, 99), 'first'] as const)
      expect(watched(images, background)).toEqual({ judged: [8, 18], empty: [3, 13, 23] });
  });

  it('knows the next part as a new one where the station was empty for a picture alone', () => {
    const images = scene([5, {}], undefined, [5, {}]);
    expect(watched(images, station(undefined, 99))).toEqual({ judged: [3, 9], empty: [] });
    // One that nobody took away is the same.
    expect(watched(scene([5, {}], { grey: 20 }, [5, {}]), station(undefined, 99)).judged).toEqual([3]);
  });

  it('follows daylight that comes slowly and from a side, by what it sees of the empty station', () => {
    const parts = Array.from({ length: 60 }, (_, turn) => [
      undefined,
      turn % 3 === 2 ? {} : undefined,
    ]).flat();
    const images = parts.flatMap((part, turn) =>
      Array.from({ length: 5 }, (_, at) => station(part, 5 * turn + at, turn / 2)),
    );
    const { judged } = watched(images, station(undefined, 999));
    expect(judged.map((number) => parts[Math.floor(number / 5)])).toEqual(Array(20).fill({}));
    // It is the following that does it: this daylight at once is no empty station.
    expect(
      watched(
        scene().concat(Array.from({ length: 5 }, (_, at) => station(undefined, at, 60))),
        station(undefined, 99),
      ).judged,
    ).toEqual([3]);
  });

  it('sees large parts and small ones, of the share that was asked for', () => {
    const large = scene(
      [5, { side: 115 }],
      [5, undefined],
      [5, { side: 30 }],
      [5, undefined],
      [5, { side: 8 }],
    );
    expect(watched(large, station(undefined, 99)).judged).toEqual([3, 13]);
  });

  it('refuses a background of another shape, and takes another size', () => {
    const half = { width: 80, height: 60, data: new Uint8Array(80 * 60 * 3).fill(90) };
    expect(watched(scene([5, undefined], [5, {}]), half)).toEqual({ judged: [8], empty: [3] });
    const wide = { width: 160, height: 60, data: new Uint8Array(160 * 60 * 3) };
    expect(() => watched(scene([5, undefined]), wide)).toThrow(
      'Expected --background to be a picture as the camera gives them, 160 x 120',
    );
  });

  it('tells of a scene that fails a third time and looks otherwise than what passes', () => {
    const motion = new Motion({ share: 0.02, rest: 0.3 });
    const failed = (part: Parameters<typeof station>[0], seed: number) =>
      motion.mayBeEmpty(station(part, seed), false);
    expect([failed(undefined, 1), failed(undefined, 2), failed(undefined, 3)]).toEqual(Array(3).fill(false));
    expect(motion.mayBeEmpty(station({}, 4), true)).toBe(false);
    // Parts that look as the good one does are no empty station.
    const scenes = [undefined, {}, {}, {}, { x: 30 }, undefined, undefined, undefined];
    expect(scenes.map((part, seed) => failed(part, 10 + seed))).toEqual([
      ...[false, false, false, false, false, false, true, false],
    ]);
  });
});

describe('the newest', () => {
  it('takes the place of the one before, which is counted', async () => {
    const newest = new Newest<number>();
    for (const value of [1, 2, 3]) newest.put(value);
    expect([await newest.take(1), newest.dropped, await newest.take(1)]).toEqual([3, 2, undefined]);
    const taken = newest.take(10_000);
    newest.put(4);
    newest.end();
    expect([await taken, newest.isDone, await newest.take(10_000)]).toEqual([4, true, undefined]);
  });
});

describe('triggers', () => {
  it('are lines, which name pictures, until the input ends', async () => {
    const input = new PassThrough();
    const { triggers, release } = triggersFrom('stdin', input);
    input.write('SN 12/34\n\n../../etc\n');
    await triggers.wait();
    await sleep(5);
    expect([0, 1, 2].map(() => triggers.take()?.label)).toEqual(['SN_12_34', '', '_.._etc']);
    expect(triggers.isDone).toBe(false);
    input.end();
    await triggers.wait();
    expect(triggers.isDone).toBe(true);
    release();
  });

  it('that waited too long are told, the oldest first', async () => {
    const triggers = new Triggers();
    for (const text of ['a', 'b']) triggers.add(text);
    await sleep(30);
    triggers.add('c');
    expect(triggers.takeOlder(20).map(({ label }) => label)).toEqual(['a', 'b']);
    expect(triggers.take()?.label).toBe('c');
  });

  it('leave nothing behind at the signal that ends the waiting for them', async () => {
    const triggers = new Triggers();
    const { signal } = new AbortController();
    for (let turn = 0; turn < 20; turn++) {
      const waited = triggers.wait(signal);
      triggers.add();
      await waited;
      triggers.take();
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await triggers.wait(AbortSignal.timeout(10));
  });

  it.skipIf(process.platform === 'win32')('are signals', async () => {
    const { triggers, release } = triggersFrom('signal');
    process.kill(process.pid, 'SIGUSR1');
    await triggers.wait();
    release();
    expect(triggers.take()).toBeDefined();
  });
});

describe('the version of ffmpeg', () => {
  it.each(['5.1.9-0+deb12u1', '5.1', 'n7.1', '10.0', 'N-113007-g8d24a28d06', '2026-01-01-git-abc'])(
    '%s will do',
    (version) => {
      requireVersion('ffmpeg', `ffmpeg version ${version} Copyright`);
    },
  );

  it('is refused where it is too old, or no ffmpeg', () => {
    expect(() => requireVersion('ffmpeg', 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright')).toThrow(
      'this is ffmpeg 4.4, and cameras and videos are read by ffmpeg 5.1 or newer',
    );
    expect(() => requireVersion('cat', 'cat (GNU coreutils) 9.1')).toThrow(
      'no such program (it answers "cat',
    );
  });
});
