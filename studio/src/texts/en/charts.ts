/** @file Words in charts; those of the histogram are the report's. */
import { englishHistogram } from '../../../../src/report/chart/histogram.ts';

export const charts = { histogram: englishHistogram, step: 'step', loss: 'loss' };
