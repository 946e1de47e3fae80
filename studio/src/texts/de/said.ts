/** @file stub */
import type { Sayings } from '../sayings.ts';

export const de: Sayings = { errors: {}, tasks: {}, units: {}, sentences: {} };
