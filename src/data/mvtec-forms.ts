/** @file MVTec AD's form of folders, and the data sets that differ from it in names alone. */
import type { Layout } from './layouts.ts';

/** How a mask's name follows from its image's: the stem and this. */
export type MaskSuffix = '_mask' | '';

/** The names of one of them, all below a class's folder. */
export interface MvtecForm {
  /** Folder of good parts, in `train` and in the test folder. */
  readonly good: 'good' | 'ok';
  /** Folder of test images, one folder within it a kind of defect. */
  readonly test: string;
  /** Folder of masks, with slashes; folders within it as in the test folder. */
  readonly groundTruth: string;
  readonly suffix: MaskSuffix;
}

const mvtec: MvtecForm = { good: 'good', test: 'test', groundTruth: 'ground_truth', suffix: '_mask' };

/** The layouts that are of this form. */
export const mvtecForms = {
  mvtec,
  'mvtec-loco': mvtec,
  'mvtec-ad-2': { ...mvtec, test: 'test_public', groundTruth: 'test_public/ground_truth' },
  'visa-1cls': { ...mvtec, suffix: '' },
  btad: { ...mvtec, good: 'ok', suffix: '' },
} as const satisfies Partial<Readonly<Record<Layout, MvtecForm>>>;

export type MvtecLayout = keyof typeof mvtecForms;

/** The names of a layout; undefined where it is of another form. */
export function mvtecFormOf(layout: Layout): MvtecForm | undefined {
  return (mvtecForms as Partial<Record<Layout, MvtecForm>>)[layout];
}
