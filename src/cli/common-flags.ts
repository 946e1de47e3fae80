/** @file Flags that several verbs share. */
import { Option } from 'commander';
import { layouts } from '../data/dataset.ts';
import { devices } from '../runtime/engine.ts';
import { wholeFrom } from './arguments.ts';

/** `--layout`, where a data set is read. */
export function layoutOption(): Option {
  return new Option('--layout <name>', 'read the data so').choices(layouts);
}

/** `--device`, where something is computed. */
export function deviceOption(): Option {
  return new Option('--device <name>', 'where to compute (default: cpu)').choices(devices);
}

/** `--threads` of the engine. */
export function threadsOption(): Option {
  return new Option('--threads <n>', 'processor threads (default: all cores)').argParser(wholeFrom(1));
}
