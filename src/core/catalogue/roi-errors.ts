/** @file What is said of regions of interest. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const roiErrors = {
  ROI_CLASS: {
    kind: 'input',
    message: 'A region of interest is given for class {name}, and {reason}. Expected {expected}.',
  },
  ROI_INVALID: {
    kind: 'input',
    message: 'Region of interest of class {name} ({where}): {reason}. Expected {expected}.',
  },
  ROI_UNSUITABLE: {
    kind: 'input',
    message:
      '{what} cannot take a region of interest: {reason}. Expected method clad on residuals (all presets but paper) or patchcore; or leave the region out.',
  },
  ROI_NAMED_UNSUITABLE: {
    kind: 'input',
    message:
      'Method {method} cannot have named regions of interest: {reason}. Expected method clad on residuals (all presets but paper) without --tiles-whole, or a region without names.',
  },
} as const satisfies Record<string, CatalogueEntry>;
