/** @file A mask as the lengths of its runs, row by row: zeros, ones, zeros and so on, beginning with zeros, of which there may be none. */

/** The runs of a mask of zeros and ones. */
export function runsOf(mask: Uint8Array): number[] {
  const runs: number[] = [];
  let value = 0;
  let length = 0;
  for (const each of mask) {
    if (each !== value) {
      runs.push(length);
      value = each;
      length = 0;
    }
    length++;
  }
  return [...runs, length];
}

/** The mask of these runs; undefined where they do not add up to so many pixels. */
export function maskOfRuns(runs: readonly number[], pixels: number): Uint8Array | undefined {
  if (runs.reduce((sum, length) => sum + length, 0) !== pixels) return undefined;
  const mask = new Uint8Array(pixels);
  let at = 0;
  for (const [number, length] of runs.entries()) {
    if (number % 2 === 1) mask.fill(1, at, at + length);
    at += length;
  }
  return mask;
}
