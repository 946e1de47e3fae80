/** @file Which photographs a demo data set consists of, before any is drawn: parts, files, defects, severities. */
import { Random } from '../core/random.ts';
import type { Mask, RgbImage } from '../image/rgb.ts';
import type { SizeOption } from '../image/size-option.ts';
import { demoProduct, demoProducts } from './products.ts';
import { type DemoScene, defectsOf, renderFlawed, renderGood } from './render.ts';

/** Severity below which people would argue whether it is a defect at all. */
const leastSeverity = 0.25;

/** Which defects there are. */
export const demoDefects = ['own', 'small'] as const;
export type DemoDefects = (typeof demoDefects)[number];

const sceneOf = (defects: DemoDefects): DemoScene => (defects === 'small' ? 'line' : 'studio');

/** What to make. */
export interface DemoOptions {
  /** @default 0 */
  readonly seed: number;
  /** Of the images. @default 256 */
  readonly size: SizeOption;
  /**
   * `own`: each product's own kinds, in a studio. `small`: a few dozen pixels long whatever the size of the images, as a line's camera sees them, with harmless
   * dirt beside the parts.
   * @default own
   */
  readonly defects: DemoDefects;
  /** Good parts to train on, of each product. @default 60 */
  readonly train: number;
  /** Good parts to test on, of each product. @default 20 */
  readonly testGood: number;
  /** Parts with defects, of each product, spread evenly over its kinds of defects. @default 30 */
  readonly testAnomalous: number;
  /** Names of the products to draw. @default all of them */
  readonly classes: readonly string[];
}

export const demoDefaults: DemoOptions = {
  seed: 0,
  size: 256,
  defects: 'own',
  train: 60,
  testGood: 20,
  testAnomalous: 30,
  classes: demoProducts.map(({ name }) => name),
};

/** One photograph to be made. */
export interface PlannedPart {
  readonly product: string;
  /** Names the part; no two parts of a data set share a name. */
  readonly part: string;
  /** `good`, or the kind of its defect. */
  readonly kind: string;
  /** Where its image goes, from the root, with forward slashes, in MVTec's layout. */
  readonly path: string;
  /** Where its mask goes; only for a part with a defect. */
  readonly maskPath?: string;
  /** Severity of the defect, 0 .. 1; 0 for a good part. */
  readonly severity: number;
}

/**
 * Plans a data set, product by product. The severities of a product's defects are spread evenly up to 1, in random
 * order, so easy and hard ones are there whatever the number.
 * @throws CladError `OPTION_INVALID` for a product that there is none of
 */
export function planDemo(options: DemoOptions): PlannedPart[] {
  return options.classes.flatMap((product) => {
    const kinds = Object.keys(defectsOf(demoProduct(product), sceneOf(options.defects)));
    const ranks = new Random(options.seed, 'demo', product, 'severities').permutation(options.testAnomalous);
    return [
      ...goodParts(product, 'train', options.train),
      ...goodParts(product, 'test', options.testGood),
      ...Array.from(ranks, (rank, index): PlannedPart => {
        const kind = kinds[index % kinds.length]!;
        const number = fileNumber(Math.floor(index / kinds.length));
        return {
          product,
          part: `test/${kind}/${number}`,
          kind,
          path: `${product}/test/${kind}/${number}.png`,
          maskPath: `${product}/ground_truth/${kind}/${number}_mask.png`,
          severity: leastSeverity + ((1 - leastSeverity) * (rank + 0.5)) / options.testAnomalous,
        };
      }),
    ];
  });
}

/** Makes one photograph of a plan, and its mask. */
export function renderPlanned(
  { product, part, kind, severity }: PlannedPart,
  { seed, size, defects }: Pick<DemoOptions, 'seed' | 'size' | 'defects'>,
): { image: RgbImage; mask?: Mask } {
  const made = demoProduct(product);
  const name = { seed, part, size, scene: sceneOf(defects) };
  if (kind === 'good') return { image: renderGood(made, name) };
  const { image, mask } = renderFlawed(made, name, kind, severity);
  return { image, mask };
}

function goodParts(product: string, split: 'train' | 'test', count: number): PlannedPart[] {
  return Array.from({ length: count }, (_, index) => {
    const part = `${split}/good/${fileNumber(index)}`;
    return { product, part, kind: 'good', path: `${product}/${part}.png`, severity: 0 };
  });
}

function fileNumber(index: number): string {
  return String(index).padStart(3, '0');
}
