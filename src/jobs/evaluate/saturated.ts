/**
 * @file AU-sPRO of the test images of MVTec LOCO: the defects of an image one by one, each with its saturation, and what comes of them. Everything is measured
 * at the anomaly map's size, as other pixel metrics are; saturations in pixels of the photograph are brought to it by the ratio of areas.
 */
import { dirname } from 'node:path';
import { CladError } from '../../core/errors.ts';
import type { Sample } from '../../data/dataset.ts';
import {
  type DefectSaturation,
  defectsConfigName,
  readDefectsConfig,
  type Saturations,
} from '../../data/defects-config.ts';
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

/** What each defect of an image is, at the map's size. */
export class DefectReader {
  readonly #geometry: Geometry;
  readonly #note: (text: string) => void;
  /** By the folder of the class. */
  readonly #saturations = new Map<string, Promise<Saturations | undefined>>();
  /** Folders of classes of which something cannot be used. */
  readonly #leftOut = new Set<string>();

  /** @param note - told, once for each class, why it has no AU-sPRO although it has the file */
  constructor(geometry: Geometry, note: (text: string) => void = () => undefined) {
    this.#geometry = geometry;
    this.#note = note;
  }

  /** @returns undefined where there is no AU-sPRO of the class; null of an anomalous image without masks */
  async of({ path, maskPaths, anomalous, className }: Sample): Promise<AnnotatedDefect[] | null | undefined> {
    // <class>/test/<kind>/000.png
    const folder = dirname(dirname(dirname(path)));
    const without = (error: unknown) => {
      if (!(error instanceof CladError)) throw error;
      if (!this.#leftOut.has(folder)) this.#note(`AU-sPRO of ${className} is left out: ${error.message}`);
      this.#leftOut.add(folder);
      return undefined;
    };
    const reading = this.#saturations.get(folder) ?? readDefectsConfig(folder).catch(without);
    this.#saturations.set(folder, reading);
    const saturations = await reading;
    if (!saturations || this.#leftOut.has(folder)) return undefined;
    if (!anomalous) return [];
    if (!maskPaths) return null;
    try {
      const defects = await Promise.all(maskPaths.map((mask) => this.#defect(mask, saturations)));
      return defects.filter((defect) => defect !== undefined);
    } catch (error) {
      return without(error);
    }
  }

  /** Undefined where nothing is marked. */
  async #defect(path: string, saturations: Saturations): Promise<AnnotatedDefect | undefined> {
    const { width, height, channels, data } = await decodeMaskSamples(path);
    const inside = new Uint8Array(width * height);
    let [value, area] = [0, 0];
    for (let pixel = 0; pixel < inside.length; pixel++) {
      const here = data[pixel * channels]!;
      if (here === 0) continue;
      if (value !== 0 && here !== value) {
        const reason = `it has the values ${value} and ${here}; a mask of MVTec LOCO has one, which says what defect it is`;
        throw new CladError('IMAGE_INVALID', { path, reason });
      }
      value = here;
      inside[pixel] = 1;
      area++;
    }
    if (value === 0) return undefined;
    const said = saturations.get(value);
    if (!said) {
      const known = [...saturations].map(([each, { name }]) => `${each} for ${name}`).join(', ');
      const reason = `its value is ${value}, and ${defectsConfigName} of its class has ${known}`;
      throw new CladError('IMAGE_INVALID', { path, reason });
    }
    const mask = inputMask({ width, height, data: inside }, this.#geometry);
    const resized = resizedSize(this.#geometry);
    const scale = (resized.width * resized.height) / (width * height);
    return { mask, saturation: saturationOf(said, area) * scale };
  }
}

/** As the evaluation of the data set has it: whole pixels of the photograph, at least one, and no more than the defect has. @param area - of the defect */
function saturationOf({ threshold, isShare }: DefectSaturation, area: number): number {
  return isShare ? Math.max(1, Math.floor(threshold * area)) : Math.min(threshold, area);
}

/** Gathers images, class by class. */
export class SaturatedTally {
  /** Null of a class that has no AU-sPRO. */
  readonly #open = new Map<string, SaturatedOverlaps | null>();
  readonly #classes = new Map<string, SaturatedClass>();

  /** @param defects - of `DefectReader` */
  add(
    { path, className, anomalous, defect }: Sample,
    { score, map }: { readonly score: number; readonly map: Float32Array },
    defects: readonly AnnotatedDefect[] | null | undefined,
    inside: Uint8Array | undefined,
  ): void {
    if (defects === undefined) {
      // Also where that shows only with the last of its images.
      this.#open.set(className, null);
      return;
    }
    const open = this.#open.get(className);
    if (open === null) return;
    const overlaps = open ?? new SaturatedOverlaps();
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
