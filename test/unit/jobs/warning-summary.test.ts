import { describe, expect, it } from 'vitest';
import { WarningSummary } from '../../../src/jobs/warning-summary.ts';

const dark = { code: 'DARKER', message: 'Much darker.' } as const;
const grey = { code: 'GREY', message: 'Grey.' } as const;

describe('warnings of many images', () => {
  it('are one sentence a kind and class, the most frequent first', () => {
    const summary = new WarningSummary();
    for (let number = 0; number < 1000; number++)
      summary.add(`${number}.png`, {
        class: number % 2 === 0 ? 'bolt' : 'nut',
        recognised: null,
        warnings: number < 10 ? [dark, ...(number === 4 ? [grey] : [])] : [],
      });
    expect(summary.sentences).toEqual([
      '5 of 1000 images, recognised as bolt, are unlike its training images, e.g. 0.png: Much darker.',
      '5 of 1000 images, recognised as nut, are unlike its training images, e.g. 1.png: Much darker.',
      '1 of 1000 images, recognised as bolt, are unlike its training images, e.g. 4.png: Grey.',
    ]);
  });

  it('are given as they are for one image, and not at all for none', () => {
    const summary = new WarningSummary();
    expect(summary.sentences).toEqual([]);
    summary.add('a.png', { class: 'bolt', recognised: null, warnings: [dark] });
    expect(summary.sentences).toEqual(['a.png (recognised as bolt): Much darker.']);
  });
});
