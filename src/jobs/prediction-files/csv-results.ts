/** @file `clad predict --csv`: a row an image, for spreadsheets. */
import { csvLine } from '../../core/csv.ts';
import { failedRegions, nearestRegion } from '../../detector/roi/named-results.ts';
import type { PredictionFailure, PredictionLine } from '../predict.ts';

type Cell = string | number | null;

/** What each column is called, and what it says of an image; boxes and peak are of the region with the highest peak. */
const columns: readonly (readonly [name: string, cell: (line: PredictionLine) => Cell])[] = [
  ['image', ({ path }) => path],
  ['class', (line) => line.class],
  ['class share', ({ classShare }) => classShare],
  ['recognised as', (line) => (line.recognised ?? line).class],
  ['recognised share', (line) => (line.recognised ?? line).classShare],
  ['score', ({ score }) => score],
  ['threshold', ({ threshold }) => threshold],
  ['margin', ({ margin }) => margin],
  ['verdict', ({ verdict }) => verdict],
  ['decision', ({ decision }) => decision],
  ['regions', ({ regions }) => regions.length],
  ['area', ({ regions }) => regions.reduce((sum, { area }) => sum + area, 0)],
  ['peak', ({ regions }) => regions[0]?.peak ?? null],
  ['x', ({ regions }) => regions[0]?.x ?? null],
  ['y', ({ regions }) => regions[0]?.y ?? null],
  ['width', ({ regions }) => regions[0]?.width ?? null],
  ['height', ({ regions }) => regions[0]?.height ?? null],
  ['centroid x', ({ regions }) => regions[0]?.centroid.x ?? null],
  ['centroid y', ({ regions }) => regions[0]?.centroid.y ?? null],
  ['warnings', ({ warnings }) => warnings.map(({ code }) => code).join(' ')],
  ['map', ({ map }) => map],
  ['mask', ({ mask }) => mask ?? null],
  ['raw map', ({ rawMap }) => rawMap?.path ?? null],
  ['raw map offset', ({ rawMap }) => rawMap?.offset ?? null],
  ['raw map step', ({ rawMap }) => rawMap?.step ?? null],
];

/** Of detectors with named regions: those that fail, and the one with the largest margin. */
const regionColumns: typeof columns = [
  [
    'failed regions',
    ({ namedRegions }) =>
      failedRegions(namedRegions)
        .map(({ name }) => name)
        .join('; '),
  ],
  ['region', ({ namedRegions }) => nearestRegion(namedRegions)?.name ?? null],
  ['region score', ({ namedRegions }) => nearestRegion(namedRegions)?.score ?? null],
  ['region threshold', ({ namedRegions }) => nearestRegion(namedRegions)?.threshold ?? null],
  ['region margin', ({ namedRegions }) => nearestRegion(namedRegions)?.margin ?? null],
];

/** The table of a detector. @param named - whether it has named regions, which have columns behind the others */
export function csvTable(named: boolean): {
  /** The first row. */
  readonly header: string;
  /** The row of an image; of one that could not be predicted its path and why. */
  readonly row: (line: PredictionLine | PredictionFailure) => string;
} {
  const all = named ? [...columns, ...regionColumns] : columns;
  return {
    header: csvLine([...all.map(([name]) => name), 'error']),
    row(line) {
      if ('error' in line) return csvLine([line.path, ...all.slice(1).map(() => null), line.error.message]);
      return csvLine([...all.map(([, cell]) => cell(line)), null]);
    },
  };
}
