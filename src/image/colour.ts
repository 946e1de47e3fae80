/**
 * @file A perceptually uniform colour map for anomaly maps: from a dark violet over red and orange to a light yellow,
 * lightness rising evenly, so equal steps of the value look like equal steps. It also reads in grey print.
 *
 * Made in Björn Ottosson's OKLab (https://bottosson.github.io/posts/oklab/): lightness is linear in the value, the hue
 * turns linearly, chroma is an arc, cut where sRGB ends.
 */

/** Red, green, blue, 0 .. 255. */
export type Colour = readonly [number, number, number];

const steps = 256;
const map: readonly Colour[] = Array.from({ length: steps }, (_, index) => heat(index / (steps - 1)));

/** The colour of a value in 0 .. 1; values outside take the nearest end, NaN the low one. */
export function colourOf(value: number): Colour {
  const index = value >= 0 ? Math.min(steps - 1, Math.round(value * (steps - 1))) : 0;
  return map[index] as Colour;
}

function heat(value: number): Colour {
  const lightness = 0.18 + 0.77 * value;
  const hue = ((290 + 170 * value) * Math.PI) / 180;
  let chroma = 0.08 + 0.15 * Math.sin(Math.PI * Math.min(1, value * 1.05 + 0.05));
  let colour = oklch(lightness, chroma, hue);
  while (colour.some((channel) => channel < 0 || channel > 1)) {
    chroma *= 0.99;
    colour = oklch(lightness, chroma, hue);
  }
  return colour.map((channel) => Math.round(encode(channel) * 255)) as unknown as Colour;
}

/** OKLab, in polar form, to linear-light sRGB; outside 0 .. 1 where sRGB has no such colour. */
function oklch(lightness: number, chroma: number, hue: number): number[] {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

/** Linear light to the sRGB curve (IEC 61966-2-1). */
function encode(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
