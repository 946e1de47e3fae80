/** @file The cells of a grid, seed by seed, as one row a variant: mean and deviation over seeds. */
import { type MetricName, metricNames } from '../../evaluation/evaluator.ts';
import type { GridCell } from './grid.ts';

/** Mean over seeds, and the sample's standard deviation; 0 for one seed. */
export interface SeedSpread {
  readonly mean: number;
  readonly deviation: number;
}

/** What is said of one variant. */
export interface GridRow {
  readonly variant: string;
  readonly seeds: number;
  /** Means over the classes; null where a seed has none. */
  readonly metrics: Readonly<Record<MetricName, SeedSpread | null>>;
  /** The same by class. */
  readonly classes: Readonly<Record<string, Readonly<Record<MetricName, SeedSpread | null>>>>;
  /** Without the extraction of features; null where no training ran through. */
  readonly trainingSeconds: SeedSpread | null;
  /** Median of the detector alone. */
  readonly latencyMs: SeedSpread | null;
  readonly modelBytes: number;
}

/** One row a variant, in the order of the cells. */
export function summarise(cells: readonly GridCell[]): GridRow[] {
  const names = [...new Set(cells.map(({ variant }) => variant))];
  return names.map((variant): GridRow => {
    const own = cells.filter((cell) => cell.variant === variant);
    const classes = Object.keys(own[0]?.evaluation.classes ?? {});
    const metrics = (record: (cell: GridCell) => Readonly<Record<MetricName, number | null>> | undefined) =>
      Object.fromEntries(
        metricNames.map((name) => [name, spreadOf(own.map((cell) => record(cell)?.[name] ?? null))]),
      ) as Record<MetricName, SeedSpread | null>;
    const known = own.flatMap(({ trainingSeconds }) => (trainingSeconds === null ? [] : [trainingSeconds]));
    return {
      variant,
      seeds: own.length,
      metrics: metrics(({ evaluation }) => evaluation.mean),
      classes: Object.fromEntries(
        classes.map((name) => [name, metrics(({ evaluation }) => evaluation.classes[name])]),
      ),
      trainingSeconds: spreadOf(known),
      latencyMs: spreadOf(own.map(({ evaluation }) => evaluation.timing.latencyMs.p50)),
      modelBytes: Math.max(...own.map(({ modelBytes }) => modelBytes)),
    };
  });
}

function spreadOf(values: readonly (number | null)[]): SeedSpread | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || known.length < values.length) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : 0 };
}
