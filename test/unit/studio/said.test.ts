/** @file What the server says, in the language of the page: which codes, tasks and sentences German has, and that each is still said in English as German knows it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../../src/core/error-catalogue.ts';
import { CladError, type ErrorCode, type ErrorValues } from '../../../src/core/errors.ts';
import { optionGroups } from '../../../src/methods/describe-options.ts';
import { methods } from '../../../src/methods/registry.ts';
import { de } from '../../../studio/src/texts/de/said.ts';
import { Interpreter } from '../../../studio/src/texts/sayings.ts';

const german = new Interpreter(de);
const src = fileURLToPath(new URL('../../../src', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(join(src, name), 'utf8') }));
const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

/** Codes that no page of the studio shows: of other commands, of pages without a server, of whoever starts the studio, and of programs that call the library. */
const elsewhere = new Set<string>([
  ...['ARGUMENT_INVALID', 'USAGE', 'PLUGIN_INVALID', 'GRAPH_SHAPE', 'GRAPH_NO_GRADIENT', 'MODEL_UNSUITABLE'],
  ...['METRIC_INPUT', 'GOLDEN_MISSING', 'CALIBRATION_TRAINED'],
  ...['EXPORT_MADE', 'EXPORT_NEEDS_IMAGES', 'EXPORT_VERSION_EXISTS', 'FILE_EXISTS', 'FOLDER_FOREIGN'],
  ...['SHARDS_DAMAGED', 'SHARDS_DIFFER', 'SHARDS_MISSING', 'SHARDS_MIXED', 'SHARDS_TWICE'],
  ...['CAMERA_FAILED', 'FFMPEG_MISSING', 'FFMPEG_OLD', 'CLASS_GIVEN_UNKNOWN', 'MAP_TOO_LARGE'],
  ...['BACKBONE_CARD_INVALID', 'BACKBONE_CARD_NEEDED', 'BACKBONE_CHANGED', 'SAFETENSORS_INVALID'],
  ...['STATE_DICT_UNSUITABLE', 'ADDRESS_UNUSABLE', 'TOKEN_NEEDED', 'TOKEN_UNUSABLE', 'STUDIO_PAGE_MISSING'],
  ...['DETECTOR_NAME_TWICE', 'DETECTOR_UNAVAILABLE', 'DETECTOR_UNKNOWN', 'CLIENT_GONE', 'IMAGE_BITS_OTHER'],
  ...['STORAGE_FULL', 'STORAGE_UNAVAILABLE', 'WEBGPU_UNAVAILABLE', 'ENGINE_UNAVAILABLE', 'FETCH_FAILED'],
]);

describe('German for errors', () => {
  it('is there for each code that a page of the studio can show', () => {
    const missing = Object.keys(errorCatalogue).filter(
      (code) => !(code in de.errors) && !elsewhere.has(code) && !code.startsWith('TEACH_'),
    );
    expect(missing).toEqual([]);
    expect([...elsewhere].filter((code) => !(code in errorCatalogue) || code in de.errors)).toEqual([]);
  });
  it('has the values of the English sentence', () => {
    const values = ([code, own]: [string, string]) => [code, namesIn(own)];
    const english = (code: string) => [code, namesIn(errorCatalogue[code as ErrorCode].message)];
    const all = Object.entries(de.errors) as [string, string][];
    expect(all.map(values)).toEqual(all.map(([code]) => english(code)));
  });
  it('finds the values of a sentence that was made elsewhere', () => {
    const codes = Object.keys(de.errors) as ErrorCode[];
    // As names and reasons are: without what could end a part of a sentence.
    const value = fc.stringMatching(/^[a-z0-9äöü/_-]{1,12}$/);
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.array(value, { minLength: 8, maxLength: 8 }),
        (code, some) => {
          const names = [...new Set(namesIn(errorCatalogue[code].message))] as string[];
          const given = Object.fromEntries(names.map((name, at) => [name, `x${some[at % 8]}${at}`]));
          const { message } = new CladError(code, given as unknown as ErrorValues<ErrorCode>);
          const own = german.sentence(message, code);
          expect(own).toBe(
            (de.errors[code] ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) => String(given[name])),
          );
        },
      ),
    );
  });
});

describe('German for tasks', () => {
  /** Of commands that the studio has no page for, and of a page without a server. */
  const others = new Set([
    ...['predicting', 'comparing', 'comparing pixels', 'reading pictures', 'reading files', 'drawn defects'],
    ...[
      'building the data set',
      'images of the class',
      'measuring ranges',
      'training images',
      'images of now',
    ],
    ...['test images'],
  ]);
  const said = files
    .filter(({ name }) => !name.startsWith('web/'))
    .flatMap(({ text }) => [
      ...text.matchAll(/\btask: '([^']+)'|\bimages\('([^']+)'|, '((?:good|defective) parts)'/g),
    ])
    .map(([, ...found]) => found.find((each) => each !== undefined) as string);
  it('is there for each that a job of the studio can be at', () => {
    expect(said.length).toBeGreaterThan(40);
    const missing = [...new Set([...said, 'stage 1', 'stage 2'])].filter(
      (name) => !(name in de.tasks) && !others.has(name),
    );
    expect(missing).toEqual([]);
    const units = files.flatMap(({ text }) =>
      [...text.matchAll(/\bunit: '([^']+)'/g)].map(([, unit]) => unit),
    );
    // Of the commands above.
    const unitsElsewhere = ['files', 'pictures', 'predictions'];
    expect(
      [...new Set(units)].filter(
        (unit) => !((unit as string) in de.units) && !unitsElsewhere.includes(unit as string),
      ),
    ).toEqual([]);
  });
});

it('German for methods and their options is there for all that the form of a training shows, and for no other', () => {
  const shown = [...methods.values()].flatMap((method) => [
    method.summary,
    ...optionGroups(method).flatMap(({ meaning, rows }) => [meaning, ...rows.map((row) => row.meaning)]),
  ]);
  expect([...new Set(shown)].filter((text) => text !== '' && !(text in de.meanings))).toEqual([]);
  expect(Object.keys(de.meanings).filter((text) => !shown.includes(text))).toEqual([]);
  // Names of options and of values in them are those of the form.
  const quoted = (text: string) => [...text.matchAll(/`[^`]+`/g)].map(([name]) => name).sort();
  for (const [english, own] of Object.entries(de.meanings)) {
    const added = quoted(own).filter((name) => !quoted(english).includes(name));
    expect(added.filter((name) => !shown.some((text) => text.includes(name.slice(1, -1))))).toEqual([]);
    expect(quoted(english).filter((name) => !quoted(own).includes(name))).toEqual([]);
  }
});

/** Texts that stand in sources behind something, 9 in the place of each value. @param text - its groups are kinds of quotes */
function textsIn(isMeant: (name: string) => boolean, before: RegExp, text: RegExp): string[] {
  return files
    .filter(({ name }) => isMeant(name))
    .flatMap(({ text: source }) => [...source.matchAll(new RegExp(before.source + text.source, 'g'))])
    .map(([, ...kinds]) => kinds.find((kind) => kind !== undefined) ?? '')
    .map((english) => english.replaceAll('\\', '').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '9'));
}

describe('German for sentences', () => {
  /** Of parts that are put together otherwise than they stand in the sources. */
  const madeUp = ['are they inverted?', '1 group', 'pixels and as a whole of', 'in the form'];
  it('is of sentences that are still said so in English', () => {
    const all = files.map(({ text }) => text.replaceAll('\\', '')).join('\n');
    const gone = Object.keys(de.sentences).filter((english) =>
      english
        .split(/\{\w+\}|[;:.]/)
        .map((part) => part.replaceAll(/^[\s,()/%]+|[\s,()/%]+$/g, ''))
        .some((part) => part.length > 3 && !all.includes(part) && !madeUp.includes(part)),
    );
    expect(gone).toEqual([]);
  });
  it('is there for all that the studio itself, its watched folders, the file system and drift give as a reason', () => {
    const covered = /^(studio\/|jobs\/watch\/(?!camera)|core\/files\.ts|jobs\/drift\/measures\.ts)/;
    const before = /(?:reason:|refuse\(|return|note\(|problem:|check:|[A-Z]{4,}:|\?|\s:)\s*/;
    const text = /(?:'([^'\\\n]{12,})'|`([^`]{12,})`)/;
    const found = textsIn((name) => covered.test(name), before, text)
      // Commands are the same in every language.
      .filter((english) => /[a-z]+ [a-z]+ [a-z]+/.test(english) && !/^(clad|CREATE|SELECT) /.test(english));
    expect(found.length).toBeGreaterThan(50);
    expect([...new Set(found)].filter((english) => german.sentence(english) === english)).toEqual([]);
  });
  it('is there for what is said of data, regions, trainings, evaluations and detectors', () => {
    const covered =
      /^((data|methods|training|features\/(store|patches)|detector|jobs\/(roi|crop|train|evaluate|good-images))\/|(jobs\/(run-folder|update\/(subject|sift|new-images|grow-memories|lower-threshold|others))|image\/(decode|tiles|unite-masks|samples))\.ts$)/;
    // Of commands alone, of plugins and of programs that call the library.
    const elsewhere =
      /^(data\/(concurrency|folders|picture-list|textures)|features\/store\/join-shares|methods\/(foreign|missing-of|registry)|detector\/(result-arguments|heat\/map-range|thresholds\/(conformal|region-offsets))|jobs\/(train\/plan|update\/subject))\.ts$/;
    const before =
      /(?:(?:reason|expected|hint|remedy|what)(?:: | = )(?:[^'"`\n;]*\?)?|message = |(?:refused?|failed|damaged|note|notes\.push|remarks\.push)(?:\?\.)?\(|refuse\(\w+,|leave\(path,|refuse\('[^']*',)\s*/;
    const text = /(?:'([^'\\\n]{8,})'|"([^"\n]{8,})"|`((?:[^`\\]|\\.){8,}?)`)/;
    /** Put together from values that are sentences, or defects of clad. */
    const put =
      /^(a class or undefined|at least one image$|classMoments|Say which with|9 of 9 masks cover most|9, and much smaller|9 of 9, as backbone|(Warning: )?9 (9|copies)|(Features|Feature maps) came as|patchFeatures|A detector file does not|Image 9 has no region|9 has another score|function graph|reach, a|stored with|steps, whole|entryImages that|left out of|that of 9)/;
    const found = textsIn((name) => covered.test(name) && !elsewhere.test(name), before, text).filter(
      (english) => /[a-z]+ [a-z]+/.test(english) && !put.test(english),
    );
    expect(found.length).toBeGreaterThan(150);
    // A form that is too general would leave half of a sentence as it is.
    const isLeft = (english: string) => {
      const own = german.sentence(english);
      return own === english || / (the|of|with|which|and|is|are) /.test(own);
    };
    expect([...new Set(found)].filter(isLeft)).toEqual([]);
  });
  it('has the values of the English one', () => {
    for (const [english, own] of Object.entries(de.sentences)) expect(namesIn(own)).toEqual(namesIn(english));
  });
  it.each([
    ['the same pixels as bolt/train/good/1.png, x.png', 'dieselben Pixel wie bolt/train/good/1.png, x.png'],
    [
      'no masks, so no pixel metrics; expected ground_truth/crack/1_mask.png',
      'keine Fehlermasken, also keine Pixelmaße; erwartet wird ground_truth/crack/1_mask.png',
    ],
    [
      'There is no run run in this workspace. Load the page again to see what there is.',
      'In diesem Arbeitsordner gibt es den Lauf run nicht. Die Seite neu laden, um zu sehen, was es gibt.',
    ],
    [
      'Job 3 is stopped, so it cannot be gone on with.',
      'Auftrag 3 (angehalten) kann nicht fortgesetzt werden.',
    ],
    [
      '"a/b" was not taken: it has a slash in it.',
      '"a/b" wurde nicht genommen: er enthält einen Schrägstrich.',
    ],
    ['Nobody has translated this.', 'Nobody has translated this.'],
    // One sentence, several, and lists of them.
    [
      '/a/b.png: the mask covers 80 % of the image and 3 % of its border. Inside is what is not black; is it inverted?',
      '/a/b.png: die Fehlermaske bedeckt 80 % des Bildes und 3 % seines Randes. Innen ist, was nicht schwarz ist; ist sie umgekehrt?',
    ],
    [
      'Of its training images: 1 added (a.png), 2 removed (b.png, c.png), 1 changed (d.png).',
      'Von seinen Trainingsbildern: 1 hinzugekommen (a.png), 2 entfernt (b.png, c.png), 1 verändert (d.png).',
    ],
    [
      'nut/ground_truth/bent/7_mask.png: this mask has no image (expected nut/test/bent/7.*). Add the image or remove the mask.',
      'nut/ground_truth/bent/7_mask.png: Zu dieser Fehlermaske gibt es kein Bild (erwartet wird nut/test/bent/7.*). Das Bild hinzufügen oder die Maske entfernen.',
    ],
    [
      'a(1)/7.png: this mask, as 3 more in its folder, has no image (that of a(1)/0.png, which has none, would be called 0_mask.png). Rename it if it is meant.',
      'a(1)/7.png: Zu dieser Fehlermaske und 3 weiteren in ihrem Ordner gibt es kein Bild (die von a(1)/0.png, das keine hat, hieße 0_mask.png). Sie umbenennen, wenn sie gemeint ist.',
    ],
    // Not taken for a form that only looks alike.
    [
      'it is made for images of 224 pixels, and cannot be run',
      'it is made for images of 224 pixels, and cannot be run',
    ],
  ])('says %s as %s', (english, own) => {
    expect(german.sentence(english)).toBe(own);
  });
});
