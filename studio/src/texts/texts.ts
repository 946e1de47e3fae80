/** @file The words of the pages in the language of the browser, or the one that was chosen. A third language is a file and a line here. */
import { computed, signal } from '@preact/signals';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';
import { completed } from './partly.ts';

const all: Readonly<Record<string, Texts>> = { en, de: completed(en, de) };
export const languages: readonly (readonly [code: string, name: string])[] = Object.entries(all).map(
  ([code, { language }]) => [code, language],
);

const key = 'clad-studio-language';

function first(): string {
  const wanted = [localStorage.getItem(key) ?? '', ...navigator.languages.map((each) => each.slice(0, 2))];
  return wanted.find((each) => Object.hasOwn(all, each)) ?? 'en';
}

export const language = signal(first());

export function choose(code: string): void {
  language.value = code;
  localStorage.setItem(key, code);
}

/** By which numbers and times are written: of the browser's own ones, the first of the language of the page. */
export const locale = computed(
  () => navigator.languages.find((each) => each.split('-')[0] === language.value) ?? language.value,
);

/** The words; read within a component they follow the language. */
export const texts = computed<Texts>(() => all[language.value] ?? en);
