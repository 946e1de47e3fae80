/**
 * @file `defects_config.json` of a class of MVTec LOCO: what the values in its masks mean, and how much of each defect has to be found (evaluation/spro.ts).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { asRefusal } from '../core/files.ts';

/** Its name, in the folder of a class. */
export const defectsConfigName = 'defects_config.json';

const schema = z.array(
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
);

/** How much of a defect has to be found. */
export interface DefectSaturation {
  readonly name: string;
  /** Pixels of the photograph; with `isShare` a share of the defect, above 0 to 1. */
  readonly threshold: number;
  readonly isShare: boolean;
}

/**
 * Reads it.
 * @param folder - of the class
 * @returns by the value that masks of the defect have; undefined where there is no such file
 * @throws LAYOUT_UNCLEAR where it is damaged or says something else; FILE_REFUSED
 */
export async function readDefectsConfig(
  folder: string,
): Promise<ReadonlyMap<number, DefectSaturation> | undefined> {
  const path = join(folder, defectsConfigName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw asRefusal(error, path);
  });
  if (text === undefined) return undefined;
  const found = schema.safeParse(parsed(text));
  if (!found.success) {
    const [issue] = found.error.issues;
    throw new CladError('LAYOUT_UNCLEAR', {
      path,
      reason: `it is no list of defects as MVTec LOCO has it (${issue?.path.join('.') || 'the file'}: ${issue?.message})`,
      hint: 'Put the file of the published data set in its place, or remove it to go without AU-sPRO.',
    });
  }
  return new Map(
    found.data.map((each) => [
      each.pixel_value,
      { name: each.defect_name, threshold: each.saturation_threshold, isShare: each.relative_saturation },
    ]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
