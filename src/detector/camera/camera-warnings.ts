/**
 * @file Whether an image can be from the camera, and in the light, of a class's training images. A warning beside the verdict, not a verdict.
 *
 * The limits are wide on purpose: a warning that comes with good images is soon not read. How often it does, and what it misses, is measured in
 * docs/decisions/0019-camera.md (`node bench/camera.mjs`).
 */
import type { SeenImage } from '../../image/look.ts';
import type { SampleBits } from '../../image/samples.ts';
import {
  type CameraProfile,
  type ImageWarning,
  type LookRange,
  type MeasuredLook,
  measure,
} from './camera.ts';

/** A value lies beyond its range where it is so many widths of the range outside it, and at least the step of its kind. */
const widths = 0.5;
const steps = { tone: 12, balance: 0.3, cast: 10 } as const;
/** With so many training images the distances are twice those with very many: few show little of a range. */
const fewImages = 10;
/** Brightness may always halve, or take half of what is left to white, but no more, however wide the range is. */
const halved = 0.5;
const white = 255;
/** Width to height may be so much larger or smaller. */
const shapeRatio = 1.25;
/** Chroma: noise of a JPEG included, an image is grey up to the first; a class's images are up to the second, and in colour from the third; an image is in colour from the fourth. */
const chroma = { grey: 0.5, allGrey: 1, allColour: 2, colour: 4 } as const;

/**
 * What makes an image unlike those of the training; none for an image like them.
 * @param profile - of the class that it was taken for
 * @param bits - how the detector reads 16-bit files
 */
export function cameraWarnings(profile: CameraProfile, image: SeenImage, bits: SampleBits): ImageWarning[] {
  const tone = toneWarning(profile, image);
  // Near black and near white there are no colours.
  const shows = tone?.code !== 'DARKER' && tone?.code !== 'BRIGHTER';
  const found = [
    depthWarning(profile, image, bits),
    shapeWarning(profile, image),
    shows ? colourWarning(profile, image) : undefined,
    tone,
  ];
  return found.filter((warning) => warning !== undefined);
}

function depthWarning(
  { depths }: CameraProfile,
  { source }: SeenImage,
  bits: SampleBits,
): ImageWarning | undefined {
  if (source === undefined || depths.length === 0 || depths.includes(source.depth)) return undefined;
  const training = depths[0] === 16 ? `16, read as ${bits}` : '8';
  return {
    code: 'DEPTH',
    message: `The file has ${source.depth} bits a sample; the training images have ${training}.`,
  };
}

function shapeWarning(profile: CameraProfile, { look }: SeenImage): ImageWarning | undefined {
  const ratio = shapeRatio * few(profile);
  const { low, high } = profile.shape;
  if (look.shape >= low / ratio && look.shape <= high * ratio) return undefined;
  return {
    code: 'SHAPE',
    message: `Width divided by height is ${look.shape.toFixed(2)}, of the training images ${span(profile.shape, 2)}: the image is squeezed into another shape than theirs.`,
  };
}

function colourWarning(profile: CameraProfile, { look }: SeenImage): ImageWarning | undefined {
  if (look.chroma <= chroma.grey && profile.chroma.low >= chroma.allColour)
    return { code: 'GREY', message: 'The image is grey; the training images are in colour.' };
  if (look.chroma >= chroma.colour && profile.chroma.high <= chroma.allGrey)
    return { code: 'COLOUR', message: 'The image is in colour; the training images are grey.' };
  const cast = (['warmth', 'green'] as const).some((name) => {
    const { low, high } = limits(profile, name, steps.cast);
    return look[name] < low || look[name] > high;
  });
  if (!cast) return undefined;
  const said = [
    `red less blue ${beside(profile, look, 'warmth')}`,
    `green less both ${beside(profile, look, 'green')}`,
  ];
  return {
    code: 'CAST',
    message: `The colours lean otherwise than those of the training images: ${said.join(', ')}.`,
  };
}

function toneWarning(profile: CameraProfile, { look }: SeenImage): ImageWarning | undefined {
  const below = (name: MeasuredLook, least: number) => measure(look, name) < least;
  const above = (name: MeasuredLook, most: number) => measure(look, name) > most;
  const than = (name: MeasuredLook) =>
    `(${measure(look, name).toFixed(0)}) than the training images (${span(profile[name])})`;
  const tone = (name: MeasuredLook) => limits(profile, name, steps.tone);
  const darkest = (name: MeasuredLook) => Math.max(tone(name).low, halved * profile[name].low);
  const brightest = (name: MeasuredLook) =>
    Math.min(tone(name).high, white - halved * (white - profile[name].high));

  if (below('mean', darkest('mean'))) return { code: 'DARKER', message: `Much darker ${than('mean')}.` };
  if (above('mean', brightest('mean')))
    return { code: 'BRIGHTER', message: `Much brighter ${than('mean')}.` };
  if (below('contrast', darkest('contrast')))
    return { code: 'CONTRAST', message: `Much less contrast ${than('contrast')}.` };
  if (above('contrast', tone('contrast').high))
    return { code: 'CONTRAST', message: `Much more contrast ${than('contrast')}.` };
  const balance = limits(profile, 'balance', steps.balance);
  const strange =
    below('dark', tone('dark').low) ||
    above('dark', brightest('dark')) ||
    below('middle', darkest('middle')) ||
    above('middle', brightest('middle')) ||
    below('bright', darkest('bright')) ||
    below('balance', balance.low) ||
    above('balance', balance.high);
  if (!strange) return undefined;
  const said = (['dark', 'middle', 'bright'] as const).map(
    (name) => `${name} ${beside(profile, look, name)}`,
  );
  return {
    code: 'TONES',
    message: `Dark, middle and bright tones are not shared out as in the training images: ${said.join(', ')}.`,
  };
}

/** How much wider distances are, as there are few training images. */
function few({ images }: CameraProfile): number {
  return 1 + fewImages / images;
}

/** A range with what may lie beside it. */
function limits(profile: CameraProfile, name: MeasuredLook, step: number): LookRange {
  const { low, high } = profile[name];
  const room = Math.max(step, widths * (high - low)) * few(profile);
  return { low: low - room, high: high + room };
}

/** A value, and in brackets what the training images have. */
function beside(profile: CameraProfile, look: SeenImage['look'], name: MeasuredLook): string {
  return `${measure(look, name).toFixed(0)} (theirs ${span(profile[name])})`;
}

function span({ low, high }: LookRange, digits = 0): string {
  const [from, to] = [low.toFixed(digits), high.toFixed(digits)];
  return from === to ? from : `${from} to ${to}`;
}
