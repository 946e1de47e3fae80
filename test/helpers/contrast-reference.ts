/** @file The contrastive loss (Eq. 8-17) pair by pair, in double precision. */
import type { ContrastOptions } from '../../src/methods/clad/contrast.ts';

export function contrastReference(
  z: readonly (readonly number[])[],
  labels: readonly number[],
  { margin, alpha, gamma, epsilon, unattracted }: ContrastOptions,
): number {
  let total = 0;
  z.forEach((one, i) => {
    z.forEach((other, j) => {
      if (i === j) return;
      const same = labels[i] === labels[j];
      if (same && labels[i] === unattracted) return;
      const squared = one.reduce((sum, value, axis) => sum + (value - other[axis]!) ** 2, 0);
      const distance = Math.sqrt(squared + epsilon);
      const pair = same ? distance : Math.max(0, margin - distance);
      const base = 1 - Math.exp(-pair) + (gamma < 0 ? epsilon : 0);
      total += alpha * base ** gamma * pair;
    });
  });
  return total / z.length ** 2;
}
