/** @file Parts of teaching in a page that need no page. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CladError } from '../../../src/core/errors.ts';
import type { ImageAccess } from '../../../src/data/image-access.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { keptPixels } from '../../../src/web/teach/kept-pixels.ts';
import { memoryReason, neededBytes, requireRoom } from '../../../src/web/teach/memory.ts';

const image = (side: number): RgbImage => ({
  width: side,
  height: side,
  data: new Uint8Array(side * side * 3).fill(side),
});

/** Access whose paths are the sides of images, and what it was asked for. */
function counted() {
  const asked: string[] = [];
  const access = {
    decode: async (path: string) => {
      asked.push(path);
      if (path === '0') throw new CladError('IMAGE_INVALID', { path, reason: 'it is empty' });
      return image(Number(path));
    },
  } as unknown as ImageAccess;
  return { access, asked };
}

it('decodes a picture once, gives each asker pixels of its own, and keeps no more than it may', async () => {
  const { access, asked } = counted();
  const kept = keptPixels(access, 2 * 10 * 10 * 3);
  const first = await kept.decode('10');
  first.data.fill(0);
  expect(await kept.decode('10')).toEqual(image(10));
  expect(await Promise.all([kept.decode('9'), kept.decode('9')])).toEqual([image(9), image(9)]);
  expect(asked).toEqual(['10', '9']);
  // The oldest goes: 10, as 9 was used after it.
  await kept.decode('8');
  await kept.decode('9');
  expect(asked).toEqual(['10', '9', '8']);
  await kept.decode('10');
  expect(asked).toEqual(['10', '9', '8', '10']);
  // One that fails is tried again.
  await expect(kept.decode('0')).rejects.toThrow('it is empty');
  await expect(kept.decode('0')).rejects.toThrow('it is empty');
  expect(asked.filter((path) => path === '0')).toHaveLength(2);
});

it('keeps no more bytes than it may, whatever is asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), async (sides) => {
      const { access, asked } = counted();
      const kept = keptPixels(access, 600);
      for (const side of sides) expect(await kept.decode(String(side))).toEqual(image(side));
      // Whatever fits beside the last is answered without being decoded.
      const last = sides.at(-1);
      if (last === undefined || last * last * 3 > 600) return;
      const before = asked.length;
      await kept.decode(String(last));
      expect(asked.length).toBe(before);
    }),
  );
});

it('keeps what was made of a picture, in the same room as pixels, as long as it is used', async () => {
  const { access, asked } = counted();
  const kept = keptPixels(access, 600);
  let made = 0;
  const part = (name: string, bytes = 100) => kept.remembered!(name, bytes, () => `${name} ${++made}`);
  expect([part('a'), part('a'), part('b')]).toEqual(['a 1', 'a 1', 'b 2']);
  // Ten by ten pixels take 300 bytes: with b there is room for both, and a third goes without a.
  await kept.decode('10');
  expect([part('b'), part('c', 200)]).toEqual(['b 2', 'c 3']);
  expect([part('b'), part('c'), part('a')]).toEqual(['b 2', 'c 3', 'a 4']);
  await kept.decode('10');
  expect(asked).toEqual(['10', '10']);
});

it('tells how many pictures there is room for, and holds to it', () => {
  const rows = { patches: 1600, width: 160 };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20_000 }),
      fc.integer({ min: 1e8, max: 8e9 }),
      (pictures, limit) => {
        let said = '';
        try {
          requireRoom(pictures, rows, limit);
        } catch (error) {
          said = (error as Error).message;
        }
        expect(said === '').toBe(neededBytes(pictures, rows) <= limit);
        const most = Number(/about (\d+) pictures/.exec(said)?.[1] ?? pictures);
        if (most > 0) expect(() => requireRoom(most, rows, limit)).not.toThrow();
      },
    ),
  );
});

it.each([
  [new RangeError('Array buffer allocation failed'), true],
  [new Error('std::bad_alloc'), true],
  [new RangeError('WebAssembly.Memory(): could not allocate memory'), true],
  [new CladError('WORKER_DIED', { worker: 'It', reason: 'the browser ended it', remedy: '' }), true],
  [new Error('no available backend found'), false],
  [new CladError('TEACH_TOO_FEW', { name: 'nut', count: 1, least: 5 }), false],
])('%s: a shortage of memory: %s', (error, expected) => {
  expect(memoryReason(error) !== undefined).toBe(expected);
});
