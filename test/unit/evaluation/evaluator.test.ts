/** @file The record per class, its nulls, the mean over classes, and the tables. */
import { describe, expect, it } from 'vitest';
import {
  type EvaluatedImage,
  type EvaluatedPrediction,
  Evaluator,
} from '../../../src/evaluation/evaluator.ts';
import { PixelScores } from '../../../src/evaluation/pixels.ts';
import { evaluationTable, markdownTable, textTable } from '../../../src/evaluation/table.ts';

const mask = { width: 3, height: 3, data: Uint8Array.from([0, 0, 1, 0, 0, 0, 1, 0, 0]) };
const hot = Float32Array.from([0, 1, 5, 2, 3, 0, 2, 1, 0]);
const cold = Float32Array.from([0, 1, 0, 2, 0, 0, 2, 1, 0]);

type More = Partial<Pick<EvaluatedImage, 'path' | 'mask'> & EvaluatedPrediction>;

const good = (className: string, score: number, more: More = {}): EvaluatedImage => {
  const { path, mask = null, ...said } = more;
  return {
    ...(path !== undefined && { path }),
    className,
    anomalous: false,
    mask,
    prediction: { score, map: cold, ...said },
  };
};
const bad = (className: string, score: number, more: More = {}): EvaluatedImage => {
  const { mask: own = mask, ...said } = more;
  return { className, anomalous: true, mask: own, prediction: { score, map: hot, ...said } };
};

function evaluate(images: readonly EvaluatedImage[]) {
  const evaluator = new Evaluator();
  for (const image of images) evaluator.add(image);
  return evaluator.result();
}

describe('evaluation', () => {
  it('has every key of a class, its pixels ranked over good and anomalous images', () => {
    const { classes } = evaluate([good('nut', 1), good('nut', 2), bad('nut', 3)]);
    const pixels = new PixelScores();
    for (const [map, truth] of [
      [cold, null],
      [cold, null],
      [hot, mask],
    ] as const)
      pixels.add(map, truth);
    const { metrics } = pixels.measure();
    expect(classes).toEqual({
      nut: {
        good: 2,
        anomalous: 1,
        imageAuroc: 1,
        imageAp: 1,
        imageF1Max: 1,
        pixelAuroc: metrics.auroc,
        pixelAp: metrics.averagePrecision,
        pixelF1Max: metrics.f1Max,
        aupro: metrics.aupro,
        auproDilated: metrics.auproDilated,
        classAccuracy: null,
        falseAlarmRate: null,
        missRate: null,
      },
    });
    expect(metrics.aupro).toBeGreaterThan(0);
  });

  it.each([
    ['only good images', [good('a', 1), good('a', 2)], ['imageAuroc', 'imageAp', 'imageF1Max', 'pixelAuroc']],
    ['only anomalous images', [bad('a', 1)], ['imageAuroc', 'imageAp', 'imageF1Max']],
    [
      'no masks',
      [good('a', 1), bad('a', 2, { mask: null })],
      ['pixelAuroc', 'pixelAp', 'aupro', 'auproDilated'],
    ],
    ['no maps', [good('a', 1, { map: null }), bad('a', 2, { map: null })], ['pixelF1Max', 'aupro']],
    [
      'empty masks',
      [good('a', 1), bad('a', 2, { mask: { ...mask, data: new Uint8Array(9) } })],
      ['pixelAuroc', 'aupro'],
    ],
  ] as const)('is null where it cannot be known: %s', (_, images, names) => {
    const record = evaluate(images).classes.a;
    for (const name of names) expect(record?.[name]).toBeNull();
  });

  it('keeps image metrics without masks, and pixel metrics with one kind of image', () => {
    expect(evaluate([good('a', 1), bad('a', 2, { mask: null })]).classes.a?.imageAuroc).toBe(1);
    expect(evaluate([bad('a', 1)]).classes.a?.pixelAuroc).not.toBeNull();
  });

  it('leaves an anomalous image without a mask out of the pixel metrics only', () => {
    const without = evaluate([good('a', 1), bad('a', 2)]).classes.a;
    const withOne = evaluate([good('a', 1), bad('a', 2), bad('a', 0, { mask: null })]).classes.a;
    expect(withOne?.pixelAuroc).toBe(without?.pixelAuroc);
    expect(withOne?.imageAuroc).toBe(0.5);
    expect(withOne?.anomalous).toBe(2);
  });

  it('measures pixels inside a region of interest alone', () => {
    // The two columns on the left: of the defect one pixel is inside, and one is not.
    const inside = Uint8Array.from([1, 1, 0, 1, 1, 0, 1, 1, 0]);
    const cut = <T extends Float32Array | Uint8Array>(data: T) => data.filter((_, pixel) => pixel % 3 < 2);
    const half = { width: 2, height: 3, data: cut(mask.data) as Uint8Array };
    const maps = { cold: cut(cold) as Float32Array, hot: cut(hot) as Float32Array };
    const within = evaluate([
      { ...good('nut', 1), inside },
      { ...bad('nut', 3), inside },
    ]);
    const alone = evaluate([
      good('nut', 1, { map: maps.cold }),
      bad('nut', 3, { mask: half, map: maps.hot }),
    ]);
    const { auproDilated: _, ...metrics } = within.classes.nut!;
    expect(metrics).toMatchObject({ pixelAuroc: expect.any(Number), aupro: expect.any(Number) });
    expect(alone.classes.nut).toMatchObject(metrics);
    // A defect outside altogether leaves no pixel that is one.
    const outside = Uint8Array.from([0, 1, 0, 1, 1, 0, 0, 1, 0]);
    expect(evaluate([{ ...bad('nut', 3), inside: outside }]).classes.nut?.pixelAuroc).toBeNull();
    expect(() => evaluate([{ ...good('nut', 1), inside: outside.slice(1) }])).toThrow(
      'region of interest has 8',
    );
  });

  it('counts classes and verdicts over the images that have them', () => {
    const { a } = evaluate([
      good('a', 1, { verdict: 'normal', class: 'a' }),
      good('a', 2, { verdict: 'anomalous', class: 'b' }),
      good('a', 2, { verdict: null, class: null }),
      good('a', 2, { verdict: 'normal', class: 'a' }),
      bad('a', 3, { verdict: 'anomalous', class: 'a' }),
      bad('a', 4, { verdict: 'normal' }),
    ]).classes;
    expect(a).toMatchObject({ classAccuracy: 3 / 4, falseAlarmRate: 1 / 3, missRate: 1 / 2 });
  });

  it('averages over classes, nulls left out', () => {
    const { classes, mean } = evaluate([
      good('b', 1),
      bad('b', 2),
      good('a', 2),
      good('a', 2),
      bad('a', 1, { mask: null }),
      good('c', 1),
    ]);
    expect(Object.keys(classes)).toEqual(['b', 'a', 'c']);
    expect(mean.imageAuroc).toBe(0.5);
    expect(mean.aupro).toBe(classes.b?.aupro);
    expect(mean.missRate).toBeNull();
    expect(mean.good).toBe(4 / 3);
    expect(Object.keys(mean)).toEqual(Object.keys(classes.a ?? {}));
    expect(evaluate([]).mean.imageAuroc).toBeNull();
  });

  it('gives the same whether classes are finished early or at the end', () => {
    const images = [good('a', 1), bad('a', 2), good('b', 3), bad('b', 2)];
    const evaluator = new Evaluator();
    for (const image of images.slice(0, 2)) evaluator.add(image);
    const early = evaluator.finish('a');
    for (const image of images.slice(2)) evaluator.add(image);
    expect(evaluator.result()).toEqual(evaluate(images));
    expect(evaluator.finish('a')).toBe(early);
    expect(() => evaluator.add(good('a', 1))).toThrow(/already finished/);
    expect(() => evaluator.finish('z')).toThrow(/no test images/);
  });

  it('gives curves when asked', () => {
    const evaluator = new Evaluator({ curvePoints: 20 });
    for (const image of [good('a', 1), bad('a', 2), good('b', 1)]) evaluator.add(image);
    const { curves } = evaluator.result();
    expect(curves?.a?.imageRoc?.x.at(-1)).toBe(1);
    expect(curves?.a?.pixelPrecisionRecall?.x.at(-1)).toBe(1);
    expect(curves?.b?.pixelRoc).toBeNull();
  });

  it.each([
    ['a score that is not a number', good('a', Number.NaN), /image 0 of class a.*score/],
    [
      'a nameable one by its path',
      good('a', Number.NaN, { path: 'a/7.png' }),
      /evaluate a\/7\.png: its score/,
    ],
    ['a map of another size', bad('a', 1, { map: new Float32Array(8) }), /mask is of 3 x 3 .*its map has 8/],
    [
      'a mask of another size',
      bad('a', 1, { mask: { width: 2, height: 2, data: new Uint8Array(4) } }),
      /2 x 2 .* map has 9/,
    ],
    ['half a mask', bad('a', 1, { mask: { ...mask, data: new Uint8Array(4) } }), /3 x 3 .* has 4 values/],
  ])('refuses %s', (_, image, message) => {
    expect(() => evaluate([image])).toThrow(message);
  });
});

describe('tables', () => {
  const evaluation = evaluate([
    good('nut', 1, { class: 'nut' }),
    bad('nut', 2, { mask: null }),
    good('a|b', 2),
    bad('a|b', 3),
  ]);
  const table = evaluationTable(evaluation);

  it('have a row a class and their mean, dashes for null, and only columns with values', () => {
    expect(table.header).toContain('AUPRO dilated');
    expect(table.header).toContain('class accuracy');
    expect(table.header).not.toContain('misses');
    expect(table.rows.map((row) => row[0])).toEqual(['nut', 'a|b', 'mean']);
    expect(table.rows[0]?.slice(1, 4)).toEqual(['1', '1', '1.000']);
    expect(table.rows[0]?.[table.header.indexOf('AUPRO')]).toBe('-');
    for (const row of table.rows) expect(row).toHaveLength(table.header.length);
  });

  it('have no mean row for one class', () => {
    expect(evaluationTable(evaluate([good('a', 1)])).rows).toHaveLength(1);
  });

  it('are lined up for a terminal', () => {
    const small = {
      header: ['class', 'AUPRO'],
      rows: [
        ['nut', '0.5'],
        ['washer', '-'],
      ],
    };
    expect(textTable(small)).toBe('class   AUPRO\n------  -----\nnut       0.5\nwasher      -');
  });

  it('are Markdown, with bars in names escaped', () => {
    const lines = markdownTable(table).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/^\| -+ \| -+: \|/);
    expect(lines[3]).toMatch(/^\| a\\\|b +\|/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });
});
