/** @file What the server says, in German. */
import type { Sayings } from '../sayings.ts';
import { errors } from './said/errors.ts';
import { notes } from './said/notes.ts';
import { options } from './said/options.ts';
import { methods, optionsOfMethods } from './said/options-of-methods.ts';
import { reasons } from './said/reasons.ts';
import { reasonsOfData } from './said/reasons-of-data.ts';
import { reasonsOfOptions } from './said/reasons-of-options.ts';
import { sentences } from './said/sentences.ts';
import { tasks, units } from './said/tasks.ts';

export const de: Sayings = {
  errors,
  tasks,
  units,
  sentences: { ...reasons, ...reasonsOfData, ...reasonsOfOptions, ...notes, ...sentences },
  meanings: { ...methods, ...optionsOfMethods, ...options },
};
