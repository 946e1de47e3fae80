/** @file Flags that several verbs share. */
import { Option } from 'commander';
import { wholeFrom } from './arguments.ts';

export function layoutOption(): Option {
  return new Option('--layout <name>', 'read the data so').choices(['mvtec', 'visa', 'visa-1cls', 'plain']);
}

export function deviceOption(): Option {
  return new Option('--device <name>', 'where to compute (default: cpu)').choices(['cpu', 'webgpu', 'cuda']);
}

export function threadsOption(): Option {
  return new Option('--threads <n>', 'processor threads (default: all cores)').argParser(wholeFrom(1));
}
