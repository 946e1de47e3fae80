/**
 * @file A region of interest as people write it: shapes on a reference image that are inside, and shapes that are ignored. `ignore` goes before `inside`; without
 * `inside`, all of the image is but what is ignored.
 */
import { z } from 'zod';
import { checkOptions } from '../../core/options.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeFromWords } from '../../image/size-option.ts';

const coordinate = z.number({ error: 'a number' });
const shapeWords =
  'rectangle: [x, y, width, height], polygon: [[x, y], [x, y], [x, y], ...] or mask: FILE, one in each item';

const shape = z.union(
  [
    z.strictObject({ rectangle: z.tuple([coordinate, coordinate, coordinate, coordinate]) }),
    z.strictObject({ polygon: z.array(z.tuple([coordinate, coordinate])).min(3) }),
    z.strictObject({ mask: z.string().min(1) }),
  ],
  { error: shapeWords },
);

const listWords = `a list of shapes, at least one, each ${shapeWords}`;
const shapes = z.array(shape, { error: listWords }).refine(({ length }) => length > 0, listWords);

/** The values of `reference` that say no size. */
export const fractions = 'fractions';

const reference = z.union([z.number().int().positive(), z.string().min(1)], {
  error:
    'the size of the image that it was drawn on as width x height, e.g. 2000x1500, that image, or fractions',
});

const definition = z
  .strictObject({
    /** Size of the image that the shapes were drawn on, that image's path, or `fractions` of width and height from 0 to 1. Not needed for masks alone. */
    reference: reference.optional(),
    inside: shapes.optional(),
    ignore: shapes.optional(),
  })
  .refine(
    ({ inside, ignore }) => inside !== undefined || ignore !== undefined,
    'with shapes at inside or ignore',
  );

export type RegionShape = z.infer<typeof shape>;
export type RegionDefinition = z.infer<typeof definition>;
/** Regions by class. */
export type RegionDefinitions = Readonly<Record<string, RegionDefinition>>;

/**
 * Checks definitions.
 * @param file - what they are from, for errors
 * @throws OPTION_INVALID, OPTION_UNKNOWN
 */
export function checkRegions(given: unknown, file?: string): RegionDefinitions {
  const classes = checkOptions(z.record(z.string(), z.unknown()), given, () => file);
  return Object.fromEntries(
    Object.entries(classes).map(([name, value]) => {
      const where = `the region of interest of ${name}${file === undefined ? '' : ` in ${file}`}`;
      return [name, checkOptions(definition, value, () => where)];
    }),
  );
}

/** The definition with the paths in it changed. */
export function withPaths(given: RegionDefinition, change: (path: string) => string): RegionDefinition {
  const moved = (all: readonly RegionShape[] | undefined) =>
    all?.map((each) => ('mask' in each ? { mask: change(each.mask) } : each));
  const { reference: on, inside, ignore } = given;
  return {
    ...(on !== undefined && { reference: isPath(on) ? change(on) : on }),
    ...(inside && { inside: moved(inside)! }),
    ...(ignore && { ignore: moved(ignore)! }),
  };
}

/** Whether a reference is an image's path. */
export function isPath(on: string | number): on is string {
  return typeof on === 'string' && on !== fractions && sizeWritten(on) === undefined;
}

/** The size that a reference says, also as `2000 x 1500`; undefined where it says none. */
export function sizeWritten(on: string | number): ImageSize | undefined {
  return sizeFromWords(String(on).replace(/\s+/g, ''));
}
