/** @file A backbone as everything that uses one sees it. */
import type { ModelProto } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { BackboneCard } from './backbone-card.ts';

/** A backbone, read and checked against its card. */
export interface Backbone {
  readonly card: BackboneCard;
  readonly model: ModelProto;
  /** Of the ONNX file, absolute; the name where there is none. */
  readonly path: string;
  /** Of the ONNX file, or of what was made of it, in hexadecimal. */
  readonly sha256: string;
  /** Sentences about what nobody has said and we took for granted, to be shown; empty where a card stands beside the file. */
  readonly assumed: readonly string[];
  /** Whether the model is not the file at the path, but what was made of it for images of any size. */
  readonly rewritten?: boolean;
  /** What it computes in, where it was reduced (reduced-backbone.ts); absent: as its file does. */
  readonly precision?: 'fp16' | 'int8';
  /** Of a joined one: its networks that see the image in a size of their own, whatever the input's. */
  readonly resized?: readonly { readonly name: string; readonly size: ImageSize }[];
}
