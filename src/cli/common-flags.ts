/** @file Flags that several verbs share. */
import { InvalidArgumentError, Option } from 'commander';
import { type Share, shareFromText } from '../core/share.ts';
import { layouts, publishedSets } from '../data/layouts.ts';
import { type SampleBits, sampleBits } from '../image/samples.ts';
import { devices } from '../runtime/engine.ts';
import { wholeFromText } from './arguments.ts';

/** What `<data>` may be. */
export const dataArgument = `folder: <class>/*.jpg of good parts, or as ${publishedSets()}`;

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
  const description = 'processor threads (default: CLAD_THREADS of the environment, else all cores)';
  return new Option('--threads <n>', description).argParser(wholeFromText(1));
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

/** `--shard`, where several machines do a share of the work each. @param what - the share is of */
export function shardOption(what: string): Option {
  const parse = (text: string): Share => {
    const share = shareFromText(text);
    if (share === undefined)
      throw new InvalidArgumentError('Expected i/n with i from 0 to n - 1, e.g. 0/4, 1/4, 2/4 and 3/4.');
    return share;
  };
  return new Option('--shard <i/n>', `${what}; i from 0 to n - 1`).argParser(parse);
}
