/** @file Whether layers are what a backbone's card says of them, once the network has been run. */
import { CladError } from '../../core/errors.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeOf, sizeText } from '../../image/size-option.ts';
import type { MeasuredValue } from './backbone-probe.ts';
import type { Backbone } from './loaded-backbone.ts';

/**
 * @param measured - any layers of the card, by name
 * @param size - of the image that they were measured on, pixels
 * @throws BACKBONE_UNSUITABLE for a layer of another shape than its card's channels and stride give
 */
export function requireAsCarded(
  { card, path }: Pick<Backbone, 'card' | 'path'>,
  measured: readonly Pick<MeasuredValue, 'name' | 'shape'>[],
  { width, height }: ImageSize,
): void {
  for (const { name, shape } of measured) {
    const layer = card.layers.find((each) => each.name === name);
    if (!layer) continue;
    const { channels, stride } = layer;
    const refuse = (expected: string) => {
      const reason = `layer ${name} has the shape [${shape.join(', ')}] on ${width} x ${height} pixels; ${expected}`;
      throw new CladError('BACKBONE_UNSUITABLE', { path, reason });
    };
    if (shape.length !== 4) refuse('expected [N, channels, height, width]');
    if (shape[1] !== channels) refuse(`its card says ${channels} channels`);
    const [rows, columns] = [height / stride, width / stride];
    const usual = sizeOf(card.inputSize);
    // A network without padding loses a position or two at the border, and no fewer of a smaller image.
    const far = (positions: number | undefined, expected: number, usualSide: number) =>
      Math.abs((positions ?? 0) - expected) > 1 + Math.max(expected, usualSide / stride) / 10;
    if (far(shape[2], rows, usual.height) || far(shape[3], columns, usual.width)) {
      const expected =
        rows === columns
          ? Math.round(rows)
          : sizeText({ width: Math.round(columns), height: Math.round(rows) });
      refuse(`its card says a stride of ${stride}, which is about ${expected} positions`);
    }
  }
}
