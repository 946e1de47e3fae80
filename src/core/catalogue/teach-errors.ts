/** @file What is said of a detector that is taught in a page. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const teachErrors = {
  TEACH_BROKEN: {
    kind: 'input',
    message: '{broken} of {total} pictures cannot be used. Take them out, or take them again:\n{list}',
  },
  TEACH_CANCELLED: {
    kind: 'input',
    message: 'Teaching was stopped in {where}, and nothing of it is kept. Teach again when you like.',
  },
  TEACH_MEMORY: {
    kind: 'input',
    message:
      'The browser ran out of memory in {where} ({reason}). Close other tabs, give fewer pictures, or teach in a browser of 64 bits.',
  },
  TEACH_NAME: {
    kind: 'input',
    message: 'Product {name}: {reason}. Expected {expected}. Rename it.',
  },
  TEACH_ONE_COLOUR: {
    kind: 'input',
    message:
      '{count} pictures show one colour and nothing else: {list}. A camera was covered, or had not begun. Take them out, or take them again.',
  },
  TEACH_TOO_FEW: {
    kind: 'input',
    message:
      'Product {name} has {count} different pictures; expected at least {least}, and 20 or more teach well. Add pictures of good parts.',
  },
  TEACH_TOO_MANY: {
    kind: 'input',
    message:
      '{count} pictures would take about {needed} MB of memory, and {limit} MB are allowed: that is about {most} pictures. Give fewer, allow more with memoryLimit, or train them with `clad train`.',
  },
  TEACH_TWO_PRODUCTS: {
    kind: 'input',
    message:
      'The same picture, by its pixels, stands in two products: {first} and {second}. Keep it where it belongs.',
  },
  TEACH_UNAVAILABLE: {
    kind: 'input',
    message: 'Nothing can be taught in this page: {reason}. {remedy}',
  },
} as const satisfies Record<string, CatalogueEntry>;
