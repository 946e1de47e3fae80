import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CopyKind,
  countCopies,
  findCopies,
  nameCopies,
  withoutTrainingCopies,
} from '../../../src/data/copies.ts';
import type { Dataset, Sample } from '../../../src/data/dataset.ts';

/** `bottle/train/good/0` with the pixels named after it. */
function made(...entries: readonly (readonly [path: string, pixels: string])[]) {
  const samples = entries.map(([path]): Sample => {
    const [className = '', split, defect = ''] = path.split('/');
    return { path, className, split: split as Sample['split'], defect, anomalous: defect !== 'good' };
  });
  return { samples, pixels: new Map(entries) };
}

describe('findCopies', () => {
  const cases: readonly [CopyKind, readonly [string, string]][] = [
    ['train', ['a/train/good/0', 'a/train/good/1']],
    ['test', ['a/test/good/0', 'a/test/good/1']],
    ['test', ['a/test/bent/0', 'a/test/torn/0']],
    ['leak', ['a/train/good/0', 'a/test/good/0']],
    ['label', ['a/train/good/0', 'a/test/bent/0']],
    ['label', ['a/test/good/0', 'a/test/bent/0']],
    ['class', ['a/train/good/0', 'b/train/good/0']],
    ['class', ['a/train/good/0', 'b/test/bent/0']],
  ];
  it.each(cases)('finds %s in %j', (kind, [first, second]) => {
    const { samples, pixels } = made([first, 'x'], ['c/train/good/0', 'y'], [second, 'x']);
    expect(findCopies(samples, pixels)).toEqual([{ kind, samples: [samples[0], samples[2]] }]);
  });

  it('finds none among distinct images, nor among those that are not known', () => {
    const { samples } = made(['a/train/good/0', 'x'], ['a/train/good/1', 'x']);
    expect(findCopies(samples, new Map())).toEqual([]);
    expect(findCopies(samples, new Map([['a/train/good/0', 'x']]))).toEqual([]);
  });
});

/** Samples at random places, most of them with the pixels of others. */
const anywhere = fc.array(
  fc.record({
    className: fc.constantFrom('a', 'b'),
    place: fc.constantFrom('train/good', 'test/good', 'test/bent', 'test/torn'),
    pixels: fc.constantFrom('p', 'q', 'r', 's', undefined),
  }),
  { maxLength: 14 },
);

describe('groups of copies', () => {
  it('hold every copy once, with the right kind, and leave distinct images for training', () =>
    fc.assert(
      fc.property(anywhere, (entries) => {
        const { samples, pixels } = made(
          ...entries.map(
            ({ className, place, pixels: hash }, at) =>
              [`${className}/${place}/${at}`, hash ?? `${at}`] as const,
          ),
        );
        const groups = findCopies(samples, pixels);
        const grouped = groups.flatMap((group) => group.samples);
        expect(new Set(grouped).size).toBe(grouped.length);
        for (const sample of samples) {
          const same = samples.filter((other) => pixels.get(other.path) === pixels.get(sample.path));
          const group = groups.find((each) => each.samples.includes(sample));
          expect(group?.samples ?? [sample]).toEqual(same);
        }
        for (const { kind, samples: copies } of groups) {
          const count = (key: 'className' | 'anomalous' | 'split') =>
            new Set(copies.map((each) => each[key])).size;
          const [classes, labels, splits] = [count('className'), count('anomalous'), count('split')];
          expect(
            { class: classes > 1, label: labels > 1, leak: splits > 1, train: true, test: true }[kind],
          ).toBe(true);
          if (kind === 'leak') expect([classes, labels]).toEqual([1, 1]);
          if (kind === 'train' || kind === 'test') expect([classes, labels, splits]).toEqual([1, 1, 1]);
        }
        const dataset: Dataset = { root: '', layout: 'mvtec', classes: ['a', 'b'], samples, leftOut: [] };
        const kept = withoutTrainingCopies(dataset, pixels).samples;
        const trained = kept.filter(({ split }) => split === 'train').map(({ path }) => pixels.get(path));
        expect(new Set(trained).size).toBe(trained.length);
        expect(kept.filter(({ split }) => split === 'test')).toEqual(
          samples.filter(({ split }) => split === 'test'),
        );
      }),
    ));
});

describe('nameCopies', () => {
  it('names a few files of a few groups, and counts the rest', () => {
    const many = Array.from({ length: 7 }, (_, at): [string, string] => [`a/train/good/${at}`, 'x']);
    const pairs = ['p', 'q', 'r', 's'].flatMap((name): [string, string][] => [
      [`a/train/good/${name}0`, name],
      [`a/train/good/${name}1`, name],
    ]);
    const { samples, pixels } = made(...many, ...pairs);
    const groups = findCopies(samples, pixels);
    expect(countCopies(groups)).toBe(6 + 4);
    expect(nameCopies(groups)).toBe(
      'a/train/good/0 = a/train/good/1 = a/train/good/2 = a/train/good/3 = 3 more; a/train/good/p0 = a/train/good/p1; a/train/good/q0 = a/train/good/q1; and 2 more',
    );
  });

  it('names contradicting files first, however many copies agree', () => {
    const many = Array.from({ length: 9 }, (_, at): [string, string] => [`a/train/good/${at}`, 'x']);
    const ofProducts = made(...many, ['b/train/good/0', 'x']);
    expect(nameCopies(findCopies(ofProducts.samples, ofProducts.pixels))).toBe(
      'a/train/good/0 (a) = b/train/good/0 (b) = a/train/good/1 (a) = a/train/good/2 (a) = 6 more',
    );
    const ofLabels = made(...many, ['a/test/bent/0', 'x']);
    expect(nameCopies(findCopies(ofLabels.samples, ofLabels.pixels))).toMatch(
      /^a\/train\/good\/0 \(good\) = a\/test\/bent\/0 \(anomalous\) = /,
    );
  });
});

describe('withoutTrainingCopies', () => {
  it('keeps the first of each training image, and every test image', () => {
    const { samples, pixels } = made(
      ['a/train/good/0', 'x'],
      ['a/train/good/1', 'y'],
      ['a/train/good/2', 'x'],
      ['a/test/good/0', 'x'],
      ['a/test/good/1', 'x'],
    );
    const dataset: Dataset = { root: '', layout: 'mvtec', classes: ['a'], samples, leftOut: [] };
    const kept = withoutTrainingCopies(dataset, pixels).samples;
    expect(kept).toEqual([samples[0], samples[1], samples[3], samples[4]]);
    const all = new Map(samples.map(({ path }) => [path, path]));
    expect(withoutTrainingCopies(dataset, all)).toBe(dataset);
  });
});
