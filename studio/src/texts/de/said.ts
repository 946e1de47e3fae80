/** @file What the server says, in German. */
import type { Sayings } from '../sayings.ts';
import { errors } from './said/errors.ts';
import { options } from './said/options.ts';
import { methods, optionsOfMethods } from './said/options-of-methods.ts';
import { reasons } from './said/reasons.ts';
import { sentences } from './said/sentences.ts';
import { tasks, units } from './said/tasks.ts';

export const de: Sayings = {
  ...{ errors, tasks, units, sentences: { ...reasons, ...sentences } },
  meanings: { ...methods, ...optionsOfMethods, ...options },
};
