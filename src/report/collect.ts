/**
 * @file Gathers what a report needs while images are predicted: scores, confusion, and by class the few images worth showing. Only
 * the maps of those few are kept.
 */
import type { DetectorMetadata } from '../detector/metadata.ts';
import { fails } from '../detector/prediction.ts';
import type { EvaluationWatch, PredictedImage } from '../jobs/evaluate/evaluate.ts';
import type { TestScores, TestScoresByClass } from '../jobs/trade-off/test-scores.ts';
import type { ExampleKind } from './data.ts';

/** An image to be shown, and why. */
export interface Candidate {
  readonly kind: ExampleKind;
  readonly predicted: PredictedImage;
}

interface ClassGathered {
  readonly takenFor: Record<string, number>;
  readonly chosen: Record<ExampleKind, PredictedImage[]>;
}

/** Points a curve is drawn with; a page holds five curves a class. */
const curvePoints = 120;

/** Watches an evaluation. */
export class ReportCollector implements EvaluationWatch {
  readonly curvePoints = curvePoints;
  readonly #classes = new Map<string, ClassGathered>();
  readonly #taken = new Map<string, TestScores>();
  readonly #shown: number;

  /** @param shown - images of each kind and class that are kept to be shown */
  constructor(shown: number) {
    this.#shown = shown;
  }

  /** An arrow, so that it can be handed on by itself. */
  readonly onPredicted = (predicted: PredictedImage): void => {
    const { sample, prediction } = predicted;
    const gathered = this.#of(sample.className);
    let taken = this.#taken.get(prediction.class);
    if (!taken) {
      taken = { good: [], defective: [] };
      this.#taken.set(prediction.class, taken);
    }
    taken[sample.anomalous ? 'defective' : 'good'].push({ path: sample.path, score: prediction.score });
    const { takenFor } = gathered;
    takenFor[prediction.class] = (takenFor[prediction.class] ?? 0) + 1;
    const alarm = fails(prediction.verdict);
    if (sample.anomalous) this.#keep(gathered.chosen[alarm ? 'hit' : 'miss'], predicted, alarm);
    else if (alarm) this.#keep(gathered.chosen.falseAlarm, predicted, true);
  };

  /** Scores by the class that images are taken for, whose threshold acts. */
  get taken(): TestScoresByClass {
    return this.#taken;
  }

  /** @returns what `TestResults` calls so, every known class in every row */
  confusion({ classes }: DetectorMetadata): Record<string, Record<string, number>> {
    return this.#map(({ takenFor }) => record(classes.map((name) => [name, takenFor[name] ?? 0])));
  }

  /**
   * By class: the clearest hits, the worst misses, the worst false alarms, each beginning with the most extreme.
   * @param count - of each kind, at most
   */
  candidates(count: number): Record<string, Candidate[]> {
    return this.#map(({ chosen }) =>
      (['hit', 'miss', 'falseAlarm'] as const).flatMap((kind) =>
        chosen[kind].slice(0, count).map((predicted) => ({ kind, predicted })),
      ),
    );
  }

  #of(className: string): ClassGathered {
    let gathered = this.#classes.get(className);
    if (!gathered) {
      gathered = {
        takenFor: Object.create(null) as Record<string, number>,
        chosen: { hit: [], miss: [], falseAlarm: [] },
      };
      this.#classes.set(className, gathered);
    }
    return gathered;
  }

  #keep(list: PredictedImage[], predicted: PredictedImage, highest: boolean): void {
    list.push(predicted);
    list.sort((a, b) => (a.prediction.score - b.prediction.score) * (highest ? -1 : 1));
    if (list.length > this.#shown) list.pop();
  }

  #map<T>(make: (gathered: ClassGathered) => T): Record<string, T> {
    return record([...this.#classes].map(([name, gathered]) => [name, make(gathered)]));
  }
}

/** Class names may be called anything, `__proto__` too. */
function record<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries);
}
