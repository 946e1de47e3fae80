/** @file What is said of backbones, their cards and weights. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const backboneErrors = {
  BACKBONE_CARD_INVALID: {
    kind: 'input',
    message: '{path}: this backbone card cannot be used: {reason}. docs/backbones.md has one as an example.',
  },
  BACKBONE_CARD_NEEDED: {
    kind: 'input',
    message:
      "{path}: this backbone needs a card, because {reason}. Save this as {card}, after a look at the layers and at mean and std (of RGB/255; these are ImageNet's):\n{json}\nOr let clad keep a copy of the backbone with such a card: {flag}",
  },
  BACKBONE_CHANGED: {
    kind: 'input',
    message:
      '{path} is not the file that its card {card} was written for: its sha256 is {actual}, the card says {expected}. Restore the file, or correct the card if the change is meant.',
  },
  BACKBONE_UNKNOWN: {
    kind: 'input',
    message:
      'Unknown backbone {name}, and no file has that path; clad knows {known}. Give an .onnx file, or add one with `clad backbones add`.',
  },
  BACKBONE_UNSUITABLE: {
    kind: 'input',
    message: '{path}: cannot serve as a backbone: {reason}. docs/backbones.md says what a backbone needs.',
  },
  SAFETENSORS_INVALID: {
    kind: 'input',
    message: '{path}: this is not a whole safetensors file: {reason}. Fetch it again.',
  },
  STATE_DICT_UNSUITABLE: {
    kind: 'input',
    message:
      '{path}: no backbone can be built from these weights: {reason}. Export the network as ONNX instead.',
  },
} as const satisfies Record<string, CatalogueEntry>;
