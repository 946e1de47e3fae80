/** @file Which patches tell the class within a region, and the order of nodes that were put into a graph. */
import { expect, it } from 'vitest';
import { inOrder, withHidden } from '../../../../src/detector/roi/roi-hidden.ts';
import { votingInside } from '../../../../src/detector/roi/voters.ts';

const grid = { rows: 10, columns: 10 };
const all = Array.from({ length: 100 }, (_, patch) => patch);
const square = (side: number, from = 0) => ({
  patches: Uint8Array.from(all, (patch) => {
    const [row, column] = [Math.floor(patch / 10), patch % 10];
    return row >= from && column >= from && row < from + side && column < from + side ? 1 : 0;
  }),
});
const count = (mask: Uint8Array) => mask.reduce((sum, each) => sum + each, 0);

it('are those deep inside, as long as they are enough', () => {
  // From a corner of the image nothing is painted over on two sides.
  expect(count(votingInside(square(9), grid, all))).toBe(5 ** 2);
  expect(count(votingInside(square(8, 1), grid, all))).toBe(4 ** 2);
  expect(count(votingInside(square(3, 1), grid, all))).toBe(3 ** 2);
  expect(count(votingInside(square(10), grid, all))).toBe(100);
});

it('are of those that vote anyway', () => {
  const voters = all.filter((patch) => patch % 7 === 0);
  const voting = votingInside(square(8, 1), grid, voters);
  expect(voting).toHaveLength(voters.length);
  expect(count(voting)).toBe(voters.filter((patch) => square(8, 1).patches[patch] === 1).length);
});

it('has copies of what votes and scores share, and of nothing else', () => {
  const node = (opType: string, input: string[], output: string) => ({ opType, input, output: [output] });
  const nodes = [
    node('Backbone', ['seen', 'weights'], 'features'),
    node('Heads', ['features'], 'ofHeads'),
    node('Votes', ['ofHeads'], 'votes'),
    node('Class', ['votes'], 'class'),
    node('Score', ['features', 'class'], 'score'),
  ];
  const hidden = withHidden(nodes, { votes: 'votes', seen: 'seen', hidden: 'painted' }, (stem) => stem);
  const changed = inOrder([...hidden, node('Paint', ['seen', 'class'], 'painted')]);
  expect(changed.map(({ opType, input }) => `${opType} ${input?.join()}`)).toEqual([
    'Backbone seen,weights',
    'Heads features',
    'Votes ofHeads',
    'Class votes',
    'Paint seen,class',
    'Backbone painted,weights',
    'Score features/inside,class',
  ]);
});
