/**
 * @file What the server says, in another language: its sentences are those of the command line, known by their English form. Errors are told by their code and their words; the catalogue
 * (core/error-catalogue.ts) has the form of these words, so the values in them are found again and stand in the other language's form, themselves translated where they are known.
 * A sentence without a translation stays as it is. Pure.
 */
import { errorCatalogue } from '../../../src/core/error-catalogue.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';

/** All that a language says in the server's place; `{name}` stands for a value, of the English form too. A third language is a file with one of these. */
export interface Sayings {
  /** By code, with values of the same names as the English form. */
  readonly errors: Partial<Readonly<Record<ErrorCode, string>>>;
  /** Names of tasks and of what they count, by their English ones. */
  readonly tasks: Readonly<Record<string, string>>;
  readonly units: Readonly<Record<string, string>>;
  /** Sentences and parts of such, by their English forms. */
  readonly sentences: Readonly<Record<string, string>>;
  /** What options and methods of a training are, by their English meanings. */
  readonly meanings: Readonly<Record<string, string>>;
}

interface Form {
  readonly code: string | undefined;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly own: string;
  /** Letters that are not a value's: of several forms that fit, the one with the most is meant. */
  readonly letters: number;
}

/** Values that are names and numbers of people, whatever they are called: never translated. */
const verbatim = new Set([
  'name',
  'names',
  'path',
  'paths',
  'run',
  'file',
  'folder',
  'other',
  'first',
  'second',
  'known',
  'id',
  'mask',
  'who',
]);
/** Values that are numbers or sizes, whatever stands beside them: a form that would find something else there is not meant. */
const numeric = new Set(['count', 'all', 'least', 'most', 'own', 'size', 'entry', 'bits']);
/** Values within values are looked into so deep; lines of a list lie beside one another, not within. */
const deepest = 3;
/** A form of fewer letters than these would fit many sentences: of errors it is tried for its own code alone. */
const fewLetters = 10;

/** Translates what the server says into one language. */
export class Interpreter {
  readonly #sayings: Sayings;
  readonly #forms: readonly Form[];
  /** Those that are tried for a text without a code. */
  readonly #withoutCode: readonly Form[];

  constructor(sayings: Sayings) {
    this.#sayings = sayings;
    const errors = Object.entries(sayings.errors).map(([code, own]) =>
      formOf(errorCatalogue[code as ErrorCode].message, own, code),
    );
    const sentences = Object.entries(sayings.sentences).map(([english, own]) =>
      formOf(english, own, undefined),
    );
    this.#forms = [...errors, ...sentences].sort((a, b) => b.letters - a.letters);
    this.#withoutCode = this.#forms.filter((form) => form.code === undefined || form.letters >= fewLetters);
  }

  /** @param code - of an error, where it is one */
  sentence(text: string, code?: string): string {
    return this.#sentence(text, code, 0) ?? text;
  }

  task(name: string): string {
    return this.#sayings.tasks[name] ?? this.#sentence(name, undefined, 0) ?? name;
  }

  unit(name: string): string {
    return this.#sayings.units[name] ?? name;
  }

  meaning(text: string): string {
    return this.#sayings.meanings[text] ?? text;
  }

  #sentence(text: string, code: string | undefined, depth: number): string | undefined {
    const all = code === undefined ? this.#withoutCode : this.#forms.filter((form) => form.code === code);
    for (const { pattern, names, own } of all) {
      const found = pattern.exec(text);
      if (!found) continue;
      const values = new Map(names.map((name, at) => [name, found[at + 1] ?? '']));
      return own
        .replaceAll(/( ?)\{(\w+)\}/g, (_, space: string, name: string) => {
          const value = values.get(name) ?? '';
          if (value === '') return '';
          if (name === 'list') return space + (this.#sentence(value, undefined, depth) ?? value);
          return space + (verbatim.has(name) ? value : this.#value(value, depth));
        })
        .trimEnd();
    }
    return undefined;
  }

  #value(value: string, depth: number): string {
    if (depth >= deepest) return value;
    return this.#parts(value, depth) ?? this.#part(value, depth) ?? value;
  }

  #part(value: string, depth: number): string | undefined {
    return this.#sayings.tasks[value] ?? this.#sentence(value, undefined, depth + 1);
  }

  /** Several with commas between, where each is known; commas in brackets part nothing. */
  #parts(value: string, depth: number): string | undefined {
    const parts = value.split(/, (?![^()]*\))/);
    if (parts.length === 1) return undefined;
    const own = parts.map((part) => this.#part(part, depth));
    return own.includes(undefined) ? undefined : own.join(', ');
  }
}

function formOf(english: string, own: string, code: string | undefined): Form {
  const names: string[] = [];
  const parts = english.split(/( ?\{\w+\})/);
  const pattern = parts.map((part) => {
    const [, space, name] = /^( ?)\{(\w+)\}$/.exec(part) ?? [];
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const known = names.indexOf(name);
    // The same value once more.
    if (known >= 0) return `${space}\\${known + 1}`;
    names.push(name);
    if (code === undefined && numeric.has(name)) return `${space}(-?\\d[\\d.,x e+-]*?)`;
    // An empty value leaves no space before it.
    return space === '' ? '([^]*?)' : '(?: ([^]+?))?';
  });
  const letters = parts.filter((part) => !/^ ?\{\w+\}$/.test(part)).join('').length;
  return { code, names, own, letters, pattern: new RegExp(`^${pattern.join('')}$`) };
}
