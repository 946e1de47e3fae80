/** @file `clad evaluate --details`: every image's score, results by kind of defect, and the points of curves, as JSON and as CSV. */
import { join } from 'node:path';
import { csvLine } from '../../core/csv.ts';
import { writeFileAtomic } from '../../core/files.ts';
import { pathBelow } from '../../data/dataset.ts';
import { failedRegions } from '../../detector/roi/named-results.ts';
import { DefectEvaluator, type DefectRecord } from '../../evaluation/by-defect.ts';
import type { Curve } from '../../evaluation/curves.ts';
import {
  type ClassCurves,
  curvesOf,
  type EvaluatedImage,
  type RankedClass,
} from '../../evaluation/evaluator.ts';
import type { PredictedImage } from './evaluate.ts';

/** Points of a curve at most; of fewer than half as many images none is left out. */
const points = 2000;

/** By class, then by kind of defect. */
export type DefectResults = Readonly<Record<string, Readonly<Record<string, DefectRecord>>>>;

/** A test image and what was said of it. */
interface ImageDetails {
  /** Below the data set's folder. */
  readonly image: string;
  readonly class: string;
  readonly defect: string;
  readonly anomalous: boolean;
  readonly recognisedAs: string;
  readonly classShare: number;
  readonly score: number;
  readonly threshold: number | null;
  readonly margin: number | null;
  readonly verdict: string | null;
  readonly decision: string | null;
  /** Named regions that fail, the furthest above its threshold first; absent where the class has none. */
  readonly failedRegions?: readonly string[];
}

const imageColumns = [
  'image',
  'class',
  'defect',
  'anomalous',
  'recognisedAs',
  'classShare',
  'score',
  'threshold',
  'margin',
  'verdict',
  'decision',
] as const;

const defectColumns = [
  'images',
  'missed',
  'missRate',
  'imageAuroc',
  'imageAp',
  'pixelAuroc',
  'pixelAp',
  'aupro',
] as const;

/** Gathers them while images are predicted. */
export class EvaluationDetails {
  readonly #root: string;
  readonly #images: ImageDetails[] = [];
  readonly #byDefect = new DefectEvaluator();
  readonly #defects: [className: string, DefectResults[string]][] = [];
  readonly #curves: [className: string, ClassCurves][] = [];

  /** @param root - of the data set */
  constructor(root: string) {
    this.#root = root;
  }

  add({ sample, prediction }: PredictedImage, evaluated: EvaluatedImage): void {
    const { score, threshold, margin, verdict, decision, classShare } = prediction;
    this.#images.push({
      image: pathBelow(this.#root, sample.path),
      class: sample.className,
      defect: sample.defect,
      anomalous: sample.anomalous,
      recognisedAs: prediction.class,
      ...{ classShare, score, threshold, margin, verdict, decision },
      ...(prediction.namedRegions && {
        failedRegions: failedRegions(prediction.namedRegions).map(({ name }) => name),
      }),
    });
    this.#byDefect.add(evaluated, sample.defect);
  }

  /** An arrow, so that it can be handed on by itself. */
  readonly onRanked = (className: string, ranked: RankedClass): void => {
    this.#curves.push([className, curvesOf(ranked, points)]);
    this.#defects.push([className, this.#byDefect.finish(className)]);
  };

  get defects(): DefectResults {
    return Object.fromEntries(this.#defects);
  }

  /** Writes `images`, `defects` and `curves`, each as .json and .csv. @throws FILE_REFUSED */
  async write(folder: string): Promise<void> {
    const write = async (name: string, value: unknown, rows: readonly string[]) => {
      await writeFileAtomic(join(folder, `${name}.json`), `${JSON.stringify(value, null, 1)}\n`);
      await writeFileAtomic(join(folder, `${name}.csv`), `${rows.join('\n')}\n`);
    };
    const named = this.#images.some((each) => each.failedRegions !== undefined);
    await write('images', this.#images, [
      csvLine([...imageColumns, ...(named ? ['failedRegions'] : [])]),
      ...this.#images.map((each) =>
        csvLine([
          ...imageColumns.map((column) => {
            const value = each[column];
            return typeof value === 'boolean' ? String(value) : value;
          }),
          ...(named ? [each.failedRegions?.join('; ') ?? null] : []),
        ]),
      ),
    ]);
    await write('defects', this.defects, [
      csvLine(['class', 'defect', ...defectColumns]),
      ...this.#defects.flatMap(([className, byDefect]) =>
        Object.entries(byDefect).map(([defect, record]) =>
          csvLine([className, defect, ...defectColumns.map((column) => record[column])]),
        ),
      ),
    ]);
    await write('curves', Object.fromEntries(this.#curves), [
      csvLine(['class', 'curve', 'x', 'y', 'threshold']),
      ...this.#curves.flatMap(([className, curves]) =>
        Object.entries(curves).flatMap(([name, curve]: [string, Curve | null]) =>
          (curve?.x ?? []).map((x, at) =>
            csvLine([className, name, x, curve!.y[at]!, curve!.threshold[at] ?? null]),
          ),
        ),
      ),
    ]);
  }
}
