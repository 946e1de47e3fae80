import { describe, expect, it } from 'vitest';
import { countedShare } from '../../../src/evaluation/intervals.ts';
import type { AssessmentDocument, ClassAssessment } from '../../../src/jobs/assess/document.ts';
import { contrastWords, learningSentence, sentencesOf } from '../../../src/jobs/assess/words.ts';
import { assessmentPage, assessmentSection } from '../../../src/report/sections/assessment.ts';

const data = { images: 60, remarks: ['Their brightness varies.'] } as unknown as ClassAssessment['data'];
const product = (name: string, missed: number, weak: boolean): ClassAssessment => ({
  ...{ class: name, threshold: 3, weak, data },
  photograph: { width: 1000, height: 1000, side: 1000 },
  misses: {
    expected: { rate: missed / 4, low: 0, high: 1, images: 4, defects: 8 },
    all: { rate: 1, low: 0, high: 1, images: 4, defects: 12 },
    table: [
      [countedShare(4, 4), countedShare(missed, 4)],
      [countedShare(missed, 4), null],
    ],
    half: [{ where: 'above' }, { where: 'between', size: 0.04 }],
  },
  learning: {
    points: [
      { images: 30, missRate: 0.9 },
      { images: 60, missRate: 0.75 },
    ],
    more: { images: 20, missRate: 0.68, worth: 'much' },
    twice: { images: 120, missRate: 0.6 },
  },
});
const document: AssessmentDocument = {
  ...{ format: 1, run: 'runs/parts', detector: 'ab', created: '', seed: 0, confidence: 0.95 },
  ...{ sizes: [0.03, 0.06], contrasts: [10, 40], textures: 'built-in' },
  classes: [
    product('<b>screw', 3, true),
    product('bottle', 1, false),
    { ...product('gone', 0, false), misses: null, learning: null, photograph: null },
  ],
};

describe('weak products in a report', () => {
  it('come first and are marked; names are not to be trusted', () => {
    const page = assessmentSection({ document, current: true }).text;
    expect(page).not.toContain('<b>');
    expect(page.indexOf('&lt;b&gt;screw')).toBeLessThan(page.indexOf('bottle'));
    expect(page.match(/<details class="product" open>/g)).toHaveLength(1);
    expect(page).toContain('75.0 %');
    expect(page).not.toMatch(/NaN|undefined|Of another version/);
    expect(assessmentSection({ document, current: false }).text).toContain('Of another version');
    expect(assessmentPage(document)).toContain('runs/parts');
  });

  it('are told of in sentences, in pixels of the photograph', () => {
    const [screw, , gone] = document.classes;
    expect(sentencesOf(document, screw!)).toEqual([
      "Of drawn defects that differ from their ground by 40 grey values it misses half at 40 px (4 % of the picture's side), and more of smaller ones.",
      'Would 20 more images help? Probably much: from 75 % of drawn defects missed to about 68 % (with twice as many images about 60 %).',
      'Their brightness varies.',
    ]);
    expect(sentencesOf(document, gone!)[0]).toBe('No photograph is left to draw defects on.');
    expect(learningSentence(gone!)).toMatch(/cannot be told/);
  });

  it('say from which contrast half is found, over all sizes', () => {
    /** Missed of four: of the small ones at 10 grey values, of these at 40, and of the large ones at 10. */
    const told = (small: number, clear: number, large: number) => {
      const one = product('one', 0, false);
      const table = [
        [countedShare(small, 4), countedShare(clear, 4)],
        [countedShare(large, 4), null],
      ];
      return contrastWords(document, { ...one, misses: { ...one.misses!, table } });
    };
    // 7 of 8 at 10 grey values, 1 of 4 at 40: half lies three fifths of the way, on a logarithmic scale.
    expect(told(4, 1, 3)).toBe('23');
    expect([told(1, 0, 2), told(4, 3, 4)]).toEqual(['below 10', 'above 40']);
    expect(contrastWords(document, document.classes[2]!)).toBe('-');
  });
});
