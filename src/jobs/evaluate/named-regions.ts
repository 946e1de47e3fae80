/** @file What the named regions of a class are worth on test images: each by its own score and threshold, and by the defects that lie in it. */
import type { DetectorMetadata } from '../../detector/metadata.ts';
import { type NamedResult, thresholdOfRegion } from '../../detector/roi/named-results.ts';
import type { RegionsByClass } from '../../detector/roi/roi-metadata.ts';
import { metricsOfRanked, rankScores } from '../../evaluation/ranking.ts';
import type { Table } from '../../evaluation/table.ts';
import type { Mask } from '../../image/rgb.ts';

/** One region; images are those of its class that are recognised as it. */
export interface NamedRegionRecord {
  readonly name: string;
  /** Null where the class has none. */
  readonly threshold: number | null;
  /** Good images, and how many of them fail in it. */
  readonly good: number;
  readonly falseAlarms: number;
  /** Defective images whose ground truth has a pixel in it, and how many of them do not fail in it; those without a mask are not among them. */
  readonly defective: number;
  readonly missed: number;
  /** Area under the ROC curve of the region's score, of these good and defective images; null without both. */
  readonly auroc: number | null;
}

/** By class. */
export type NamedRegionRecords = Readonly<Record<string, readonly NamedRegionRecord[]>>;

interface Gathered {
  readonly scores: number[];
  readonly labels: number[];
  falseAlarms: number;
  missed: number;
}

/** Gathers images. */
export class NamedRegionTally {
  readonly #regions: RegionsByClass;
  readonly #metadata: DetectorMetadata;
  readonly #gathered = new Map<string, Gathered[]>();

  constructor(regions: RegionsByClass, metadata: DetectorMetadata) {
    this.#regions = regions;
    this.#metadata = metadata;
  }

  /** @param mask - ground truth of the map's size; null where there is none */
  add(
    className: string,
    anomalous: boolean,
    {
      class: recognisedAs,
      namedRegions,
    }: { readonly class: string; readonly namedRegions?: readonly NamedResult[] },
    mask: Mask | null,
  ): void {
    const named = this.#regions.get(className)?.named;
    if (!named || !namedRegions || recognisedAs !== className) return;
    const all =
      this.#gathered.get(className) ??
      named.map((): Gathered => ({ scores: [], labels: [], falseAlarms: 0, missed: 0 }));
    this.#gathered.set(className, all);
    for (const [at, { score, verdict }] of namedRegions.entries()) {
      const own = all[at]!;
      const isInside = mask?.data.some((value, pixel) => value !== 0 && named[at]!.pixels[pixel] !== 0);
      if (anomalous && !isInside) continue;
      own.scores.push(score);
      own.labels.push(anomalous ? 1 : 0);
      if (!anomalous && verdict === 'anomalous') own.falseAlarms++;
      if (anomalous && verdict !== 'anomalous') own.missed++;
    }
  }

  /** Undefined where no class has named regions. */
  get records(): NamedRegionRecords | undefined {
    if (this.#gathered.size === 0) return undefined;
    const entries = [...this.#gathered].map(([className, all]) => {
      const threshold = this.#metadata.thresholds[className]?.threshold;
      const named = this.#regions.get(className)!.named!;
      const records = all.map((own, at): NamedRegionRecord => {
        const defective = own.labels.reduce((sum, label) => sum + label, 0);
        return {
          name: named[at]!.name,
          threshold: threshold === undefined ? null : thresholdOfRegion(threshold, named[at]!),
          good: own.labels.length - defective,
          falseAlarms: own.falseAlarms,
          defective,
          missed: own.missed,
          auroc: metricsOfRanked(rankScores(own.scores, own.labels)).auroc,
        };
      });
      return [className, records] as const;
    });
    return Object.fromEntries(entries);
  }
}

/** For people: counts of test images, and the AUROC of each region's score. */
export function namedRegionTable(records: NamedRegionRecords): Table {
  const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits));
  return {
    header: ['region', 'threshold', 'good that fail', 'defects in it', 'missed', 'AUROC'],
    rows: Object.entries(records).flatMap(([className, all]) =>
      all.map((each) => [
        `${className}/${each.name}`,
        number(each.threshold, 2),
        `${each.falseAlarms} of ${each.good}`,
        String(each.defective),
        String(each.missed),
        number(each.auroc, 3),
      ]),
    ),
  };
}
