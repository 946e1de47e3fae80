/**
 * @file Cameras drawn at random: bits, exposure, noise, how their values lie in 16 bits, a stray file or a time stamp. Whatever is decided, no training goes
 * on with images of a few grey levels in silence, and no image's brightness depends on its own highest value.
 */
import { expect, it } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { type BitsChoice, chooseBits, type FileDepth } from '../../src/data/bit-depth.ts';
import { mostOf, rangeOf, sampleBits, toBytes } from '../../src/image/samples.ts';
import { rounds } from '../helpers/hostile.ts';

interface Drawn {
  readonly how: string;
  /** Samples of each file. */
  readonly files: readonly Uint16Array[];
}

/** The images of one class by one camera. */
function drawCamera(random: Random): Drawn {
  const bits = random.pick([8, 10, 12, 14, 16]);
  const most = 2 ** bits - 1;
  const shift = random.uniform(0, 1) < 0.3 ? 16 - bits : 0;
  const offset = random.uniform(0, 1) < 0.15 ? random.pick([32_768, 65_535 - most]) : 0;
  const exposure = random.pick([0.02, 0.1, 0.3, 0.7, 1, 1.4]);
  const files = Array.from({ length: 2 + random.integer(12) }, () => {
    const light = exposure * random.uniform(0.7, 1.2);
    return Uint16Array.from({ length: 300 }, () => {
      const value = Math.max(0, Math.min(most, Math.round(light * most * random.uniform(0, 1) ** 2)));
      return Math.min(65_535, (value << shift) + offset);
    });
  });
  if (random.uniform(0, 1) < 0.15) files[0]!.fill(65_535, 0, 1 + random.integer(5));
  if (random.uniform(0, 1) < 0.15) files.push(files[0]!.map((value) => value >> random.integer(9)));
  const how = `${bits} bits, exposure ${exposure}, shift ${shift}, offset ${offset}, ${files.length} files`;
  return { how, files };
}

const levels = (bytes: Uint8Array) => new Set(bytes).size;

/** Every way to read the files, or to refuse them, is one that loses nothing in silence. */
function check(round: number): void {
  const random = new Random('cameras', round);
  const { how, files } = drawCamera(random);
  const told = `round ${round}: ${how}`;
  const known = files.map(
    (samples, number): FileDepth => ({
      path: `/bolt/${number}.png`,
      className: 'bolt',
      depth: 16,
      range: rangeOf(samples),
    }),
  );
  let choice: BitsChoice;
  try {
    choice = chooseBits(known);
  } catch (error) {
    expect(error, told).toMatchObject({ code: 'BITS_UNCLEAR', kind: 'input' });
    expect((error as Error).message, told).not.toMatch(/[{}]|undefined|NaN/);
    const stated = random.pick(sampleBits);
    expect(chooseBits(known, stated).bits, told).toBe(stated);
    return;
  }
  const { bits, note } = choice;
  const all = Uint16Array.from(files.flatMap((samples) => [...samples]));
  const bytes = toBytes(all, bits);
  const { largest } = rangeOf(all);
  // In the upper half of the range, or as high as any 16 bits that are read whole.
  expect(largest, told).toBeGreaterThan(bits === 16 ? mostOf(14) : mostOf(bits) >> 1);
  expect(note === undefined, told).toBe(bits === 16);
  // As many grey levels as the samples have, up to 8 bits of them, or a fourth: never a sixteenth.
  const possible = levels(Uint8Array.from(all, (value) => Math.floor((value * 255) / largest)));
  expect(levels(bytes), told).toBeGreaterThanOrEqual(Math.min(possible, 64) / 4);
  // An image alone is read as it is among the others.
  for (const samples of files)
    expect(
      toBytes(samples, bits).every((byte, index) => byte === samples[index]! >> (bits - 8)),
      told,
    ).toBe(true);
}

it('no drawn camera is read with a few grey levels without a message', () => {
  for (const round of rounds(500, 6000)) check(round);
});
