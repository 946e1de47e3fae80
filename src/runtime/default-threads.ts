/** @file How many threads ONNX Runtime takes where none are asked for. */
import { availableParallelism } from 'node:os';
import { CladError } from '../core/errors.ts';

/**
 * `CLAD_THREADS` of the environment, else the machine's cores: for where `--threads` is not at hand, or Node sees more cores than there are to be had
 * (a container with a share of a machine, several processes side by side).
 * @throws OPTION_INVALID when the variable is set to anything but an integer of at least 1
 */
export function defaultThreads(): number {
  const text = process.env.CLAD_THREADS;
  if (!text) return availableParallelism();
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    const expected = 'an integer of at least 1';
    throw new CladError('OPTION_INVALID', { option: 'CLAD_THREADS', expected, actual: text });
  }
  return Number(text);
}
