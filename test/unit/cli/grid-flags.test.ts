import { describe, expect, it } from 'vitest';
import { plannedSentence } from '../../../src/cli/grid-flags.ts';

describe('plannedSentence', () => {
  it('says how many trainings, how long all of them take, and which takes longest', () => {
    const trainings = [
      { variant: 'clad', seconds: 300 },
      { variant: 'cflow', seconds: 3600 },
      { variant: 'rad', seconds: 120 },
    ];
    expect(plannedSentence(trainings)).toBe(
      '3 trainings, about 1 h 10 min in all; the longest is cflow, about 1 h. When stopped, it goes on there with the next call.',
    );
  });

  it('says of one alone how long it takes', () => {
    expect(plannedSentence([{ variant: 'clad', seconds: 300 }])).toBe('1 training, about 5 min.');
  });
});
