/** @file The words of the pages: what another language has is of English's form, what it lacks is English. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';
import { expect, it } from 'vitest';
import { de } from '../../../studio/src/texts/de.ts';
import { en } from '../../../studio/src/texts/en.ts';
import { completed } from '../../../studio/src/texts/partly.ts';

/** Names of all words, dotted, with how many values each takes. */
function wordsOf(texts: object, within = ''): Map<string, number> {
  const all = Object.entries(texts).map(([name, words]: [string, unknown]) => {
    const path = `${within}${name}`;
    if (typeof words === 'object' && words !== null) return [...wordsOf(words, `${path}.`)];
    return [[path, typeof words === 'function' ? words.length : -1]] as [string, number][];
  });
  return new Map(all.flat());
}

it('a word that German has is one that English has', () => {
  const english = wordsOf(en);
  expect([...wordsOf(de).keys()].filter((name) => !english.has(name))).toEqual([]);
});

it('pages that are translated are so as a whole', () => {
  const german = wordsOf(de);
  const missing = [...wordsOf(en).keys()].filter((name) => !german.has(name));
  expect(missing.filter((name) => name.split('.')[0]! in de)).toEqual([]);
});

it('what is missing is English', () => {
  const texts = completed({ one: 'one', two: { three: 'three', four: '4' } }, { two: { three: 'drei' } });
  expect([texts.one, texts.two.three, texts.two.four]).toEqual(['one', 'drei', '4']);
});

it('no word of a page stands in its code: all are in the texts', () => {
  const pages = fileURLToPath(new URL('../../../studio/src', import.meta.url));
  const names = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.tsx'),
  );
  expect(names.length).toBeGreaterThan(40);
  const found = names.flatMap((name) =>
    wordsIn(parseAst(readFileSync(join(pages, name), 'utf8'), { lang: 'tsx' })),
  );
  // Names and units that are the same in every language.
  expect([...new Set(found)].sort()).toEqual(['GB', 'MB', 'clad', 'studio']);
});

/** Attributes that people read. */
const readOut = ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'placeholder', 'alt', 'label'];

/** Words between tags and in attributes that people read, of a piece of syntax and all in it. */
function wordsIn(piece: unknown): string[] {
  if (Array.isArray(piece)) return piece.flatMap(wordsIn);
  if (typeof piece !== 'object' || piece === null) return [];
  const { type, name, value } = piece as {
    readonly type?: string;
    readonly name?: { readonly name?: string };
    readonly value?: unknown;
  };
  const inner = () => Object.values(piece).flatMap(wordsIn);
  const text = type === 'JSXText' ? value : (value as { readonly value?: unknown } | null)?.value;
  const isRead = type === 'JSXText' || (type === 'JSXAttribute' && readOut.includes(name?.name ?? ''));
  return isRead && typeof text === 'string' ? (text.match(/\p{L}{2,}/gu) ?? []) : inner();
}
