/**
 * @file One photograph of one part: the product draws it, the light falls on it, the camera takes it. A part with a
 * defect is drawn twice, with and without, and what differs is its mask.
 *
 * Everything comes from seeded streams named by seed, product and part: the same names give the same bytes.
 */
import { CladError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import { type Camera, developed, type Exposure, exposed } from './camera.ts';
import { differenceOf } from './difference.ts';
import { type Light, lit } from './light.ts';
import type { DemoProduct, Flaw, Studio } from './product.ts';
import { Surface } from './surface.ts';

/** Which part of which factory. */
export interface PartName {
  readonly seed: number;
  /** Names the part among those of its product, e.g. `train/12`. */
  readonly part: string;
  /** Side of the image, pixels. */
  readonly size: number;
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
/** Least size of a mask, as a share of the image: 16 pixels of 256 x 256. */
const leastShare = 16 / 65536;

/** Photographs a good part. */
export function renderGood(product: DemoProduct, name: PartName): RgbImage {
  const studio = studioOf(product, name);
  return developed(
    photograph(product, name, studio, undefined),
    studio.camera,
    stream(product, name, 'sensor'),
  );
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
  const known = Object.keys(product.defects);
  if (!known.includes(kind)) {
    const expected = `a kind of defect of ${product.name}: ${known.join(', ')}`;
    throw new CladError('OPTION_INVALID', { option: 'kind', expected, actual: kind });
  }
  const studio = studioOf(product, name);
  const without = photograph(product, name, studio, undefined);
  let severity = wanted;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const flaw = { kind, severity, random: stream(product, name, 'flaw', attempt) };
    const flawed = photograph(product, name, studio, flaw);
    const { mask, pixels, contrast } = differenceOf(flawed, without);
    if (pixels >= Math.max(4, leastShare * name.size ** 2)) {
      const developedPart = (exposure: Exposure) =>
        developed(exposure, studio.camera, stream(product, name, 'sensor'));
      return { image: developedPart(flawed), mask, good: () => developedPart(without), severity, contrast };
    }
    severity += 0.2 * (1 - severity);
  }
  throw new CladError('INTERNAL', {
    reason: `No visible ${kind} came about on ${product.name} ${name.part} of seed ${name.seed}.`,
  });
}

function photograph(
  product: DemoProduct,
  name: PartName,
  { light, camera }: { readonly light: Light; readonly camera: Camera },
  flaw: Flaw | undefined,
): Exposure {
  const surface = new Surface(name.size);
  product.draw({ surface, light, flaw, random: (key) => stream(product, name, 'part', key) });
  return exposed(lit(surface, light), camera);
}

function stream({ name }: DemoProduct, { seed, part }: PartName, ...keys: (string | number)[]): Random {
  return new Random(seed, 'demo', name, part, ...keys);
}

/** Light and camera of one photograph: the product's own, never twice the same. */
function studioOf(product: DemoProduct, name: PartName): { light: Light; camera: Camera } {
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
    blur: random.uniform(0.55, 0.95),
    vignette: random.uniform(0.08, 0.2),
    noise: noise * random.uniform(0.8, 1.25),
  };
  return { light, camera };
}
