/**
 * @file The legend of a heat map as a strip of the same width, to stand below it: all heats from none to full, and under them the map values
 * of none, half (at the threshold, usually) and full. Digits are drawn here, since no font is the same on every machine.
 */
import { type HeatScale, mapValueAt, paintOf } from './heat-scale.ts';
import type { RgbImage } from './rgb.ts';

/** Three columns by five rows a character. */
const glyphs: Readonly<Record<string, string>> = {
  '0': '###|#.#|#.#|#.#|###',
  '1': '.#.|##.|.#.|.#.|###',
  '2': '###|..#|###|#..|###',
  '3': '###|..#|###|..#|###',
  '4': '#.#|#.#|###|..#|..#',
  '5': '###|#..|###|..#|###',
  '6': '###|#..|###|#.#|###',
  '7': '###|..#|.#.|.#.|.#.',
  '8': '###|#.#|###|#.#|###',
  '9': '###|#.#|###|..#|###',
  '.': '...|...|...|...|.#.',
  '-': '...|...|###|...|...',
  '+': '...|.#.|###|.#.|...',
  e: '...|###|#.#|##.|.##',
};
const [glyphWidth, glyphHeight] = [3, 5];
/** What the photograph's place has in a legend: the heat lies over it as it does over a part. */
const ground = 128;
const black = [0, 0, 0] as const;

/** @param width - pixels; three numbers need about 60 */
export function legendStrip(scale: HeatScale, width: number): RgbImage {
  const unit = Math.max(1, Math.round(width / 200));
  const bar = 5 * unit;
  const height = bar + unit + glyphHeight * unit + 2 * unit;
  const strip: RgbImage = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  for (let column = 0; column < width; column++) {
    const { colour, opacity } = paintOf((column + 0.5) / width);
    const mixed = colour.map((channel) => Math.round(ground + (channel - ground) * opacity));
    for (let row = 0; row < bar; row++) strip.data.set(mixed, (row * width + column) * 3);
  }
  for (const heat of [0, 0.5, 1]) {
    const at = Math.min(width - unit, Math.max(0, Math.round(heat * width - unit / 2)));
    fill(strip, at, bar, unit, unit, black);
    const text = shortNumber(mapValueAt(heat, scale));
    const wide = (text.length * (glyphWidth + 1) - 1) * unit;
    const left = Math.round(heat * width - wide / 2);
    write(strip, text, Math.min(width - wide, Math.max(0, left)), bar + 2 * unit, unit);
  }
  return strip;
}

/** An image with another below it, both of one width. */
export function below(image: RgbImage, strip: RgbImage): RgbImage {
  const data = new Uint8Array(image.data.length + strip.data.length);
  data.set(image.data);
  data.set(strip.data, image.data.length);
  return { width: image.width, height: image.height + strip.height, data };
}

/** Three digits, as anywhere else. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function write(image: RgbImage, text: string, left: number, top: number, unit: number): void {
  for (const [place, character] of [...text].entries()) {
    const rows = (glyphs[character] ?? '').split('|');
    for (const [row, line] of rows.entries())
      for (const [column, dot] of [...line].entries())
        if (dot === '#') {
          const x = left + (place * (glyphWidth + 1) + column) * unit;
          fill(image, x, top + row * unit, unit, unit, black);
        }
  }
}

/** Paints a rectangle, as far as it lies on the image. */
function fill(
  { width, height, data }: RgbImage,
  left: number,
  top: number,
  wide: number,
  high: number,
  colour: readonly [number, number, number],
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + high); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + wide); x++)
      data.set(colour, (y * width + x) * 3);
}
