/** @file What a product of the demo factory is: a name, its kinds of defects, and how one part of it is drawn. */
import type { Random } from '../core/random.ts';
import type { Light } from './light.ts';
import type { Surface } from './surface.ts';

/** A defect to be drawn. */
export interface Flaw<Kind extends string = string> {
  readonly kind: Kind;
  /** 0 hardly to be seen .. 1 plain to see; for size and contrast. */
  readonly severity: number;
  /** What the defect draws from; nothing else does. */
  readonly random: Random;
}

/** One part before the camera. */
export interface Scene<Kind extends string = string> {
  /** To be drawn on; empty at first. */
  readonly surface: Surface;
  readonly light: Light;
  /** Absent for a good part. */
  readonly flaw: Flaw<Kind> | undefined;
  /**
   * A stream of the part's random numbers, from its beginning at every call. A part with a defect is the same part
   * without it, so whatever is not the defect's draws from these and never from `flaw.random`.
   */
  random(name: string): Random;
}

/** How a product is photographed, on average. */
export interface Studio {
  /** Height of the lamp, degrees. @default 48 */
  readonly elevation?: number;
  /** Strength of the lamp. @default 0.8 */
  readonly key?: number;
  /** Strength of the room's light. @default 0.42 */
  readonly fill?: number;
  /** Deviation of the sensor's noise, levels. @default 2 */
  readonly noise?: number;
}

/** A product of the factory. */
export interface DemoProduct<Kind extends string = string> {
  /** Lower case, a folder's name. */
  readonly name: string;
  /** What it shows, for people. */
  readonly description: string;
  /** Kinds of defects, each a folder's name, and what they look like. */
  readonly defects: Readonly<Record<Kind, string>>;
  readonly studio?: Studio;
  draw(scene: Scene<Kind>): void;
}

/** A product whose kinds of defects are checked where it draws them. */
export function defineProduct<Kind extends string>(product: DemoProduct<Kind>): DemoProduct {
  return product as unknown as DemoProduct;
}
