/** @file Words of the page on which two detectors stand side by side. */
import { plural } from './plural.ts';

export const compare = {
  title: 'Side by side',
  link: 'Compare with another',
  first: 'First',
  second: 'Second',
  run: (side: string) => `${side} run`,
  version: (side: string) => `${side} version`,
  now: 'as it is now',
  earlier: (version: number, until: string) => `version ${version}, until ${until}`,
  unevaluated: (run: string) => `${run} has not been evaluated in the studio yet: do that on its page first.`,
  noCommon: (first: string, second: string) =>
    `They have no test images in common: the first was evaluated on ${first}, the second on ${second}.`,
  common: (count: number) => `${plural(count, 'test image', 'test images')} that both have seen`,
  split: (count: number) => `${plural(count, 'verdict differs', 'verdicts differ')}`,
  show: {
    all: 'All images',
    split: 'Different verdicts',
    firstWrong: 'Only the first is wrong',
    secondWrong: 'Only the second is wrong',
    bothWrong: 'Both are wrong',
  },
  order:
    'Different verdicts first, then by how far the scores are apart, each on the scale of its own detector: 0 is the middle of the good images, 1 the threshold.',
};
