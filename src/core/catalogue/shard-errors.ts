/** @file What is said of the shards of patch features that several machines make. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const shardErrors = {
  SHARDS_DAMAGED: {
    kind: 'input',
    message:
      '{path}: this file of shard {share} of the patch features is damaged or missing. Run `{command}` with the options of the others, which makes it again.',
  },
  SHARDS_DIFFER: {
    kind: 'input',
    message:
      '{path}: the shards in this cache are not those of this training; they differ in {differing}. Give it what they were made with, run `{command}` and so on with its options, or give another --cache.',
  },
  SHARDS_MISSING: {
    kind: 'input',
    message:
      '{path}: of {count} shards of patch features these are missing: {list}. Run `{command}`, and so on for each of them, with the options of the others; what is there is kept.',
  },
  SHARDS_MIXED: {
    kind: 'input',
    message:
      '{path}: shards of several counts lie here, and of none are all there ({list}). Decide for one count, and make what is missing of it: `{command}` and so on.',
  },
  SHARDS_TWICE: {
    kind: 'input',
    message:
      '{path}: by its content this is shard {share}, which would be there twice, and by its name {named}. Run `{command}` with the options of the others, which makes {named}.',
  },
} as const satisfies Record<string, CatalogueEntry>;
