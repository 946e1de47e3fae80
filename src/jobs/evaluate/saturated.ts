/**
 * @file AU-sPRO of the test images of MVTec LOCO: the defects of an image one by one, each with its saturation, and what comes of them. Everything is measured
 * at the anomaly map's size, as other pixel metrics are; saturations in pixels of the photograph are brought to it by the ratio of areas.
 */
import { dirname } from 'node:path';
import { CladError } from '../../core/errors.ts';
import type { Sample } from '../../data/dataset.ts';
import { type DefectSaturation, defectsConfigName, readDefectsConfig } from '../../data/defects-config.ts';
import {
  type AnnotatedDefect,
  SaturatedOverlaps,
  type SaturatedRecord,
  saturatedLimit,
} from '../../evaluation/spro.ts';
import { fraction, type Table } from '../../evaluation/table.ts';
import { inputMask } from '../../features/patches/input-image.ts';
import { type Geometry, resizedSize } from '../../image/geometry.ts';
import { decodeMaskSamples } from '../../image/mask.ts';

/** Of the kinds of defects of a class, and their mean: kinds count alike, however many images they have. */
export interface SaturatedClass {
  readonly kinds: Readonly<Record<string, SaturatedRecord>>;
  readonly mean: Pick<SaturatedRecord, 'imageAuroc' | 'auSpro'>;
}

export interface SaturatedResults {
  /** Of the false positive rate. */
  readonly limit: number;
  readonly classes: Readonly<Record<string, SaturatedClass>>;
  /** Over classes. */
  readonly mean: SaturatedClass['mean'];
}

type Saturations = ReadonlyMap<number, DefectSaturation>;

/** What each defect of an image is, at the map's size. */
export class DefectReader {
  readonly #geometry: Geometry;
  readonly #configs = new Map<string, Promise<Saturations | undefined>>();

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  /**
   * @returns undefined where nothing is said of saturations, or an anomalous image has no masks
   * @throws LAYOUT_UNCLEAR; IMAGE_INVALID for a mask whose value the class's file does not know; FILE_UNREADABLE
   */
  async of({ path, maskPaths, anomalous }: Sample): Promise<AnnotatedDefect[] | undefined> {
    // <class>/test/<kind>/000.png
    const folder = dirname(dirname(dirname(path)));
    const config = this.#configs.get(folder) ?? readDefectsConfig(folder);
    this.#configs.set(folder, config);
    const saturations = await config;
    if (!saturations || (anomalous && !maskPaths)) return undefined;
    const masks = anomalous ? (maskPaths ?? []) : [];
    const defects = await Promise.all(masks.map((mask) => this.#defect(mask, saturations)));
    return defects.filter((defect) => defect !== undefined);
  }

  /** Undefined where nothing is marked. */
  async #defect(path: string, saturations: Saturations): Promise<AnnotatedDefect | undefined> {
    const { width, height, channels, data } = await decodeMaskSamples(path);
    const inside = new Uint8Array(width * height);
    let value = 0;
    for (let pixel = 0; pixel < inside.length; pixel++) {
      const here = data[pixel * channels]!;
      if (here === 0) continue;
      if (value !== 0 && here !== value) {
        const reason = `it has the values ${value} and ${here}; a mask of MVTec LOCO has one, which says what defect it is`;
        throw new CladError('IMAGE_INVALID', { path, reason });
      }
      value = here;
      inside[pixel] = 1;
    }
    if (value === 0) return undefined;
    const said = saturations.get(value);
    if (!said) {
      const reason = `its value, ${value}, is none that ${defectsConfigName} of its class has`;
      throw new CladError('IMAGE_INVALID', { path, reason });
    }
    const mask = inputMask({ width, height, data: inside }, this.#geometry);
    const resized = resizedSize(this.#geometry);
    return {
      mask,
      saturation: saturationOf(said, inside, (resized.width * resized.height) / (width * height)),
    };
  }
}

/** As the evaluation of the data set has it: whole pixels of the photograph, at least one, and no more than the defect has; then brought to the map. */
function saturationOf({ threshold, isShare }: DefectSaturation, inside: Uint8Array, scale: number): number {
  const area = inside.reduce((sum, each) => sum + each, 0);
  const pixels = isShare ? Math.max(1, Math.floor(threshold * area)) : Math.min(threshold, area);
  return pixels * scale;
}

/** Gathers images, class by class. */
export class SaturatedTally {
  readonly #open = new Map<string, SaturatedOverlaps>();
  readonly #classes = new Map<string, SaturatedClass>();

  /** @param defects - of `DefectReader`; an image without them is left out, as of pixel metrics */
  add(
    { path, className, anomalous, defect }: Sample,
    { score, map }: { readonly score: number; readonly map: Float32Array },
    defects: readonly AnnotatedDefect[] | undefined,
    inside: Uint8Array | undefined,
  ): void {
    if (!defects) return;
    const overlaps = this.#open.get(className) ?? new SaturatedOverlaps();
    this.#open.set(className, overlaps);
    overlaps.add({ score, map, defects, inside, path }, anomalous ? defect : null);
  }

  /** Measures a class, and lets go of its pixels. */
  finish(className: string): void {
    const overlaps = this.#open.get(className);
    if (!overlaps) return;
    this.#open.delete(className);
    const kinds = overlaps.records();
    if (Object.keys(kinds).length > 0)
      this.#classes.set(className, { kinds, mean: meanOf(Object.values(kinds)) });
  }

  /** Undefined where no class has saturations. */
  results(): SaturatedResults | undefined {
    for (const className of [...this.#open.keys()]) this.finish(className);
    if (this.#classes.size === 0) return undefined;
    const means = [...this.#classes.values()].map(({ mean }) => mean);
    return { limit: saturatedLimit, classes: Object.fromEntries(this.#classes), mean: meanOf(means) };
  }
}

/** Null where one of them is. */
function meanOf(records: readonly SaturatedClass['mean'][]): SaturatedClass['mean'] {
  const mean = (of: keyof SaturatedClass['mean']) => {
    const values = records.map((record) => record[of]);
    return values.includes(null)
      ? null
      : values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  };
  return { imageAuroc: mean('imageAuroc'), auSpro: mean('auSpro') };
}

/** For people: a row for each kind, one for their mean, and one for the mean over classes. */
export function saturatedTable({ limit, classes, mean }: SaturatedResults): Table {
  const cells = (record: SaturatedClass['mean']) => [fraction(record.imageAuroc), fraction(record.auSpro)];
  const rows = Object.entries(classes).flatMap(([name, { kinds, mean: own }]) => [
    ...Object.entries(kinds).map(([kind, record]) => [name, kind, String(record.images), ...cells(record)]),
    [name, 'mean', '', ...cells(own)],
  ]);
  if (Object.keys(classes).length > 1) rows.push(['mean', '', '', ...cells(mean)]);
  return { header: ['class', 'kind', 'images', 'I-AUROC', `AU-sPRO, to ${limit}`], rows };
}
