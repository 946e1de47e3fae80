/**
 * @file Metrics of each kind of defect of a class, against all good images of the class: which kinds are missed, rather than how many images.
 *
 * Memory: as pixels.ts says, once more for the class under way.
 */
import type { EvaluatedImage } from './evaluator.ts';
import { PixelScores } from './pixels.ts';
import { rankingMetrics } from './ranking.ts';

/** Of one kind of defect; fractions 0..1, null where a metric cannot be computed. */
export interface DefectRecord {
  /** With this defect. */
  readonly images: number;
  /** Of these, called normal; null where there was no verdict. */
  readonly missed: number | null;
  readonly missRate: number | null;
  readonly imageAuroc: number | null;
  readonly imageAp: number | null;
  readonly pixelAuroc: number | null;
  readonly pixelAp: number | null;
  readonly aupro: number | null;
}

interface Gathered {
  readonly scores: number[];
  readonly pixels: PixelScores;
  judged: number;
  missed: number;
}

/** Takes images in any order; `finish` each class as soon as it is complete, since its pixels are kept until then. */
export class DefectEvaluator {
  readonly #good = new Map<string, Gathered>();
  readonly #defects = new Map<string, Map<string, Gathered>>();

  /** @param defect - kind of defect; not read of a good image @throws CladError METRIC_INPUT as `Evaluator.add` */
  add({ path, className, anomalous, mask, inside, prediction }: EvaluatedImage, defect: string): void {
    const ofClass = this.#defects.get(className) ?? new Map<string, Gathered>();
    this.#defects.set(className, ofClass);
    const [group, name] = anomalous ? [ofClass, defect] : [this.#good, className];
    const gathered = group.get(name) ?? gatheredNothing();
    group.set(name, gathered);
    const { score, map, verdict } = prediction;
    gathered.scores.push(score);
    if (map && (!anomalous || mask)) gathered.pixels.add(map, anomalous ? mask : null, path, inside);
    if (verdict == null) return;
    gathered.judged++;
    if (verdict === 'normal') gathered.missed++;
  }

  /** By kind of defect, in the order in which they first appeared; lets go of the class. */
  finish(className: string): Readonly<Record<string, DefectRecord>> {
    const good = this.#good.get(className) ?? gatheredNothing();
    const defects = [...(this.#defects.get(className) ?? [])];
    this.#good.delete(className);
    this.#defects.delete(className);
    return Object.fromEntries(defects.map(([defect, gathered]) => [defect, recordOf(gathered, good)]));
  }
}

function recordOf(defective: Gathered, good: Gathered): DefectRecord {
  const labels = [...defective.scores.map(() => 1), ...good.scores.map(() => 0)];
  const image = rankingMetrics([...defective.scores, ...good.scores], labels);
  const { metrics: pixel } = defective.pixels.with(good.pixels).measure();
  const { judged, missed } = defective;
  return {
    images: defective.scores.length,
    missed: judged === 0 ? null : missed,
    missRate: judged === 0 ? null : missed / judged,
    imageAuroc: image.auroc,
    imageAp: image.averagePrecision,
    pixelAuroc: pixel.auroc,
    pixelAp: pixel.averagePrecision,
    aupro: pixel.aupro,
  };
}

function gatheredNothing(): Gathered {
  return { scores: [], pixels: new PixelScores(), judged: 0, missed: 0 };
}
