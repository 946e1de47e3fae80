/** @file German words in charts. */
import type { ScoreRange } from '../../../../src/report/chart/histogram.ts';
import type { Texts } from '../en.ts';

const range = (scores: ScoreRange | null) =>
  scores ? `${scores.count} von ${scores.low} bis ${scores.high}` : 'keine';

export const charts: Texts['charts'] = {
  histogram: {
    halves: { good: 'gut', anomalous: 'anom.' },
    bar: (count, kind) => (kind === 'good' ? `${count} gute` : `${count} anomale`),
    threshold: 'Schwelle',
    score: 'Wert des Bildes',
    describe: (title, { good, anomalous }, threshold) =>
      `Werte von ${title}. Gut: ${range(good)}. Anomal: ${range(anomalous)}.${threshold === null ? '' : ` Schwelle ${threshold}.`}`,
  },
  step: 'Schritt',
  loss: 'Verlust',
};
