/**
 * @file Light and sharpness of training photographs, of some of each class. They are kept in the run (`looks.json`), so that they are looked at once and the
 * photographs need not be there for good.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CladError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/files.ts';
import type { ProgressListener } from '../../core/progress.ts';
import { stoppable } from '../../core/progress.ts';
import { mapAhead } from '../../data/concurrency.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { evenly } from '../../features/patches/class-foreground.ts';
import { type Seen, seenOf } from '../../image/seen.ts';
import { decodeOrError } from '../predict.ts';
import { imagesLeft, type Subject } from '../update/subject.ts';

/** Training images of a class that are looked at, at most: more make the medians no better. */
const mostSeen = 150;

const number = z.number();
const looksSchema = z.object({
  format: z.literal('clad-looks-1'),
  images: z.record(
    z.string(),
    z.object({
      ...{ mean: number, contrast: number, warmth: number, green: number },
      ...{ sharpness: number, clippedDark: number, clippedBright: number },
    }),
  ),
});

/**
 * Of images that are there or were looked at before, spread over all of a class.
 * @param names - of classes
 */
export async function trainingLooks(
  subject: Subject,
  names: readonly string[],
  onProgress?: ProgressListener,
): Promise<ReadonlyMap<string, readonly Seen[]>> {
  const told = stoppable({ onProgress });
  const path = join(subject.run.path, 'looks.json');
  const known = await readLooks(path);
  const reading = { bits: bitsOf(subject.metadata) };
  const there = imagesLeft(subject).filter((image) => known.has(image.path) || existsSync(image.path));
  const chosen = names.flatMap((name) =>
    evenly(
      there.filter((image) => image.class === name),
      mostSeen,
    ),
  );
  const missing = chosen.filter((image) => !known.has(image.path));
  let done = 0;
  for await (const [image, decoded] of mapAhead(missing, 4, (each) => decodeOrError(each.path, reading))) {
    if (!(decoded instanceof CladError)) known.set(image.path, seenOf(decoded));
    told({ task: 'training images', done: ++done, total: missing.length, unit: 'images' });
  }
  if (missing.length > 0) {
    const document: z.infer<typeof looksSchema> = {
      format: 'clad-looks-1',
      images: Object.fromEntries(known),
    };
    // A run that may only be read is looked at again the next time.
    await writeFileAtomic(path, `${JSON.stringify(document)}\n`).catch(() => {});
  }
  const seen = new Map<string, Seen[]>(names.map((name) => [name, []]));
  for (const image of chosen) {
    const look = known.get(image.path);
    if (look) seen.get(image.class)!.push(look);
  }
  return seen;
}

/** What was looked at before; nothing where the file is not there, or damaged: it is made again. */
async function readLooks(path: string): Promise<Map<string, Seen>> {
  try {
    const { images } = looksSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(Object.entries(images));
  } catch {
    return new Map();
  }
}
