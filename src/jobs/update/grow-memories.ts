/** @file The memories of a detector's classes with the entries that new images give, and the list of good images with these. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { CladError } from '../../core/errors.ts';
import type { ProgressListener } from '../../core/progress.ts';
import {
  type ClassMemories,
  type ClassMemory,
  type ClassSpread,
  classMemories,
  memoryOf,
  withEntries,
} from '../../detector/bank-classes.ts';
import { entriesOfOthers } from '../../features/memory-bank/entries-of-others.ts';
import type { ModelProto } from '../../graph/index.ts';
import { patchesInside, type RegionOfInterest } from '../../image/roi/region-of-interest.ts';
import type { Engine } from '../../runtime/engine.ts';
import { type GoodImagesFile, recordedPath } from '../good-images/good-images-file.ts';
import type { Joining } from './joined.ts';
import { chooseNewEntries, type NewEntries } from './new-entries.ts';
import type { Subject } from './subject.ts';

/** What the detector remembers, class by class. @throws UPDATE_UNSUITABLE where it has no memory for each */
export function memoriesOf({ path, metadata }: Subject, model: ModelProto): ClassMemories {
  const memories = classMemories(model);
  if (memories && memories.classes.length === metadata.classes.length) return memories;
  const reason = `it is no detector of full precision with a memory of its own for each class (method ${metadata.method})`;
  throw new CladError('UPDATE_UNSUITABLE', { path, reason });
}

const memoryOptionsSchema = z.object({
  coresetSize: z.number(),
  coresetShare: z.number().default(0),
  candidates: z.number(),
  neighbours: z.number(),
  shortlist: z.number().default(1),
});

export type MemoryOptions = z.infer<typeof memoryOptionsSchema>;

/** What the run's options say of a class's memory. @throws UPDATE_UNSUITABLE */
export function memoryOptions({ config, path }: Subject): MemoryOptions {
  const { data } = memoryOptionsSchema.safeParse(config.options.memoryBank);
  if (data) return data;
  throw new CladError('UPDATE_UNSUITABLE', {
    path,
    reason: 'the options of the run say nothing of a memory bank',
  });
}

/** Grown memories. */
export interface Growth {
  readonly memories: readonly ClassMemory[];
  readonly file: GoodImagesFile;
  /** What was chosen of each class. */
  readonly chosen: ReadonlyMap<string, NewEntries>;
}

/** Memories and list of good images with those that join; the entries of a class stand behind its own, a new class behind all. */
export async function growMemories(
  engine: Engine,
  subject: Subject,
  {
    memories: { classes, width, searchWidth },
    options,
    joining,
    region,
  }: {
    readonly memories: ClassMemories;
    readonly options: MemoryOptions;
    readonly joining: Joining;
    /** Of a new class. */
    readonly region?: RegionOfInterest | undefined;
  },
  onProgress?: ProgressListener,
): Promise<Growth> {
  const { file, metadata, root } = subject;
  const shape = { width, searchWidth };
  const memories = [...classes];
  let first = 0;
  const entryImages = classes.map(({ lengths }) => {
    const own = file.entryImages.slice(first, first + lengths.length);
    first += lengths.length;
    return own;
  });
  const images = [...file.images];
  const chosen = new Map<string, NewEntries>();
  for (const [name, own] of joining) {
    const found = metadata.classes.indexOf(name);
    const index = found < 0 ? memories.length : found;
    const memory = classes[index];
    const before = file.images.filter((image) => image.class === name && !image.excluded).length;
    const more = await chooseNewEntries(
      engine,
      {
        className: name,
        images: own.map((each) => each.patches),
        width,
        patches: patchesInside(memory ? memory.region : region, metadata.grid),
        present: memory && { memory, images: before },
        options,
        seed: metadata.provenance.seed,
      },
      onProgress,
    );
    chosen.set(name, more);
    memories[index] = memory
      ? withEntries(memory, more.entries, shape)
      : memoryOf(more.entries, shape, usualSpread(classes), region);
    const ids = more.images.map((image) => images.length + image);
    entryImages[index] = [...(entryImages[index] ?? []), ...ids];
    if (!memory) requireOthers(name, ids, Math.max(options.neighbours, options.shortlist));
    for (const { path, score, recognisedAs, share } of own) {
      const recorded = { path: recordedPath(root, resolve(path)), class: name, score, recognisedAs, share };
      images.push({ ...recorded, heldOut: true, excluded: false, added: true });
    }
  }
  return { memories, file: { ...file, entryImages: entryImages.flat(), images }, chosen };
}

/** How scores vary in the other classes on average: what a new class begins with, until it is measured. */
function usualSpread(classes: readonly ClassMemory[]): ClassSpread | undefined {
  const [first] = classes;
  return first?.spread?.map(
    (_, at) => classes.reduce((sum, { spread }) => sum + spread![at]!, 0) / classes.length,
  );
}

/** An image of a new class is matched with the entries of the others. @throws UPDATE_NOTHING */
function requireOthers(name: string, entryImages: readonly number[], neighbours: number): void {
  if (entriesOfOthers(entryImages) >= neighbours) return;
  const reasons = `their patches are all alike, so that class ${name} would have ${entryImages.length} entries`;
  throw new CladError('UPDATE_NOTHING', { count: entryImages.length, reasons, remedy: 'Give more images.' });
}
