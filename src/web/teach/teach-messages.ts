/** @file What a page asks of the worker that teaches, what that tells meanwhile, and what it answers. */
import type { ExpectedTask } from '../../core/expected-task.ts';
import type { ProgressEvent } from '../../core/progress.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { Prepared } from '../../runtime/worker/protocol.ts';
import type { WebDevice } from '../engine-messages.ts';

/** One picture of a good part, as a file that a browser can decode. */
export interface Picture {
  /** Of its own among its product's, e.g. `bolt-001.jpg`. */
  readonly name: string;
  readonly file: Blob;
}

/** A product with pictures of good parts. */
export interface PicturedProduct {
  readonly name: string;
  readonly pictures: readonly Picture[];
}

export interface TeachOrder {
  readonly products: readonly PicturedProduct[];
  /** The first that works is taken. */
  readonly devices: readonly WebDevice[];
  readonly threads?: number | undefined;
  /** Absolute addresses: the worker has another place than the page. */
  readonly wasmPaths?: string | undefined;
  readonly weights?: string | undefined;
  /** As `clad train --set` has them. */
  readonly settings: readonly string[];
  /** Bytes. */
  readonly memoryLimit: number;
}

/** A picture of a good part that the finished detector finds unlike the others: it may be none. */
export interface OddPicture {
  readonly product: string;
  readonly picture: string;
  readonly score: number;
  /** By how many robust standard deviations its score lies above the median of its product's. */
  readonly deviations: number;
  /** The product that the others' patches take it for. */
  readonly recognisedAs: string;
}

export interface Learnt {
  /** Bytes of `model.onnx`. */
  readonly file: Uint8Array;
  readonly metadata: DetectorMetadata;
  readonly odd: readonly OddPicture[];
  readonly device: WebDevice;
  readonly threads: number;
}

/** Told in the midst of the work. */
export type TeachNews =
  | { readonly tasks: readonly ExpectedTask[] }
  | { readonly progress: ProgressEvent }
  | { readonly note: string };

export interface MoveOrder {
  /** Bytes of a `model.onnx`. */
  readonly file: Uint8Array;
  /** What errors call it. */
  readonly name: string;
  readonly thresholds: Readonly<Record<string, number>>;
}

export type TeachHandlers = {
  /** @throws what `teach` throws */
  teach(order: TeachOrder): Promise<Prepared<Learnt>>;
  /** @throws what `withThresholds` throws */
  move(order: MoveOrder): Promise<Prepared<Uint8Array>>;
};
