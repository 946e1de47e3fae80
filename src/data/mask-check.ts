/**
 * @file What can be wrong with a mask that decodes: another size than its photograph (EXIF is often why), empty, inverted, drawn on a photograph
 * before it was turned, no mask at all. Only the size is an error; of the rest a person is told.
 */
import { decodeMask } from '../image/mask.ts';
import { borderPixels, type MaskReading } from '../image/mask-shape.ts';
import type { Mask } from '../image/rgb.ts';
import { type StoredForm, storedForm, turnedSize } from '../image/stored-form.ts';
import { uniteMasks } from '../image/unite-masks.ts';
import { attempt, type BrokenImage } from './broken-image.ts';
import { byClass, type Sample } from './dataset.ts';

/** Width and height in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the masks of one photograph show. */
export interface MaskFacts {
  readonly className: string;
  /** The mask; of several the one that covers most. */
  readonly path: string;
  /** Share of the image that is inside. */
  readonly coverage: number;
  /** Share of the outermost pixels that are inside. */
  readonly border: number;
  /** The photograph's path, where its EXIF orientation turned it and nothing but the eye can tell whether the mask was turned too. */
  readonly turned: string | undefined;
  /** What is odd about the file, sentences without the path. */
  readonly remarks: readonly string[];
}

/** Something about masks that a person should look at. */
export interface MaskWarning {
  readonly className: string;
  /** Absolute path of the mask, or null where it is about a class. */
  readonly path: string | null;
  readonly message: string;
}

/** Covering more of the image, or of its border, a mask may be inverted. */
const suspicious = { coverage: 0.5, border: 0.75 };
/** Share of clearly neither outside nor inside from which it may be an image, not a mask. */
const imageLike = 0.1;

/**
 * Reads a sample's masks.
 * @param size - the photograph's, as decoded
 * @returns what is wrong with the first mask that cannot be used, or what they show together
 */
export async function checkMasks(
  { path: image, className, maskPaths = [] }: Sample,
  size: Size,
): Promise<MaskFacts | BrokenImage> {
  const photograph = await attempt(image, storedForm(image));
  if ('reason' in photograph) return photograph;
  const readings: MaskReading[] = [];
  let mayDiffer = false;
  for (const path of maskPaths) {
    // Before any pixel is decoded: a mask of another size may be of any size.
    const form = await attempt(path, storedForm(path));
    if ('reason' in form) return form;
    const turned = turnedSize(form);
    if (turned.width !== size.width || turned.height !== size.height)
      return { path, reason: mismatch(image, size, photograph, form) };
    mayDiffer ||= mayLieOtherwise(photograph, form);
    const reading = await attempt(path, decodeMask(path));
    if ('reason' in reading) return reading;
    readings.push(reading);
  }
  const covers = readings.map((reading) => sharesOf(reading).coverage);
  return {
    className,
    path: maskPaths[covers.indexOf(Math.max(...covers))] as string,
    ...sharesOf(uniteMasks(readings, maskPaths)),
    turned: mayDiffer ? image : undefined,
    remarks: readings.flatMap(remarksOn),
  };
}

/** Whether a mask of the right size may still lie otherwise than its photograph, which EXIF has turned. */
function mayLieOtherwise(photograph: StoredForm, mask: StoredForm): boolean {
  if (photograph.orientation === mask.orientation) return false;
  // A quarter turn of one of the two shows in the size, unless they are square.
  const isTurned = ({ orientation }: StoredForm) => orientation >= 5;
  return isTurned(photograph) === isTurned(mask) || photograph.width === photograph.height;
}

function mismatch(image: string, size: Size, photograph: StoredForm, mask: StoredForm): string {
  const turned = turnedSize(mask);
  const sizes = `the mask is ${turned.width} x ${turned.height} pixels, its image ${image} ${size.width} x ${size.height}`;
  const same = (first: Size, second: Size) => first.width === second.width && first.height === second.height;
  if (photograph.orientation >= 5 && mask.orientation < 5 && same(photograph, mask))
    return `${sizes}: the photograph's EXIF orientation turns it by a quarter, and the mask follows the image as stored. Turn the mask, or store the photograph turned`;
  if (mask.orientation >= 5 && same(mask, size))
    return `${sizes}: the mask's own EXIF orientation turns it by a quarter. Remove it from the mask`;
  if (turned.width === size.height && turned.height === size.width)
    return `${sizes}: one of the two is turned by a quarter. Turn the mask`;
  return `${sizes}: masks must have their image's size. Draw it on this image, or resize it without smoothing`;
}

function sharesOf({ width, height, data }: Mask): { coverage: number; border: number } {
  const inside = data.reduce((sum, value) => sum + value, 0);
  const border = Array.from(borderPixels(width, height), (at) => data[at] ?? 0);
  return {
    coverage: inside / data.length,
    border: border.reduce((sum, value) => sum + value, 0) / border.length,
  };
}

function remarksOn({ outside, between }: MaskReading): string[] {
  const remarks: string[] = [];
  if (outside === 'border')
    remarks.push('no pixel of the mask is black, so the commonest colour of its border is taken for outside');
  if (between >= imageLike)
    remarks.push(
      `${percent(between)} of the mask lie between black and white, and are cut in the middle: is it a mask?`,
    );
  return remarks;
}

/** What is to be looked at, by class: one line for a class where most of its masks are odd in the same way. */
export function maskWarnings(facts: readonly MaskFacts[]): MaskWarning[] {
  return [...byClass(facts)].flatMap(([className, own]) => [
    ...inverted(className, own),
    ...turnedWarning(className, own),
    ...own.flatMap(({ path, remarks }) => remarks.map((message) => ({ className, path, message }))),
  ]);
}

function inverted(className: string, facts: readonly MaskFacts[]): MaskWarning[] {
  const odd = facts.filter(
    ({ coverage, border }) => coverage > suspicious.coverage || border > suspicious.border,
  );
  const [first] = odd;
  if (first === undefined) return [];
  const advice = 'Inside is what is not black; is it inverted?';
  if (odd.length > 1 && odd.length * 2 >= facts.length) {
    const message = `${odd.length} of ${facts.length} masks cover most of their image or its border, ${first.path} ${percent(first.coverage)}. ${advice.replace('is it', 'are they')}`;
    return [{ className, path: null, message }];
  }
  const others = facts.filter((each) => !odd.includes(each));
  const usual = others.length === 0 ? '' : `, the others of ${className} ${percent(mean(others))} on average`;
  return odd.map(({ path, coverage, border }) => ({
    className,
    path,
    message: `the mask covers ${percent(coverage)} of the image and ${percent(border)} of its border${usual}. ${advice}`,
  }));
}

function turnedWarning(className: string, facts: readonly MaskFacts[]): MaskWarning[] {
  const turned = facts.flatMap((each) => each.turned ?? []);
  if (turned.length === 0) return [];
  const photographs = turned.length === 1 ? 'one photograph is' : `${turned.length} photographs are`;
  const message = `${photographs} turned or mirrored by EXIF orientation, ${turned[0]}, and the mask has the same size either way. Masks are taken to follow the image as it is shown: look at one`;
  return [{ className, path: null, message }];
}

function mean(facts: readonly MaskFacts[]): number {
  return facts.reduce((sum, { coverage }) => sum + coverage, 0) / facts.length;
}

function percent(share: number): string {
  return `${share >= 0.1 || share === 0 ? Math.round(share * 100) : (share * 100).toPrecision(1)} %`;
}
