/** @file The image that a joined backbone takes, and the sizes in which its networks see it. */
import { CladError } from '../../core/errors.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeOf, sizeText } from '../../image/size-option.ts';
import type { BackboneCard } from './backbone-card.ts';
import { checkFixedSize, fixedSizeOf, imageInput } from './backbone-file.ts';
import type { PlacedPart } from './joined-graph.ts';
import type { Backbone } from './loaded-backbone.ts';

/** What a joined backbone's networks get in common. */
export interface CommonInput {
  /** To which the input is fixed; undefined where it may have any size. */
  readonly fixed: ImageSize | undefined;
  /** Of the card. */
  readonly usual: ImageSize;
  readonly minInputSize: number;
  readonly sizeMultiple: number;
}

/** The size of the image that a network insists on, or is said to see. */
export function ownSize({ card, model, path }: Backbone, said: ImageSize | undefined): ImageSize | undefined {
  const input = imageInput(model, path);
  if (said) checkFixedSize(input, said, card.name);
  const size = said ?? fixedSizeOf(input);
  if (size) requireFitting(card, size);
  return size;
}

/** @throws OPTION_INVALID for an image that a card is not for */
function requireFitting({ name, sizeMultiple = 1, minInputSize = 1 }: BackboneCard, size: ImageSize): void {
  const { width, height } = size;
  const refuse = (expected: string) => {
    throw new CladError('OPTION_INVALID', {
      option: `the input size of ${name}`,
      expected,
      actual: sizeText(size),
    });
  };
  if (width % sizeMultiple !== 0 || height % sizeMultiple !== 0)
    refuse(`each side a multiple of ${sizeMultiple} pixels, as its card says`);
  if (Math.min(width, height) < minInputSize) refuse(`at least ${minInputSize} pixels, as its card says`);
}

/**
 * The input. Where the first network has a size of its own, the layers' strides hold at one size of the joined input alone: it is fixed to the smallest of
 * the first network's shape that shrinks to every part's.
 */
export function commonInput(parts: readonly [PlacedPart, ...PlacedPart[]]): CommonInput {
  const [{ backbone, size }] = parts;
  const free = parts.filter((part) => part.size === undefined).map((part) => part.backbone.card);
  const sizeMultiple = free.map((card) => card.sizeMultiple ?? 1).reduce(leastCommonMultiple, 1);
  const minInputSize = Math.max(1, ...free.map((card) => card.minInputSize ?? 1));
  if (!size) {
    const fitting = (side: number) => Math.ceil(Math.max(side, minInputSize) / sizeMultiple) * sizeMultiple;
    const { width, height } = sizeOf(backbone.card.inputSize);
    return {
      fixed: undefined,
      usual: { width: fitting(width), height: fitting(height) },
      minInputSize,
      sizeMultiple,
    };
  }
  const grows = Math.max(
    ...parts.flatMap((part) =>
      part.size ? [part.size.width / size.width, part.size.height / size.height] : [],
    ),
  );
  const fixed = { width: Math.round(size.width * grows), height: Math.round(size.height * grows) };
  for (const card of free) requireFitting(card, fixed);
  return { fixed, usual: fixed, minInputSize: 1, sizeMultiple: 1 };
}

/** The smallest number that both divide; both are whole and above 0. */
export function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a * b) / divisor(a, b);
}
