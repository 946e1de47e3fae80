/**
 * @file T_R, the random change of a texture before it is fused in (CLAD 3.2): three of GLASS's nine augmentations,
 * drawn without replacement, each with a drawn strength.
 *
 * They compute what torchvision computes on PIL images (ColorJitter, RandomGrayscale, RandomAutocontrast,
 * RandomEqualize), truncating to bytes as PIL does. Two things differ: hue turns in floating point, as torchvision
 * does it on tensors, after the saturation; and rotation mirrors the texture at its edges and interpolates linearly,
 * where RandomAffine leaves black corners, a dark shape that no texture has.
 */
import type { Random } from '../core/random.ts';
import type { RgbImage } from '../image/rgb.ts';

/** One of the nine: what it is called, and what it does with a drawn strength. The argument is left as it is. */
export interface Augmentation {
  readonly name: string;
  apply(image: RgbImage, random: Random): RgbImage;
}

/** GLASS's nine. */
export const augmentations: readonly Augmentation[] = [
  { name: 'contrast', apply: (image, random) => changeContrast(image, random.uniform(0.8, 1.2)) },
  { name: 'brightness', apply: (image, random) => changeBrightness(image, random.uniform(0.8, 1.2)) },
  {
    name: 'saturation and hue',
    apply: (image, random) =>
      turnHue(changeSaturation(image, random.uniform(0.8, 1.2)), random.uniform(-0.2, 0.2)),
  },
  { name: 'horizontal flip', apply: flipHorizontally },
  { name: 'vertical flip', apply: flipVertically },
  { name: 'greyscale', apply: greyscale },
  { name: 'auto-contrast', apply: autoContrast },
  { name: 'equalise', apply: equalise },
  { name: 'rotation', apply: (image, random) => rotate(image, random.uniform(-45, 45)) },
];

/**
 * `count` different ones, in the order they are applied.
 * @param count - 0 .. 9
 */
export function drawAugmentations(random: Random, count: number): Augmentation[] {
  return random.sample(augmentations, count);
}

/** Applies `count` drawn augmentations, one after another. */
export function augmentTexture(image: RgbImage, random: Random, count = 3): RgbImage {
  return drawAugmentations(random, count).reduce(
    (texture, augmentation) => augmentation.apply(texture, random),
    image,
  );
}

/** Every value times `factor`, at most 255. */
export function changeBrightness(image: RgbImage, factor: number): RgbImage {
  return byTables(image, [table((value) => factor * value)]);
}

/** Away from (factor above 1) or towards the image's mean grey value, itself rounded. */
export function changeContrast(image: RgbImage, factor: number): RgbImage {
  const { data } = image;
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) sum += luma(data[at]!, data[at + 1]!, data[at + 2]!);
  const mean = Math.floor(sum / (data.length / 3) + 0.5);
  return byTables(image, [table((value) => mean + factor * (value - mean))]);
}

/** Away from or towards each pixel's own grey; 0 is `greyscale`. */
export function changeSaturation({ width, height, data: from }: RgbImage, factor: number): RgbImage {
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at += 3) {
    const grey = luma(from[at]!, from[at + 1]!, from[at + 2]!);
    const offset = (1 - factor) * grey;
    data[at] = toByte(offset + factor * from[at]!);
    data[at + 1] = toByte(offset + factor * from[at + 1]!);
    data[at + 2] = toByte(offset + factor * from[at + 2]!);
  }
  return { width, height, data };
}

/**
 * Turns every hue, keeping HSV saturation and value.
 * @param turns - of the full circle, -0.5 .. 0.5
 */
export function turnHue({ width, height, data: from }: RgbImage, turns: number): RgbImage {
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at += 3) {
    const red = from[at]!;
    const green = from[at + 1]!;
    const blue = from[at + 2]!;
    const high = Math.max(red, green, blue);
    const low = Math.min(red, green, blue);
    const range = high - low;
    let hue = 0; // in sixths of the circle
    if (range > 0) {
      if (high === red) hue = (green - blue) / range;
      else if (high === green) hue = 2 + (blue - red) / range;
      else hue = 4 + (red - green) / range;
    }
    hue = (hue + 6 * turns + 12) % 6;
    // Each channel is low + range * a trapezium of the hue, centred on its own colour.
    data[at] = low + range * clamp(Math.abs(hue - 3) - 1) + 0.5;
    data[at + 1] = low + range * clamp(2 - Math.abs(hue - 2)) + 0.5;
    data[at + 2] = low + range * clamp(2 - Math.abs(hue - 4)) + 0.5;
  }
  return { width, height, data };
}

/** Left and right exchanged. */
export function flipHorizontally({ width, height, data: from }: RgbImage): RgbImage {
  const data = new Uint8Array(from.length);
  for (let row = 0, at = 0; row < height; row++) {
    for (let source = ((row + 1) * width - 1) * 3; at < (row + 1) * width * 3; source -= 3) {
      data[at++] = from[source]!;
      data[at++] = from[source + 1]!;
      data[at++] = from[source + 2]!;
    }
  }
  return { width, height, data };
}

/** Top and bottom exchanged. */
export function flipVertically({ width, height, data: from }: RgbImage): RgbImage {
  const data = new Uint8Array(from.length);
  const stride = width * 3;
  for (let row = 0; row < height; row++)
    data.set(from.subarray(row * stride, (row + 1) * stride), (height - 1 - row) * stride);
  return { width, height, data };
}

/** Grey on three channels, by the weights of ITU-R 601. */
export function greyscale({ width, height, data: from }: RgbImage): RgbImage {
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at += 3) {
    const grey = luma(from[at]!, from[at + 1]!, from[at + 2]!);
    data[at] = grey;
    data[at + 1] = grey;
    data[at + 2] = grey;
  }
  return { width, height, data };
}

/** Stretches each channel so that its darkest value becomes 0 and its lightest 255; a constant channel stays. */
export function autoContrast(image: RgbImage): RgbImage {
  return byTables(
    image,
    histograms(image).map((histogram) => {
      const low = histogram.findIndex((count) => count > 0);
      const high = histogram.findLastIndex((count) => count > 0);
      if (high <= low) return table((value) => value);
      return table((value) => ((value - low) * 255) / (high - low));
    }),
  );
}

/** Spreads each channel so that all values are about equally frequent; one of few values stays, as in PIL. */
export function equalise(image: RgbImage): RgbImage {
  return byTables(
    image,
    histograms(image).map((histogram) => {
      const last = histogram.findLastIndex((count) => count > 0);
      const step = Math.floor((image.width * image.height - histogram[last]!) / 255);
      if (step === 0) return table((value) => value);
      let below = Math.floor(step / 2);
      return table((value) => {
        const level = Math.floor(below / step);
        below += histogram[value]!;
        return level;
      });
    }),
  );
}

/**
 * Turns about the middle, linear in between, the texture mirrored beyond its edges.
 * @param degrees - counter-clockwise when positive
 */
export function rotate({ width, height, data: from }: RgbImage, degrees: number): RgbImage {
  const data = new Uint8Array(from.length);
  const cosine = Math.cos((degrees * Math.PI) / 180);
  const sine = Math.sin((degrees * Math.PI) / 180);
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  for (let row = 0, at = 0; row < height; row++) {
    const down = row - middleY;
    for (let column = 0; column < width; column++, at += 3) {
      const across = column - middleX;
      const x = middleX + cosine * across - sine * down;
      const y = middleY + sine * across + cosine * down;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const right = x - left;
      const lower = y - top;
      const columnA = mirror(left, width);
      const columnB = mirror(left + 1, width);
      const rowA = mirror(top, height) * width;
      const rowB = mirror(top + 1, height) * width;
      const [a, b] = [(rowA + columnA) * 3, (rowA + columnB) * 3];
      const [c, d] = [(rowB + columnA) * 3, (rowB + columnB) * 3];
      const weightA = (1 - right) * (1 - lower);
      const weightB = right * (1 - lower);
      const weightC = (1 - right) * lower;
      const weightD = right * lower;
      for (let channel = 0; channel < 3; channel++) {
        data[at + channel] =
          weightA * from[a + channel]! +
          weightB * from[b + channel]! +
          weightC * from[c + channel]! +
          weightD * from[d + channel]! +
          0.5;
      }
    }
  }
  return { width, height, data };
}

/** A place beyond an edge, folded back by reflection that repeats the edge. */
function mirror(index: number, count: number): number {
  let place = index;
  while (place < 0 || place >= count) place = place < 0 ? -1 - place : 2 * count - 1 - place;
  return place;
}

/** PIL's grey value of a pixel, 0 .. 255. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Cut to 0 .. 255 and to whole numbers, downwards. */
function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value);
}

/** What each of the 256 values becomes; asked in ascending order. */
function table(level: (value: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => toByte(level(value)));
}

/** Looks every channel up in its table; in the only one, where there is one. */
function byTables({ width, height, data: from }: RgbImage, tables: readonly Uint8Array[]): RgbImage {
  const [red, green, blue] = [0, 1, 2].map((channel) => tables[channel % tables.length]!) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at += 3) {
    data[at] = red[from[at]!]!;
    data[at + 1] = green[from[at + 1]!]!;
    data[at + 2] = blue[from[at + 2]!]!;
  }
  return { width, height, data };
}

/** How often each value occurs, by channel. */
function histograms({ data }: RgbImage): readonly [Uint32Array, Uint32Array, Uint32Array] {
  const [red, green, blue] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let at = 0; at < data.length; at += 3) {
    red[data[at]!]!++;
    green[data[at + 1]!]!++;
    blue[data[at + 2]!]!++;
  }
  return [red, green, blue];
}
