/**
 * @file A region of interest as people write it: shapes on a reference image that are inside, and shapes that are ignored. `ignore` goes before `inside`; without
 * `inside`, all of the image is but what is ignored. In the place of `inside` there may be `regions`, each with a name and shapes of its own: they have thresholds of their own.
 */
import { z } from 'zod';
import { checkOptions } from '../../core/options.ts';
import type { ImageSize } from '../../image/limits.ts';
import { mostNamed } from '../../image/roi/named-region.ts';
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

const nameWords =
  'a name of letters, digits, spaces, dots, - and _, that begins with a letter or digit, of at most 40 characters';

/** A part of the region that has a name, and a threshold of its own. */
const namedDefinition = z.strictObject({
  name: z
    .string({ error: nameWords })
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._-]{0,39}$/u, nameWords)
    .transform((name) => name.normalize('NFC')),
  inside: shapes,
  ignore: shapes.optional(),
});

const namedWords = `a list of 1 to ${mostNamed} regions, each with name and inside: - { name: rim, inside: [...] }`;

const definition = z
  .strictObject({
    /** Size of the image that the shapes were drawn on, that image's path, or `fractions` of width and height from 0 to 1. Not needed for masks alone. */
    reference: reference.optional(),
    inside: shapes.optional(),
    ignore: shapes.optional(),
    regions: z
      .array(namedDefinition, { error: namedWords })
      .refine(({ length }) => length > 0 && length <= mostNamed, namedWords)
      .optional(),
  })
  .refine(
    ({ inside, ignore, regions }) => inside !== undefined || ignore !== undefined || regions !== undefined,
    'with shapes at inside or ignore, or with regions',
  )
  .refine(
    ({ inside, regions }) => inside === undefined || regions === undefined,
    'with shapes at inside, or with regions that have shapes of their own, not both',
  );

export type RegionShape = z.infer<typeof shape>;
export type RegionDefinition = z.infer<typeof definition>;
export type NamedDefinition = z.infer<typeof namedDefinition>;
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
  const { reference: on, inside, ignore, regions } = given;
  return {
    ...(on !== undefined && { reference: isPath(on) ? change(on) : on }),
    ...(inside && { inside: moved(inside)! }),
    ...(ignore && { ignore: moved(ignore)! }),
    ...(regions && {
      regions: regions.map((each) => ({
        name: each.name,
        inside: moved(each.inside)!,
        ...(each.ignore && { ignore: moved(each.ignore)! }),
      })),
    }),
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
