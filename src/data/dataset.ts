/** @file What a data set is, whatever the folder layout it was read from. */

import type { LeftOut } from './left-out.ts';

/** One photograph of a data set. */
export interface Sample {
  /** Absolute path of the image. */
  readonly path: string;
  /** Name of the product, e.g. `bottle`. */
  readonly className: string;
  readonly split: 'train' | 'test';
  /** Whether the part is anomalous; training samples never are. */
  readonly anomalous: boolean;
  /** Kind of defect as the layout names it, `good` for a normal part. */
  readonly defect: string;
  /** Absolute path of the ground-truth mask of an anomalous sample, where there is one. */
  readonly maskPath?: string;
}

/** The folder layouts that can be read. */
export const layouts = ['mvtec', 'visa', 'visa-1cls', 'plain'] as const;
export type Layout = (typeof layouts)[number];

/** A data set: samples in a fixed order (class, split, path), independent of the file system's. */
export interface Dataset {
  /** Absolute path it was read from. */
  readonly root: string;
  readonly layout: Layout;
  /** Product names, sorted; a sample's class index is its position here. */
  readonly classes: readonly string[];
  readonly samples: readonly Sample[];
  /** What lies in the folder and is no part of it. */
  readonly leftOut: readonly LeftOut[];
}

/** Groups by class name, both orders kept. */
export function byClass<T extends { readonly className: string }>(items: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.className);
    if (group) group.push(item);
    else groups.set(item.className, [item]);
  }
  return groups;
}
