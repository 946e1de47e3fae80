import { expect, it } from 'vitest';
import { lowered } from '../../../../src/jobs/update/lower-threshold.ts';

/** 1, 2, ..., 50 */
const good = Array.from({ length: 50 }, (_, at) => at + 1);
const before = { threshold: 50, achievableRate: 0.0196, requestedRate: 0.02, count: 50 };
const missed = (score: number) => [
  { path: 'strong.png', score: 49.9 },
  { path: 'weak.png', score },
];

it('lies halfway between the weakest missed image and the next good one below', () => {
  const after = lowered('bolt', missed(47.5), good, before, false);
  expect(after).toEqual({ threshold: 47.25, achievableRate: 4 / 51, requestedRate: 0.02, count: 50 });
});

it('takes --force where it costs more than a tenth of the good parts', () => {
  expect(() => lowered('bolt', missed(40.5), good, before, false)).toThrow(
    /weak\.png .* from 50\.00 down to 40\.25, where about 22 % of good parts .*\(10 of 50 .*--force/,
  );
  expect(lowered('bolt', missed(40.5), good, before, true).achievableRate).toBeCloseTo(11 / 51, 12);
});

it('is no remedy where the image scores as ordinary good ones do, whoever insists', () => {
  for (const score of [20, 0.5])
    expect(() => lowered('bolt', missed(score), good, before, true)).toThrow(
      /No threshold of bolt catches weak\.png/,
    );
});

it('asks nobody where few images promise no more anyway', () => {
  const few = { ...before, achievableRate: 0.25, count: 3 };
  const after = lowered('bolt', [{ path: 'a.png', score: 3.5 }], [1, 2, 3], few, false);
  expect(after).toMatchObject({ threshold: 3.25, achievableRate: 0.25 });
});
