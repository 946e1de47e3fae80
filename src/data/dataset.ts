/** @file What a data set is, whatever the folder layout it was read from. */

import { groupBy } from '../core/arrays.ts';
import type { Layout } from './layouts.ts';
import type { LeftOut } from './left-out.ts';

export { type Layout, layouts } from './layouts.ts';

/** One photograph of a data set. */
export interface Sample {
  /** Absolute path of the image. */
  readonly path: string;
  /** Name of the class, e.g. `bottle`. */
  readonly className: string;
  readonly split: 'train' | 'test';
  /** Whether the part is anomalous; training samples never are. */
  readonly anomalous: boolean;
  /** Kind of defect as the layout names it, `good` for a normal part. */
  readonly defect: string;
  /** Absolute paths of an anomalous sample's ground-truth masks, of which the union counts; absent where there are none. */
  readonly maskPaths?: readonly string[];
}

/** A data set: samples in a fixed order (class, split, path), independent of the file system's. */
export interface Dataset {
  /** Absolute path it was read from. */
  readonly root: string;
  readonly layout: Layout;
  /** Class names, sorted; a sample's class index is its position here. */
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
  /** What lies in the folder and is no part of it. */
  readonly leftOut: readonly LeftOut[];
  /** Files of the layout that are no samples, and why; absent where there are none. */
  readonly asides?: readonly Aside[];
}

/** A folder that is known and not used, or not in the way one might think. */
export interface Aside {
  readonly className: string;
  /** Absolute path of the folder. */
  readonly path: string;
  /** Sentence without the path: how many files, and what becomes of them. */
  readonly message: string;
  /** Absolute paths of those that are meant, where not all below the folder are. */
  readonly files?: readonly string[];
}

/**
 * A path as it is below the data set's root, with slashes: the same wherever the data set lies, on any system.
 * @param path - absolute, as the root is; `..` leads out where it does not lie below
 */
export function pathBelow(root: string, path: string): string {
  // A backslash is a letter like others where roots begin with a slash.
  const parts = (whole: string) => whole.split(root.startsWith('/') ? '/' : /[\\/]/).filter(Boolean);
  const [from, to] = [parts(root), parts(path)];
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).fill('..'), ...to.slice(shared)].join('/');
}

/** Groups by class name, both orders kept. */
export function byClass<T extends { readonly className: string }>(items: Iterable<T>): Map<string, T[]> {
  return groupBy(items, ({ className }) => className);
}
