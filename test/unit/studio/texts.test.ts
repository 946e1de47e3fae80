/** @file The words of the pages: what another language has is of English's form, what it lacks is English. */
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
