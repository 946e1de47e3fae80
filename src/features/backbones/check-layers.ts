/** @file Whether layers are what a backbone's card says of them, once the network has been run. */
import { CladError } from '../../core/errors.ts';
import type { MeasuredValue } from './backbone-probe.ts';
import type { Backbone } from './loaded-backbone.ts';

/**
 * @param measured - any layers of the card, by name
 * @param size - side of the picture that they were measured on, pixels
 * @throws BACKBONE_UNSUITABLE for a layer of another shape than its card's channels and stride give
 */
export function requireAsCarded(
  { card, path }: Pick<Backbone, 'card' | 'path'>,
  measured: readonly Pick<MeasuredValue, 'name' | 'shape'>[],
  size: number,
): void {
  for (const { name, shape } of measured) {
    const layer = card.layers.find((each) => each.name === name);
    if (!layer) continue;
    const { channels, stride } = layer;
    const refuse = (expected: string) => {
      const reason = `layer ${name} has the shape [${shape.join(', ')}] on ${size} x ${size} pixels; ${expected}`;
      throw new CladError('BACKBONE_UNSUITABLE', { path, reason });
    };
    if (shape.length !== 4) refuse('expected [N, channels, height, width]');
    if (shape[1] !== channels) refuse(`its card says ${channels} channels`);
    const side = size / stride;
    // A network without padding loses a position or two at the border, and no fewer of a smaller picture.
    const lost = 1 + Math.max(size, card.inputSize) / stride / 10;
    if (shape.slice(2).some((each) => Math.abs(each - side) > lost))
      refuse(`its card says a stride of ${stride}, which is about ${Math.round(side)} positions`);
  }
}
