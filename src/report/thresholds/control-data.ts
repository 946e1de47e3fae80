/** @file Makes what the page's script knows of thresholds: scores of every class, and images' names as far as a page should grow by them. */
import { printedThreshold } from '../../evaluation/printed-threshold.ts';
import type { ScoredImage } from '../../evaluation/trade-off.ts';
import type { ClassTradeOff } from '../../jobs/trade-off/class-trade-off.ts';
import type { ControlClass, ControlData, NamedScore } from './control.ts';

/** Images of a kind and class that are named, those nearest to the threshold in use: of a hundred thousand images nobody wants the names in a page. */
const mostNames = 1000;

export function controlData(
  { run, fromPage }: Pick<ControlData, 'run' | 'fromPage'>,
  classes: readonly ClassTradeOff[],
): ControlData {
  const all = classes.flatMap(({ scores }) => [...scores.good, ...scores.defective]);
  const shortened = withoutCommonFolder(all.map(({ path }) => path));
  return {
    run,
    ...(fromPage !== undefined && { fromPage }),
    windows: process.platform === 'win32',
    classes: classes.map(({ class: name, threshold, checkAbove, defects, scores }): ControlClass => {
      const numbers = [...scores.good, ...scores.defective].map(({ score }) => score);
      const named = (images: readonly ScoredImage[]) => {
        const distances = images.map(({ score }) => Math.abs(score - (threshold ?? 0)));
        const furthest = distances.toSorted((a, b) => a - b)[mostNames - 1] ?? Infinity;
        return images.map(
          ({ path, score }, at): NamedScore =>
            distances[at]! <= furthest ? [score, shortened(path)] : [score],
        );
      };
      return {
        name,
        now: threshold === null ? null : printedThreshold(threshold, numbers),
        checkAbove: checkAbove ?? null,
        synthetic: defects?.source === 'synthetic',
        good: named(scores.good),
        defective: named(scores.defective),
      };
    }),
  };
}

/** Paths from the last folder on that holds all of them. */
function withoutCommonFolder(paths: readonly string[]): (path: string) => string {
  const parts = paths.map((path) => path.split(/[\\/]/).slice(0, -1));
  const [first = []] = parts;
  const shared = parts.reduce((least, each) => {
    const differs = first.findIndex((part, at) => each[at] !== part);
    return Math.min(least, differs < 0 ? first.length : differs);
  }, first.length);
  return (path) => path.split(/[\\/]/).slice(shared).join('/');
}
