/** @file How a batch of patches is divided into normal ones, local and global anomalies, and what a step is fed of each. */
import type { Random } from '../../core/random.ts';
import type { BatchSpec } from '../../training/program.ts';

/** Rows of each kind in a batch. */
export interface BatchRows {
  readonly normal: number;
  readonly local: number;
  /** Made of as many of the normal rows. */
  readonly global: number;
}

/** Splits a batch by the options' shares; at least two normal rows, and no more global rows than normal ones. */
export function batchRows(
  batch: number,
  shares: { readonly local: number; readonly global: number },
  hasLocal: boolean,
): BatchRows {
  const local = hasLocal ? Math.round(batch * shares.local) : 0;
  const global = Math.min(Math.round(batch * shares.global), Math.floor((batch - local) / 2));
  return { normal: Math.max(2, batch - local - global), local, global };
}

/** What a step is fed. Features come as halves and noise as standard normal draws (scaled by rows where they differ). */
export function batchSpec(rows: BatchRows, width: number): BatchSpec {
  return {
    normal: { dtype: 'float16', shape: [rows.normal, width] },
    /** Class of each normal row. */
    classes: { dtype: 'int64', shape: [rows.normal] },
    ...(rows.local > 0 && {
      local: { dtype: 'float16', shape: [rows.local, width] } as const,
      /** The same patches without the anomaly. */
      localNormal: { dtype: 'float16', shape: [rows.local, width] } as const,
      /** beta of Eq. 4; 0 leaves a row as it is. */
      beta: { dtype: 'float32', shape: [rows.local] } as const,
    }),
    ...(rows.global > 0 && { noise: { dtype: 'float32', shape: [rows.global, width] } as const }),
  };
}

/**
 * Draws the noise of global anomalies.
 * @param noise - rows of standard normal draws, [rows * width], filled in place
 * @param spread - each row is scaled by a factor between 1 / spread and spread, log-uniform; 1: none is
 */
export function fillNoise(noise: Float32Array, width: number, spread: number, random: Random): void {
  random.fillNormal(noise);
  if (spread === 1) return;
  const range = Math.log(spread);
  for (let row = 0; row * width < noise.length; row++) {
    const factor = Math.exp(random.uniform(-range, range));
    for (let at = row * width; at < (row + 1) * width; at++) noise[at] = (noise[at] as number) * factor;
  }
}
