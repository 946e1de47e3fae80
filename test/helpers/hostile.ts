/** @file What the tests in test/hostile share: how many rounds, and seeded damage to bytes, so that a failing round can be named and played again. */

import type { Random } from '../../src/core/random.ts';
import { full } from './full.ts';

/** Numbers of the rounds: few in `npm test`, many in `npm run test:full`. */
export function rounds(short: number, long: number): number[] {
  return Array.from({ length: full ? long : short }, (_, round) => round);
}

/** Ways to damage a file, as disks, copies that stopped and editors do. */
const damages: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  function flippedBit(bytes, random) {
    const damaged = bytes.slice();
    damaged[random.integer(bytes.length)]! ^= 1 << random.integer(8);
    return damaged;
  },
  function otherByte(bytes, random) {
    const damaged = bytes.slice();
    damaged[random.integer(bytes.length)] = random.integer(256);
    return damaged;
  },
  function zeros(bytes, random) {
    const damaged = bytes.slice();
    const start = random.integer(bytes.length);
    return damaged.fill(0, start, start + 1 + random.integer(4096));
  },
  function cutOff(bytes, random) {
    return bytes.slice(0, random.integer(bytes.length));
  },
  function grown(bytes, random) {
    const more = Uint8Array.from({ length: 1 + random.integer(64) }, () => random.integer(256));
    return Buffer.concat([bytes, more]);
  },
  function pieceMissing(bytes, random) {
    const start = random.integer(bytes.length);
    const end = Math.min(bytes.length, start + 1 + random.integer(4096));
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
];

/** A damaged copy and the name of what was done; it may be equal to the original by chance. */
export function damaged(
  bytes: Uint8Array,
  random: Random,
): { readonly how: string; readonly bytes: Uint8Array } {
  const damage = random.pick(damages);
  // A buffer's own `slice` would share its memory, and damage the original.
  return { how: damage.name, bytes: damage(Uint8Array.from(bytes), random) };
}
