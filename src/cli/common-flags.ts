/** @file Flags that several verbs share. */
import { InvalidArgumentError, Option } from 'commander';
import { layouts } from '../data/dataset.ts';
import { type SampleBits, sampleBits } from '../image/samples.ts';
import { devices } from '../runtime/engine.ts';
import { wholeFromText } from './arguments.ts';

/** `--layout`, where a data set is read. */
export function layoutOption(): Option {
  return new Option('--layout <name>', 'dataset layout (default: recognised)').choices(layouts);
}

/** `--device`, where something is computed. */
export function deviceOption(): Option {
  return new Option('--device <name>', 'where to compute (default: cpu)').choices(devices);
}

/** `--threads` of the engine. */
export function threadsOption(): Option {
  return new Option('--threads <n>', 'processor threads (default: all cores)').argParser(wholeFromText(1));
}

/** `--bits` of 16-bit files, where a data set is read that no detector knows yet. */
export function bitsOption(): Option {
  const choices = sampleBits.join(', ');
  const parse = (text: string): SampleBits => {
    const bits = sampleBits.find((each) => String(each) === text);
    if (bits === undefined) throw new InvalidArgumentError(`Expected one of ${choices}.`);
    return bits;
  };
  return new Option(
    '--bits <n>',
    `bits that samples of 16-bit files use: ${choices} (default: by all training images)`,
  ).argParser(parse);
}
