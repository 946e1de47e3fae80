/** @file Drawn textures as a backbone takes its images: what is measured of one without anybody's photographs. */
import { Random } from '../../core/random.ts';
import type { ImageSize } from '../../image/limits.ts';
import type { RgbImage } from '../../image/rgb.ts';
import { sizeText } from '../../image/size-option.ts';
import { float32, type TensorValue } from '../../runtime/engine.ts';
import { proceduralTexture, textureFamilies } from '../../synthesis/procedural-textures.ts';
import type { BackboneCard } from './backbone-card.ts';

/** Each family of textures at least once. */
const textures = 16;

/**
 * Textures, each family in turn: the same for the same purpose and size.
 * @param purpose - what they are drawn for: another seed
 * @param size - of the textures, pixels
 * @param card - whose mean and standard deviation they get
 * @returns float32 [1, 3, H, W] each
 */
export function* drawnInputs(
  purpose: string,
  size: ImageSize,
  card: Pick<BackboneCard, 'mean' | 'std'>,
  count = textures,
): Generator<TensorValue> {
  for (let index = 0; index < count; index++) {
    const random = new Random(purpose, sizeText(size), index);
    const family = textureFamilies[index % textureFamilies.length] as string;
    const data = inputOf(proceduralTexture(size, random, family), card);
    yield float32(data, [1, 3, size.height, size.width]);
  }
}

/** Channels first, normalised. */
function inputOf(
  { width, height, data }: RgbImage,
  { mean, std }: Pick<BackboneCard, 'mean' | 'std'>,
): Float32Array {
  const places = width * height;
  const input = new Float32Array(3 * places);
  for (let channel = 0; channel < 3; channel++)
    for (let place = 0; place < places; place++)
      input[channel * places + place] = (data[place * 3 + channel]! / 255 - mean[channel]!) / std[channel]!;
  return input;
}
