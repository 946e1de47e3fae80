/**
 * @file What a store's place says of the shares that machines have put there: `share-I-of-N.json`, written when all parts of a share are, with what the features
 * depend on; and the parts of shares that are not finished.
 */
import { z } from 'zod';
import { openSealed, sealedJson } from '../../core/sealed-json.ts';
import { isShare, type Share } from '../../core/share.ts';
import { type Storage, textOf } from '../../core/storage.ts';

const recordSchema = z.object({
  /** Of the store. */
  key: z.string(),
  share: z.object({ index: z.number(), count: z.number() }),
  images: z.number(),
  /** Version of the program, and processor: others round otherwise. */
  madeBy: z.string(),
  /** What the key is the hash of. */
  basis: z.record(z.string(), z.unknown()),
});

/** A finished share. */
export type ShareRecord = z.infer<typeof recordSchema>;

/** A share of which something was found. */
export interface FoundShare extends Share {
  /** Undefined where it is not finished, or its record is damaged. */
  readonly record: ShareRecord | undefined;
  /** Of its record, where there is one. */
  readonly file: string | undefined;
}

export function recordName({ index, count }: Share): string {
  return `share-${index}-of-${count}.json`;
}

export function writeRecord(storage: Storage, record: ShareRecord): Promise<void> {
  return storage.write(recordName(record.share), sealedJson(record));
}

/** Undefined where there is none, or none that is whole. */
export async function readRecord(storage: Storage, share: Share): Promise<ShareRecord | undefined> {
  const bytes = await storage.read(recordName(share)).catch(() => undefined);
  return bytes && recordSchema.safeParse(openSealed(textOf(bytes))).data;
}

/** All shares of which there is something, the finished ones and those that were begun; sorted. */
export async function findShares(storage: Storage): Promise<FoundShare[]> {
  const found = new Map<string, FoundShare>();
  for (const name of (await storage.list()).sort()) {
    const [, kind, index, count] = /^(share|shard-\d+)-(\d+)-of-(\d+)\.json$/.exec(name) ?? [];
    const share = { index: Number(index), count: Number(count) };
    if (kind === undefined || !isShare(share)) continue;
    const id = recordName(share);
    if (kind === 'share')
      found.set(id, { ...share, record: await readRecord(storage, share), file: storage.pathOf(name) });
    else if (!found.has(id)) found.set(id, { ...share, record: undefined, file: undefined });
  }
  return [...found.values()].sort((a, b) => a.count - b.count || a.index - b.index);
}
