/**
 * @file Shares of a store, made by several machines, become one store: checked first, since whatever is missing or of something else would be a wrong model
 * or a wrong number in silence.
 */
import { CladError } from '../../core/errors.ts';
import { nameOfShare, type Share } from '../../core/share.ts';
import type { Storage } from '../../core/storage.ts';
import { isStored, type PlannedImage, partsOf, type ShardPart } from './shard-plan.ts';
import { type FoundShare, findShares, type ShareRecord } from './share-record.ts';
import type { FeatureStore, StoreIndex } from './store.ts';

/** What a store is made of, as its key has it. */
export type Basis = Readonly<Record<string, unknown>>;

export interface JoinOptions {
  /** Root of the data set. */
  readonly root: string;
  /** Holds the store, and others. */
  readonly cache: Storage;
  readonly basis: Basis;
  /** Whether all may be computed here although the cache has shards that do not fit or are not all there. */
  readonly mayExtract?: boolean;
  readonly note?: (text: string) => void;
}

/**
 * Marks a store complete whose shares are all there.
 * @param shards - as planned for one machine alone
 * @returns undefined where no machine has put a share there
 * @throws SHARDS_MISSING, SHARDS_MIXED, SHARDS_DAMAGED, SHARDS_TWICE, SHARDS_DIFFER
 */
export async function joinShares(
  store: FeatureStore,
  shards: readonly (readonly PlannedImage[])[],
  options: JoinOptions,
): Promise<StoreIndex | undefined> {
  // The only share of all has whole shards, which are found and made again like those of a training.
  const found = (await findShares(store.storage)).filter(({ count }) => count > 1);
  if (found.length === 0) {
    if (!options.mayExtract) await refuseOthers(store, options);
    return undefined;
  }
  const count = countOf(found, store, options);
  const own = found.filter((share) => share.count === count);
  const missing = allShares(count).filter(
    ({ index }) => !own.some((share) => share.index === index && share.file !== undefined),
  );
  if (missing.length > 0 && options.mayExtract) {
    const list = briefly(missing.map(nameOfShare), ', ');
    options.note?.(`Shards that other machines are to make are missing (${list}): all is computed here.`);
    return undefined;
  }
  if (missing.length > 0) throw await shardsMissing(missing, own, store, options);
  const parts = shards.map((): string[] => []);
  for (const share of own) {
    requireRecord(share, store, options);
    for (const part of partsOf(shards, share)) {
      if (!(await isStored(store, part))) throw damagedPart(store, share, part, options);
      parts[part.shard]!.push(part.name);
    }
  }
  noteMakers(own, options);
  options.note?.(`Patch features: of ${count} shards in ${store.storage.pathOf()}.`);
  return store.finish(shards.length, parts);
}

function allShares(count: number): Share[] {
  return Array.from({ length: count }, (_, index) => ({ index, count }));
}

/** The number of shares that is used: the one that is complete, or the only one. @throws SHARDS_MIXED */
function countOf(found: readonly FoundShare[], store: FeatureStore, options: JoinOptions): number {
  const counts = [...new Set(found.map(({ count }) => count))];
  const finished = (count: number) => found.filter((each) => each.count === count && each.file).length;
  const complete = counts.find((count) => finished(count) === count);
  if (complete !== undefined) return complete;
  // The one with most of its shares is the one to go on with.
  const [best] = counts.sort((a, b) => finished(b) / b - finished(a) / a);
  if (counts.length === 1 || options.mayExtract) return best!;
  const next = allShares(best!).find(
    ({ index }) => !found.some((each) => each.count === best && each.index === index && each.file),
  );
  const list = counts.map((count) => `${finished(count)} of ${count}`).join(', ');
  throw new CladError('SHARDS_MIXED', {
    path: store.storage.pathOf(),
    list,
    command: commandFor(next!, options),
  });
}

function commandFor(share: Share, { root, cache }: JoinOptions): string {
  return `clad extract ${root} --shard ${nameOfShare(share)} --cache ${cache.pathOf()}`;
}

/** @throws SHARDS_DAMAGED, SHARDS_TWICE where a record is another's */
function requireRecord(share: FoundShare, store: FeatureStore, options: JoinOptions): void {
  const { record, file = '' } = share;
  if (!record || record.key !== store.header.key) throw damagedFile(file, share, options);
  if (nameOfShare(record.share) === nameOfShare(share)) return;
  throw new CladError('SHARDS_TWICE', {
    path: file,
    share: nameOfShare(record.share),
    named: nameOfShare(share),
    command: commandFor(share, options),
  });
}

function damagedPart(
  store: FeatureStore,
  share: Share,
  { name }: ShardPart,
  options: JoinOptions,
): CladError {
  return damagedFile(
    store.damaged.find((path) => path.includes(`${name}.`)) ?? store.storage.pathOf(`${name}.json`),
    share,
    options,
  );
}

function damagedFile(path: string, share: Share, options: JoinOptions): CladError {
  const command = commandFor(share, options);
  return new CladError('SHARDS_DAMAGED', { path, share: nameOfShare(share), command });
}

/** Last bits depend on the processor and the version: not a fault, but a promise less. */
function noteMakers(shares: readonly FoundShare[], { note }: JoinOptions): void {
  const by = new Map<string, string[]>();
  for (const share of shares) {
    const maker = share.record?.madeBy ?? '';
    by.set(maker, [...(by.get(maker) ?? []), nameOfShare(share)]);
  }
  if (by.size < 2) return;
  const list = [...by].map(([maker, own]) => `${own.join(', ')} by ${maker}`).join('; ');
  note?.(
    `The shards were made by different processors or versions (${list}): their last bits may be others than those of one machine alone.`,
  );
}

/** Shares of other stores in the cache, of the same kind: training images, or test images. */
async function othersThan(store: FeatureStore, { cache, basis }: JoinOptions): Promise<FoundShare[]> {
  const own = store.storage.pathOf();
  const all: FoundShare[] = [];
  for (const name of await cache.list()) {
    if (!name.startsWith('features-')) continue;
    const place = cache.folder(name);
    if (place.pathOf() !== own) all.push(...(await findShares(place)));
  }
  return all.filter(({ record }) => record && !record.basis.firstId === !basis.firstId);
}

/** Shards were made to be used: that they fit not is said, in the place of computing all of them here. @throws SHARDS_DIFFER */
async function refuseOthers(store: FeatureStore, options: JoinOptions): Promise<void> {
  if (await store.hasShard(0)) return;
  const others = (await othersThan(store, options)).map(({ record }) => record as ShareRecord);
  const nearest = others
    .map((record) => ({ record, differing: differing(record.basis, options.basis) }))
    .sort((a, b) => a.differing.length - b.differing.length)[0];
  if (!nearest) return;
  throw new CladError('SHARDS_DIFFER', {
    path: options.cache.pathOf(),
    differing: nearest.differing.join(', '),
    command: commandFor({ index: 0, count: nearest.record.share.count }, options),
  });
}

async function shardsMissing(
  missing: readonly Share[],
  own: readonly FoundShare[],
  store: FeatureStore,
  options: JoinOptions,
): Promise<CladError> {
  const others = await othersThan(store, options);
  const described = missing.map((share) => describeMissing(share, own, others, options));
  return new CladError('SHARDS_MISSING', {
    path: store.storage.pathOf(),
    count: missing[0]!.count,
    list: briefly(described, '; '),
    command: commandFor(missing[0]!, options),
  });
}

/** Of hundreds of machines the first that are missing are enough to begin with. */
function briefly(texts: readonly string[], separator: string): string {
  const most = 8;
  const more = texts.length > most ? [`and ${texts.length - most} more`] : [];
  return [...texts.slice(0, most), ...more].join(separator);
}

function describeMissing(
  share: Share,
  own: readonly FoundShare[],
  others: readonly FoundShare[],
  { basis }: JoinOptions,
): string {
  const name = nameOfShare(share);
  if (own.some(({ index }) => index === share.index)) return `${name}, begun and not finished`;
  const other = others.find((each) => nameOfShare(each) === name);
  if (!other?.record) return name;
  return `${name}, which was made of something else (${differing(other.record.basis, basis).join(', ')})`;
}

/** What people call the parts of a basis that are hashes, or nothing to them. */
const words: Readonly<Record<string, string>> = {
  fingerprint: 'the images',
  texturesFingerprint: 'the textures',
  backbone: 'the backbone',
  recipe: "the program's version",
};

/** Regions of interest are long lists of numbers. */
function regionWords(name: string): string | undefined {
  const [, drawn, followed] = /^synthesis\.(?:regions\.(.+)|parts\.(.+)\.[a-z]+)$/.exec(name) ?? [];
  const className = drawn ?? followed;
  return className && `the region of interest of ${className}`;
}

/** What differs, in words: options with their values there and here. */
function differing(there: Basis, here: Basis): string[] {
  const [before, now] = [leaves(there), leaves(here)];
  const names = [...new Set([...before.keys(), ...now.keys()])].filter(
    (name) => before.get(name) !== now.get(name),
  );
  return [
    ...new Set(
      names.map((name) => {
        const word = words[name.split('.')[0] as string] ?? regionWords(name);
        return word ?? `${name} ${before.get(name) ?? 'none'} there and ${now.get(name) ?? 'none'} here`;
      }),
    ),
  ];
}

/** Values by their names, e.g. `features.geometry.size`; lists are values. */
function leaves(value: unknown, at = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const text = JSON.stringify(value) as string | undefined;
    return new Map(text === undefined ? [] : [[at, text]]);
  }
  const below = Object.entries(value).flatMap(([name, each]) => [
    ...leaves(each, at === '' ? name : `${at}.${name}`),
  ]);
  return new Map(below);
}
