/**
 * @file A list of exact pictures: which files a table of results was measured on, by what they hold and by where they stand in the data set. It has names and
 * hashes and no picture, so that it can be published where the pictures cannot.
 *
 * A hash is the first 16 of SHA-256's 32 bytes, in base64url: enough against chance, and half as long. There are two of a picture: of its file, and of its decoded
 * pixels as pixel-hash.ts has them, which another lossless format or other metadata do not change.
 */
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { readJsonFile } from './json-file.ts';

/** One file: its name, the hash of its bytes, that of its pixels. */
export type ListedFile = readonly [name: string, file: string, pixels: string];

/** An image, then its masks, flattened: three texts each. */
export type ListedImage = readonly string[];

export interface ListedClass {
  /** Where its pictures come from, and what was done to them, for people. */
  readonly source?: string | undefined;
  /** Pixels of the shorter side that the originals were brought to; absent where the pictures are the originals. */
  readonly shorterSide?: number | undefined;
  /** By `train/good`, `test/good`, `test/<defect>`. */
  readonly images: Readonly<Record<string, readonly ListedImage[]>>;
}

export interface PictureList {
  readonly format: typeof pictureListFormat;
  readonly about?: string | undefined;
  /** Of all images of the data set that was listed, training and test (fingerprint.ts); a run has one of each instead. */
  readonly fingerprint: string;
  readonly classes: Readonly<Record<string, ListedClass>>;
}

export const pictureListFormat = 'clad pictures 1';

const hash = z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'expected a hash of 22 letters and digits');
/** Names of files are written by: none may lead elsewhere. */
const plainName = z
  .string()
  .regex(/^[^/\\:\0]+$/, 'expected a name without slashes')
  .refine((name) => name !== '.' && name !== '..', 'expected a name');
const listedImage = z.array(z.string()).transform((row, context): string[] => {
  if (row.length === 0 || row.length % 3 !== 0)
    context.addIssue('expected name, hash and hash of an image, and of each mask');
  for (const [at, text] of row.entries()) {
    const checked = (at % 3 === 0 ? plainName : hash).safeParse(text);
    if (!checked.success) context.addIssue(`${JSON.stringify(text)}: ${checked.error.issues[0]?.message}`);
  }
  return row;
});
const schema = z.object({
  format: z.literal(pictureListFormat),
  about: z.string().optional(),
  fingerprint: z.string(),
  classes: z.record(
    z.string(),
    z.object({
      source: z.string().optional(),
      shorterSide: z.int().min(8).max(8192).optional(),
      images: z.record(z.string(), z.array(listedImage)),
    }),
  ),
});

/** The short form of a SHA-256. @param hexadecimal - 64 digits */
export function shortHash(hexadecimal: string): string {
  const bytes = Buffer.from(hexadecimal, 'hex').subarray(0, 16);
  return bytes.toString('base64url');
}

/** As files, the image first. */
export function filesOf(row: ListedImage): ListedFile[] {
  return Array.from(
    { length: row.length / 3 },
    (_, at) => row.slice(3 * at, 3 * at + 3) as unknown as ListedFile,
  );
}

/** A list as text: a line a picture, so that two lists can be compared line by line. */
export function pictureListText(list: PictureList): string {
  const text = JSON.stringify;
  const classes = Object.entries(list.classes).map(([name, { source, shorterSide, images }]) => {
    const folders = Object.entries(images).map(
      ([folder, rows]) => `${text(folder)}: [\n${rows.map((row) => text(row)).join(',\n')}\n]`,
    );
    const facts = [
      ...(source === undefined ? [] : [`"source": ${text(source)}`]),
      ...(shorterSide === undefined ? [] : [`"shorterSide": ${shorterSide}`]),
      `"images": {\n${folders.join(',\n')}\n}`,
    ];
    return `${text(name)}: {\n${facts.join(',\n')}\n}`;
  });
  const about = list.about === undefined ? '' : `"about": ${text(list.about)},\n`;
  return `{\n"format": ${text(list.format)},\n${about}"fingerprint": ${text(list.fingerprint)},\n"classes": {\n${classes.join(',\n')}\n}\n}\n`;
}

/**
 * Reads a list.
 * @throws CladError `FILE_UNREADABLE`; `LIST_INVALID` naming what is wrong with it
 */
export async function readPictureList(path: string): Promise<PictureList> {
  const refuse = (reason: string) =>
    new CladError('LIST_INVALID', { path, reason, hint: 'Give a list that `clad data list` wrote.' });
  const list = await readJsonFile(path, schema, refuse);
  for (const [name, { images }] of Object.entries(list.classes)) {
    const named = plainName.safeParse(name);
    if (!named.success) throw refuse(`the class ${JSON.stringify(name)}: ${named.error.issues[0]?.message}`);
    for (const folder of Object.keys(images)) {
      const [split = '', defect, more] = folder.split('/');
      if (more !== undefined || !['train', 'test'].includes(split) || !plainName.safeParse(defect).success)
        throw refuse(
          `class ${name}: ${JSON.stringify(folder)} is none of train/good, test/good and test/<defect>`,
        );
    }
  }
  return list;
}
