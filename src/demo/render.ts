/**
 * @file One photograph of one part: the product draws it, the light falls on it, the camera takes it. A part with a
 * defect is drawn twice, with and without, and what differs is its mask.
 *
 * Everything comes from seeded streams named by seed, product and part: the same names give the same bytes.
 */
import { CladError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import { type SizeOption, sizeOf } from '../image/size-option.ts';
import { type Camera, developed, type Exposure, exposed } from './camera.ts';
import { differenceOf } from './difference.ts';
import { lieDirt } from './dirt.ts';
import { type Light, lit } from './light.ts';
import type { DemoProduct, Flaw, Studio } from './product.ts';
import { smallFlaws } from './small-flaws.ts';
import { withSmallDefect } from './small-part.ts';
import { frameOf, Surface, side } from './surface.ts';

/** Which part of which factory. */
export interface PartName {
  readonly seed: number;
  /** Names the part among those of its product, e.g. `train/12`. */
  readonly part: string;
  /** Of the image; its shorter side shows what a square of that side would. */
  readonly size: SizeOption;
  /**
   * `line`: as a line's camera sees it. The lens is as good as the sensor, parts come to lie here and there along the belt, harmless dirt lies beside them, and
   * defects are small (`smallFlaws`).
   * @default studio
   */
  readonly scene?: DemoScene;
}

/** How parts are photographed. */
export type DemoScene = 'studio' | 'line';

/** Kinds of defects of a product, and what they look like. */
export function defectsOf(
  product: DemoProduct,
  scene: DemoScene = 'studio',
): Readonly<Record<string, string>> {
  return scene === 'line' ? smallFlaws : product.defects;
}

/** A part with a defect. */
export interface FlawedPart {
  readonly image: RgbImage;
  /** 1 where it differs visibly from the same part without the defect; never empty. */
  readonly mask: Mask;
  /** Develops the same part without the defect, under the same light and noise. */
  good(): RgbImage;
  /** 0 .. 1, what the defect's size and contrast were drawn from. */
  readonly severity: number;
  /** Mean difference over the mask, levels of 255. */
  readonly contrast: number;
}

/** Attempts at a defect that can be seen; each is more severe than the one before. */
const attempts = 12;
/** The same for small ones, which may also be too large or too small. */
const smallAttempts = 60;
/** Least size of a mask, as a share of the image: 16 pixels of 256 x 256. */
const leastShare = 16 / 65536;

/** Photographs a good part. */
export function renderGood(product: DemoProduct, name: PartName): RgbImage {
  const studio = studioOf(product, name);
  const surface = drawn(product, name, studio, undefined);
  return developed(photograph(surface, studio), studio.camera, stream(product, name, 'sensor'));
}

/**
 * Photographs a part with a defect of a kind. One that cannot be seen or misses the part is drawn again elsewhere, and
 * a little stronger.
 * @param wanted - severity, 0 .. 1; drawn when not given
 * @throws CladError `OPTION_INVALID` when the product has no such kind
 */
export function renderFlawed(
  product: DemoProduct,
  name: PartName,
  kind: string,
  wanted: number = stream(product, name, 'severity').uniform(),
): FlawedPart {
  const known = Object.keys(defectsOf(product, name.scene));
  if (!known.includes(kind)) {
    const expected = `a kind of defect of ${product.name}: ${known.join(', ')}`;
    throw new CladError('OPTION_INVALID', { option: 'kind', expected, actual: kind });
  }
  const studio = studioOf(product, name);
  const surface = drawn(product, name, studio, undefined);
  const without = photograph(surface, studio);
  const isSmall = name.scene === 'line';
  let severity = wanted;
  for (let attempt = 0; attempt < (isSmall ? smallAttempts : attempts); attempt++) {
    const flaw = { kind, severity, random: stream(product, name, 'flaw', attempt) };
    const made = isSmall
      ? withSmallDefect(surface, without, studio, flaw)
      : withDefect(photograph(drawn(product, name, studio, flaw), studio), without);
    if (made) {
      const { flawed, mask, contrast } = made;
      const developedPart = (exposure: Exposure) =>
        developed(exposure, studio.camera, stream(product, name, 'sensor'));
      return { image: developedPart(flawed), mask, good: () => developedPart(without), severity, contrast };
    }
    severity += (isSmall ? 0.05 : 0.2) * (1 - severity);
  }
  throw new CladError('INTERNAL', {
    reason: `No visible ${kind} came about on ${product.name} ${name.part} of seed ${name.seed}.`,
  });
}

/** What differs between a part with a defect and without; undefined where it is too little to be seen. */
function withDefect(flawed: Exposure, without: Exposure) {
  const { mask, pixels, contrast } = differenceOf(flawed, without);
  const least = Math.max(4, leastShare * flawed.width * flawed.height);
  return pixels >= least ? { flawed, mask, contrast } : undefined;
}

interface Seen {
  readonly light: Light;
  readonly camera: Camera;
}

function drawn(product: DemoProduct, name: PartName, { light }: Seen, flaw: Flaw | undefined): Surface {
  const onLine = name.scene === 'line';
  // Not at the very edge, where a part would be cut.
  const shift = onLine ? stream(product, name, 'belt').uniform(-0.8, 0.8) : 0;
  const surface = new Surface(frameOf(sizeOf(name.size), shift));
  product.draw({ surface, light, flaw, random: (key) => stream(product, name, 'part', key) });
  if (onLine) lieDirt(surface, stream(product, name, 'dirt'));
  return surface;
}

function photograph(surface: Surface, { light, camera }: Seen): Exposure {
  return exposed(lit(surface, light), camera);
}

function stream({ name }: DemoProduct, { seed, part }: PartName, ...keys: (string | number)[]): Random {
  return new Random(seed, 'demo', name, part, ...keys);
}

/** Light and camera of one photograph: the product's own, never twice the same. */
function studioOf(product: DemoProduct, name: PartName): Seen {
  const random = stream(product, name, 'studio');
  const { elevation = 48, key = 0.8, fill = 0.42, noise = 2 }: Studio = product.studio ?? {};
  const warmth = random.normal(0, 0.012);
  const light: Light = {
    // From the upper left.
    azimuth: ((-128 + random.normal(0, 9)) * Math.PI) / 180,
    elevation: ((elevation + random.normal(0, 3)) * Math.PI) / 180,
    key: key * (1 + random.normal(0, 0.06)),
    fill: fill * (1 + random.normal(0, 0.05)),
    tint: [1 + warmth, 1, 1 - warmth],
  };
  const camera: Camera = {
    exposure: 1 + random.normal(0, 0.04),
    balance: [1 + random.normal(0, 0.008), 1, 1 + random.normal(0, 0.008)],
    blur: random.uniform(0.55, 0.95) * (name.scene === 'line' ? lensOf(name.size) : 1),
    vignette: random.uniform(0.08, 0.2),
    noise: noise * random.uniform(0.8, 1.25),
  };
  return { light, camera };
}

/** A lens that blurs as many pixels as it would of an image of 256, however many there are. */
function lensOf(size: SizeOption): number {
  const { width, height } = sizeOf(size);
  return Math.min(1, side / Math.min(width, height));
}
