/** @file The page and its tables, from made-up results: nothing gets out of its place, nothing is loaded, nothing is missing. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { seriesColours } from '../../../src/report/chart/series.ts';
import { escapeHtml, html } from '../../../src/report/html.ts';
import { reportPage } from '../../../src/report/page.ts';
import { pageScript } from '../../../src/report/shell.ts';
import { resultsCsv, resultsMarkdown } from '../../../src/report/tables.ts';
import type { ControlData } from '../../../src/report/thresholds/control.ts';
import { imageBudget } from '../../../src/report/thumbnails.ts';
import { madeReportData } from '../../helpers/report-data.ts';

const hostile = `</style><img src=x onerror="alert('1')">&<script>alert(2)</script>`;
const sections = [
  'results',
  'scores',
  'examples',
  'curves',
  'embedding',
  'confusion',
  'training',
  'protocol',
];
const two = madeReportData({ classes: ['bottle', 'screw'] });

describe('html', () => {
  it('escapes what it is given and leaves what it made', () => {
    expect(html`<b title="${'"&'}">${['<', html`<i>${1}</i>`, null, false]}</b>`.text).toBe(
      '<b title="&quot;&amp;">&lt;<i>1</i></b>',
    );
    expect(escapeHtml(`<>&"'`)).toBe('&lt;&gt;&amp;&quot;&#39;');
  });
});

describe('the page', () => {
  it('has every section, each with a heading and a link to it', () => {
    const page = reportPage(two);
    for (const id of sections) {
      expect(page.includes(`<section id="${id}" aria-labelledby="${id}-title">`)).toBe(true);
      expect(page.includes(`<h2 id="${id}-title">`)).toBe(true);
      expect(page.includes(`<a href="#${id}">`)).toBe(true);
    }
    expect(page.match(/<h1>/g)).toHaveLength(1);
  });

  it('explains the colours of each class', () => {
    const page = reportPage(two);
    expect(
      page.match(/<figure class="heat-legend"><i style="background-image:linear-gradient\(/g),
    ).toHaveLength(2);
    // The range of the data is from 1 to 3, without an end of its own.
    expect(page).toMatch(/<span>1[.0]* where good parts end<\/span><span>2[.0]* threshold<\/span>/);
  });

  it('escapes names of classes, defects, files and everything else that was read', () => {
    const whole = reportPage(madeReportData({ classes: [hostile, `${hostile}2`], untrusted: hostile }));
    expect(whole.match(/<\/style>/g)).toHaveLength(1);
    // Two elements end so, the data and the script.
    expect(whole.match(/<\/script/gi)).toHaveLength(2);
    const [, data] = /<script type="application\/json" id="thresholds">(.*)<\/script>/.exec(whole) ?? [];
    expect(data).not.toContain('<');
    expect((JSON.parse(data!) as ControlData).classes.map(({ name }) => name)).toEqual([
      hostile,
      `${hostile}2`,
    ]);
    const page = withoutScripts(whole);
    expect(page.includes('&lt;script&gt;alert(2)')).toBe(true);
    const tags = [...page.matchAll(/<[^<>]*>/g)].map(([tag]) => tag);
    expect(tags.filter((tag) => /^<script|^<img src=x/.test(tag))).toEqual([]);
    // What stands outside quotes in a tag is ours.
    const outside = tags.map((tag) => tag.replace(/"[^"]*"/g, ''));
    expect(outside.filter((tag) => /onerror|alert/.test(tag))).toEqual([]);
  });

  it('loads nothing from outside, and runs no script but its own', () => {
    const page = reportPage(two);
    expect(withoutScripts(page).match(/(?:src|href|srcset|action)="(?!data:|#)/)).toBeNull();
    expect(withoutScripts(page).match(/https?:\/\/|@import|url\(/)).toBeNull();
    const script = pageScript();
    // A name space is no address that is asked.
    expect(script.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:\/\/|\bfetch\(|XMLHttpRequest|\bimport\(|\beval\(/,
    );
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toBe(
      `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
    );
  });

  it('shows what could not be computed as a dash, never as 0 or null', () => {
    const page = withoutScripts(reportPage(two));
    const row = /<tr><th scope="row">bottle<\/th>(.*?)<\/tr>/.exec(page)?.[1] ?? '';
    const cells = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((match) => match[1]);
    expect(cells).toEqual([
      '20',
      '30',
      '0.900',
      '0.910',
      '0.920',
      '–',
      '–',
      '–',
      '–',
      '–',
      '1.000',
      '0.050',
      '0.100',
    ]);
    expect(page.match(/>(?:null|NaN|undefined)/)).toBeNull();
    expect(page.match(/[ "](?:NaN|Infinity|undefined)/)).toBeNull();
  });

  it('gives tables their scopes, images their alternative texts, charts their names', () => {
    const page = withoutScripts(reportPage(two));
    for (const [tag] of page.matchAll(/<th[\s>][^>]*>/g)) expect(tag).toMatch(/scope="(?:row|col)"/);
    for (const [tag] of page.matchAll(/<img[^>]*>/g)) expect(tag).toMatch(/alt="[^"]{5,}"/);
    for (const [tag] of page.matchAll(/<svg[^>]*>/g))
      expect(tag).toMatch(/role="img" aria-label="[^"]{5,}"|aria-hidden="true"/);
    expect(page.includes('<html lang="en">')).toBe(true);
  });

  it('stays under 5 MB with 15 classes whose images take the whole budget', () => {
    const classes = Array.from({ length: 15 }, (_, index) => `class ${index}`);
    // Ground truths have no budget: drawings in black and white, compressed without loss, 1500 bytes are many.
    const { examples, synthesis, standingOut } = imageBudget;
    const bytes = examples + synthesis + standingOut + 15 * 6 * 1500;
    const images = 15 * (9 + 9 + 6 + 1) + 1;
    const page = reportPage(madeReportData({ classes, imageBytes: Math.ceil(bytes / images) }));
    expect(Buffer.byteLength(page)).toBeLessThan(5e6);
  });

  it('reports checkpoint selection on test images, and training on some of them', () => {
    const { metadata } = two;
    const leaky = { ...metadata, provenance: { ...metadata.provenance, selection: 'test' } };
    expect(reportPage({ ...two, metadata: leaky })).toContain('Optimistic protocol.');
    const { test } = two;
    const known = {
      ...two,
      test: test && {
        ...test,
        document: { ...test.document, images: { trainedOn: 3, calibratedOn: 0, copies: 0 } },
      },
    };
    expect(reportPage(known)).toMatch(
      /Optimistic protocol\.<\/strong> Of the test images, 3 have the pixels of training images/,
    );
    expect(resultsMarkdown(known)).toMatch(/^- Known images: Of the test images, 3/m);
    expect(reportPage(two)).not.toContain('the pixels of training images');
    expect(reportPage(two)).toContain('No test image took part');
  });

  it.each([1, 3])('shows the losses of every stage that the training had: %d', (count) => {
    const log = Array.from({ length: count }, (_, at) => [
      { stage: at + 1, step: 10, losses: { normal: 0.5, anomalous: 0.5, total: 1 } },
      { stage: at + 1, step: 20, losses: { normal: 0.3, anomalous: 0.3, total: 0.6 }, selection: 0.8 },
    ]).flat();
    const page = reportPage({ ...two, training: { ...two.training, log } });
    const titles = [...new Set(page.match(/Stage \d, losses/g))];
    expect(titles).toEqual(Array.from({ length: count }, (_, at) => `Stage ${at + 1}, losses`));
  });

  it('says of named regions what each is worth, and on each image which of them fail', () => {
    const { test } = two;
    const fails = { name: 'rim', score: 5.2, threshold: 3.9, margin: 1.3, verdict: 'anomalous' } as const;
    const record = {
      name: 'rim',
      threshold: 3.9,
      good: 20,
      falseAlarms: 1,
      defective: 9,
      missed: 2,
      auroc: null,
    };
    const named = {
      ...two,
      test: {
        ...test!,
        document: { ...test!.document, namedRegions: { [hostile]: [record] } },
        examples: {
          bottle: test!.examples.bottle!.map((example) => ({ ...example, failedRegions: [fails] })),
        },
      },
    };
    const page = reportPage(named);
    expect(page).toContain('<td>3.90</td><td>1 of 20</td><td>9</td><td>2</td><td>–</td>');
    expect(page).toContain('fails in rim (5.2, threshold 3.9, margin 1.3)');
    expect(page).not.toContain('<img src=x');
    expect(resultsMarkdown(named)).toMatch(/\/rim +\| +3.90 \| +1 of 20/);
    expect(reportPage(two)).not.toContain('Named regions');
  });

  it('has AU-sPRO by kind of defect, where a class says how much of its defects has to be found', () => {
    const { test } = two;
    const kind = { images: 3, defects: 4, imageAuroc: 0.75, auSpro: null };
    const mean = { imageAuroc: 0.75, auSpro: 0.625 };
    const saturated = { limit: 0.05, classes: { [hostile]: { kinds: { logical: kind }, mean } }, mean };
    const loco = { ...two, test: { ...test!, document: { ...test!.document, saturated } } };
    const page = reportPage(loco);
    expect(page).toContain('<td>logical</td><td>3</td><td>0.750</td><td>–</td>');
    expect(page).not.toContain('<img src=x');
    expect(resultsMarkdown(loco)).toMatch(/\| +logical \| +3 \| +0\.750 \| +- \|/);
    expect(reportPage(two)).not.toContain('AU-sPRO');
  });

  it('works without test images, log or embedding', () => {
    const bare = {
      ...two,
      test: null,
      training: { ...two.training, log: [], synthesis: {}, standingOut: [] },
    };
    const page = reportPage(bare);
    expect(page.includes('no test images')).toBe(true);
    // Thresholds it has all the same, of the training's own images.
    expect(page.includes('<section id="scores"')).toBe(true);
    expect(page).not.toContain('to look at');
    expect(reportPage(two)).toContain('Good photographs to look at');
    expect(page.includes('id="results"')).toBe(false);
    const withoutEmbedding = { ...two, test: two.test && { ...two.test, embedding: null } };
    expect(reportPage(two)).toContain('id="embedding"');
    expect(reportPage(withoutEmbedding)).not.toContain('embedding');
  });

  it('has colours that stand out from both grounds, 3 to 1 at least', () => {
    const style = readFileSync('src/report/look.css', 'utf8');
    for (let index = 0; index < seriesColours; index++) {
      const found = [...style.matchAll(new RegExp(`--s${index}: (#[0-9a-f]{6});`, 'g'))].map(([, of]) => of);
      const [light = '', dark = ''] = found;
      expect(found).toHaveLength(2);
      expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(3);
      expect(contrast(dark, '#181e27')).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('tables of the results', () => {
  it('writes CSV that reads back, all digits, nulls empty', () => {
    const names = ['a,"b"', '=1+1', 'screw'];
    const data = madeReportData({ classes: names });
    const rows = parse(resultsCsv(data.test?.document as NonNullable<typeof data.test>['document']), {
      columns: true,
    }) as Record<string, string>[];
    expect(rows.map((row) => row.class)).toEqual(['a,"b"', "'=1+1", 'screw', '(mean)']);
    expect(rows[1]).toMatchObject({ imageAuroc: '0.901', pixelAuroc: '', aupro: '' });
  });

  it('writes Markdown with the protocol, both AUPROs and no markup from names', () => {
    const text = resultsMarkdown(madeReportData({ classes: ['a|b', '<b>'], untrusted: '<u>' }));
    expect(text).toContain('AUPRO dilated');
    expect(text).toContain('No test image took part');
    expect(text).toMatch(/^\| a\\\|b /m);
    expect(text).not.toMatch(/(?<!\\)</);
  });
});

/** A page without its own script and the data of it. */
function withoutScripts(page: string): string {
  const start = page.indexOf('<script type="application/json" id="thresholds">');
  const end = `<script>${pageScript()}</script>`;
  return page.slice(0, start) + page.slice(page.indexOf(end) + end.length);
}

/** Contrast ratio of WCAG 2. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [lower, higher] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (higher + 0.05) / (lower + 0.05);
}
