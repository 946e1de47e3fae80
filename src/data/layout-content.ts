/** @file What the reader of a layout gives. */
import type { Aside, Sample } from './dataset.ts';
import type { LeftOut } from './left-out.ts';

export interface LayoutContent {
  /** Every class's name, even of those without a sample. */
  readonly names: readonly string[];
  readonly samples: readonly Sample[];
  readonly asides?: readonly Aside[];
  /** Files that were read and are no sample's, as masks of good parts. */
  readonly consulted?: readonly string[];
  /** What is missing or not of use, besides what lies in the folder and is not read. */
  readonly leftOut?: readonly LeftOut[];
}
