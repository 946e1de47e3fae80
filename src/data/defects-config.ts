/**
 * @file `defects_config.json` of a class of MVTec LOCO: what the values in its masks mean, and how much of each defect has to be found (evaluation/spro.ts).
 */
import { join } from 'node:path';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { statOrNothing } from './folders.ts';
import { readJsonFile } from './json-file.ts';

/** Its name, in the folder of a class. */
export const defectsConfigName = 'defects_config.json';

const schema = z
  .array(
    z
      .object({
        defect_name: z.string(),
        pixel_value: z.int().min(1).max(65_535),
        saturation_threshold: z.number().positive(),
        relative_saturation: z.boolean(),
      })
      .refine(
        ({ relative_saturation: relative, saturation_threshold: share }) => !relative || share <= 1,
        'a relative saturation_threshold is at most 1',
      ),
  )
  .min(1, 'it names no defect')
  .refine(
    (defects) => new Set(defects.map((each) => each.pixel_value)).size === defects.length,
    'two defects have one pixel_value',
  );

/** How much of a defect has to be found. */
export interface DefectSaturation {
  readonly name: string;
  /** Pixels of the photograph; with `isShare` a share of the defect, above 0 to 1. */
  readonly threshold: number;
  readonly isShare: boolean;
}

/** By the value that masks of the defect have. */
export type Saturations = ReadonlyMap<number, DefectSaturation>;

/**
 * Reads it.
 * @param folder - of the class
 * @returns undefined where there is no such file
 * @throws FILE_UNREADABLE, also where it is damaged or says something else
 */
export async function readDefectsConfig(folder: string): Promise<Saturations | undefined> {
  const path = join(folder, defectsConfigName);
  if (!(await statOrNothing(path))) return undefined;
  const defects = await readJsonFile(
    path,
    schema,
    (reason) => new CladError('FILE_UNREADABLE', { path, reason: `as the list of MVTec LOCO: ${reason}` }),
  );
  return new Map(
    defects.map((each) => [
      each.pixel_value,
      { name: each.defect_name, threshold: each.saturation_threshold, isShare: each.relative_saturation },
    ]),
  );
}
