/**
 * @file What decoding showed of images, kept by what their files hold: with one cache, each of several machines decodes a share, and a later training
 * none. Files are read all the same, as only their content says that they are those.
 *
 * Images are kept in groups, a file each. A machine begins with the groups of its own share and goes round: what others have done meanwhile it
 * takes from them, and what they have not it does itself, so nobody waits.
 */
import { createHash } from 'node:crypto';
import { openSealed, sealedJson } from '../core/sealed-json.ts';
import { type Share, stretchOf } from '../core/share.ts';
import { type Storage, textOf } from '../core/storage.ts';
import type { SeenImage } from '../image/look.ts';
import { mapConcurrently } from './concurrency.ts';
import { defaultConcurrency } from './default-concurrency.ts';

/** Images of a group: some seconds of decoding. */
const groupSize = 64;

export interface ExaminedPlace {
  readonly storage: Storage;
  /** Where this machine begins. */
  readonly share: Share;
  /** What decodes, e.g. the program's version: another may decode otherwise. */
  readonly decoder: string;
}

/** What is kept of an image that is as it should be. */
export interface KeptFinding {
  readonly size: { readonly width: number; readonly height: number };
  readonly hash: string;
  readonly image: SeenImage;
}

/** An image that is kept by its content. */
export interface KeyedImage<T> {
  readonly item: T;
  /** Says what its file holds. */
  readonly content: string;
}

/**
 * What is kept of images, or found now.
 * @param examine - decodes one
 * @param plain - what is to be kept of that; undefined for one that has to be looked at each time, since there is something to tell
 * @returns in the order of the images
 */
export async function examinedOnce<T, F>(
  images: readonly KeyedImage<T>[],
  { storage, share, decoder }: ExaminedPlace,
  examine: (item: T, kept: KeptFinding | undefined) => Promise<F>,
  plain: (finding: F) => KeptFinding | undefined,
): Promise<F[]> {
  const groups = Array.from({ length: Math.ceil(images.length / groupSize) }, (_, group) =>
    images.slice(group * groupSize, (group + 1) * groupSize),
  );
  const found = new Array<F[]>(groups.length);
  const { from } = stretchOf(share, groups.length);
  for (let turn = 0; turn < groups.length; turn++) {
    const at = (from + turn) % groups.length;
    const group = groups[at]!;
    const name = nameOf(group, decoder);
    const kept = await keptIn(storage, name, group.length);
    found[at] = await mapConcurrently(group, defaultConcurrency, ({ item }, index) =>
      examine(item, kept?.[index] ?? undefined),
    );
    if (kept) continue;
    const content = { findings: found[at].map((finding) => plain(finding) ?? null) };
    // A cache may be one that is only read.
    await storage.write(name, sealedJson(content, false), { lasting: false }).catch(() => {});
  }
  return found.flat();
}

function nameOf<T>(group: readonly KeyedImage<T>[], decoder: string): string {
  const text = JSON.stringify([decoder, ...group.map(({ content }) => content)]);
  return `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.json`;
}

async function keptIn(
  storage: Storage,
  name: string,
  count: number,
): Promise<readonly (KeptFinding | null)[] | undefined> {
  const bytes = await storage.read(name).catch(() => undefined);
  const { findings } = ((bytes && openSealed(textOf(bytes))) ?? {}) as {
    readonly findings?: readonly (KeptFinding | null)[];
  };
  return findings?.length === count ? findings : undefined;
}
