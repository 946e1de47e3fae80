import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/data/load.ts';
import { type Files, withFiles } from '../../helpers/images.ts';
import { empty, lines, refusal } from '../../helpers/layouts.ts';

const mvtec = [
  'bottle/train/good/000.png',
  'bottle/train/good/001.png',
  'bottle/test/good/000.png',
  'bottle/test/crack/000.png',
  'bottle/test/crack/001.png',
  'bottle/ground_truth/crack/000_mask.png',
  'bottle/ground_truth/crack/001_mask.png',
  'apple/train/good/000.jpg',
];
const visa1cls = [
  'pcb/train/good/0000.JPG',
  'pcb/test/good/0001.JPG',
  'pcb/test/bad/000.JPG',
  'pcb/ground_truth/bad/000.png',
];
const normal = 'candle/Data/Images/Normal/0000.JPG';
const tested = 'candle/Data/Images/Normal/0001.JPG';
const anomaly = 'candle/Data/Images/Anomaly/000.JPG';
const mask = 'candle/Data/Masks/Anomaly/000.png';
const visaHeading = 'object,split,label,image,mask';
const visaRows = [
  `candle,train,normal,${normal},`,
  `candle,test,normal,${tested},`,
  `candle,test,anomaly,${anomaly},${mask}`,
];
const visa = (rows: readonly string[] = visaRows, heading = visaHeading): Files => ({
  ...empty(normal, tested, anomaly, mask),
  'split_csv/1cls.csv': [heading, ...rows, ''].join('\n'),
});

describe('MVTec AD', () => {
  it('reads classes, defects and masks, in order', () =>
    withFiles(empty(...mvtec), async (root) => {
      const { layout, classes, samples } = await loadDataset(root);
      expect({ layout, classes }).toEqual({ layout: 'mvtec', classes: ['apple', 'bottle'] });
      expect(lines(root, samples)).toEqual([
        'apple train normal good apple/train/good/000.jpg -',
        'bottle train normal good bottle/train/good/000.png -',
        'bottle train normal good bottle/train/good/001.png -',
        'bottle test anomalous crack bottle/test/crack/000.png bottle/ground_truth/crack/000_mask.png',
        'bottle test anomalous crack bottle/test/crack/001.png bottle/ground_truth/crack/001_mask.png',
        'bottle test normal good bottle/test/good/000.png -',
      ]);
    }));

  it('takes the folder of one class as a data set of one class', () =>
    withFiles(empty(...mvtec), async (root) => {
      const { classes, samples } = await loadDataset(join(root, 'bottle'));
      expect(classes).toEqual(['bottle']);
      expect(samples).toHaveLength(5);
    }));

  it('allows an anomalous image without a mask, and another ending of the mask', () =>
    withFiles(
      empty('a/train/good/0.png', 'a/test/x/1.jpg', 'a/test/x/2.jpg', 'a/ground_truth/x/2_mask.bmp'),
      async (root) => {
        const { samples } = await loadDataset(root);
        expect(samples.map(({ maskPaths }) => maskPaths && basename(maskPaths[0] ?? ''))).toEqual([
          undefined,
          undefined,
          '2_mask.bmp',
        ]);
      },
    ));

  it('reads what links lead to, and leaves out hidden and foreign entries', () =>
    withFiles(
      empty(
        'real/1.png',
        'set/a/train/good/.2.png',
        'set/a/train/good/notes.txt',
        'set/a/train/good/@eaDir/1.png',
        'set/.cache/1.png',
        'set/__MACOSX/1.png',
        'set/readme.txt',
      ),
      async (root) => {
        await symlink(join(root, 'real/1.png'), join(root, 'set/a/train/good/link.png'));
        await symlink(join(root, 'nowhere.png'), join(root, 'set/a/train/good/dangling.png'));
        const { classes, samples } = await loadDataset(join(root, 'set'));
        expect(classes).toEqual(['a']);
        expect(samples.map(({ path }) => basename(path))).toEqual(['dangling.png', 'link.png']);
      },
    ));

  it('refuses a mask without its image, naming both', async () => {
    const one = await refusal(empty(...mvtec, 'bottle/ground_truth/crack/002_mask.png'));
    expect(one).toBe(
      'MASK_UNMATCHED bottle/ground_truth/crack/002_mask.png: this mask has no image (expected bottle/test/crack/002.*). Add the image or remove the mask.',
    );
    const more = await refusal(
      empty(...mvtec, 'bottle/ground_truth/crack/2.png', 'bottle/ground_truth/crack/3.png'),
    );
    expect(more).toMatch(
      /^MASK_UNMATCHED bottle\/ground_truth\/crack\/2\.png: .*, as 1 more in its folder, has no image/,
    );
  });

  it('refuses masks of a defect that is not tested', async () => {
    const message = await refusal(empty(...mvtec, 'bottle/ground_truth/dent/000_mask.png'));
    expect(message).toMatch(
      /^MASK_UNMATCHED bottle\/ground_truth\/dent\/000_mask\.png: .*bottle\/test\/dent\/000\.\*/,
    );
  });

  it('refuses two masks of one image and two images of one mask, naming both', async () => {
    expect(await refusal(empty(...mvtec, 'bottle/ground_truth/crack/000_mask.bmp'))).toMatch(
      /^LAYOUT_UNCLEAR bottle\/ground_truth\/crack: .*000_mask\.bmp and 000_mask\.png are masks of one image/,
    );
    expect(await refusal(empty(...mvtec, 'bottle/test/crack/000.jpg'))).toMatch(
      /^LAYOUT_UNCLEAR bottle\/test\/crack: .*000\.jpg and 000\.png would have one mask/,
    );
  });

  it('refuses images that would be overlooked', async () => {
    expect(await refusal(empty(...mvtec, 'bottle/train/000.png'))).toMatch(
      /^LAYOUT_UNCLEAR bottle\/train\/000\.png: .*directly in `train`/,
    );
    expect(await refusal(empty(...mvtec, 'bottle/train/crack/000.png'))).toMatch(
      /^LAYOUT_UNCLEAR bottle\/train\/crack: .*must be of good parts/,
    );
  });

  it('refuses an empty class and one without training images', async () => {
    expect(await refusal(empty(...mvtec, 'cap/train/good/readme.txt'))).toMatch(
      /^CLASS_EMPTY Class cap has no images: expected <class>\/train\/good/,
    );
    expect(await refusal(empty(...mvtec, 'cap/test/good/0.png'))).toMatch(
      /^CLASS_EMPTY Class cap has no training images/,
    );
  });

  it('refuses a data set without training images, unless only its tests are wanted', async () => {
    const files = empty('bottle/test/good/000.png', 'bottle/test/bad/000.png');
    expect(await refusal(files)).toMatch(/^DATASET_NO_TRAINING ROOT: .*<class>\/train\/good/);
    await withFiles(files, async (root) => {
      expect((await loadDataset(root, { requireTraining: false })).samples).toHaveLength(2);
    });
  });
});

describe('VisA reorganised for one class', () => {
  it('matches masks by the bare stem', () =>
    withFiles(empty(...visa1cls), async (root) => {
      const { layout, samples } = await loadDataset(root);
      expect(layout).toBe('visa-1cls');
      expect(lines(root, samples)[1]).toBe(
        'pcb test anomalous bad pcb/test/bad/000.JPG pcb/ground_truth/bad/000.png',
      );
    }));

  it('is told from an MVTec-like set with the defect `bad` by the masks, which a run of before there were any finds all the same', () =>
    withFiles(
      empty('a/train/good/0.png', 'a/test/bad/0.png', 'a/ground_truth/bad/0_mask.png'),
      async (root) => {
        const read = await loadDataset(root);
        expect(read.layout).toBe('mvtec');
        expect((await loadDataset(root, { layout: 'visa-1cls' })).samples).toEqual(read.samples);
      },
    ));
});

describe('VisA as published', () => {
  it('reads the one-class table', () =>
    withFiles(visa(), async (root) => {
      const { layout, classes, samples } = await loadDataset(root);
      expect({ layout, classes }).toEqual({ layout: 'visa', classes: ['candle'] });
      expect(lines(root, samples)).toEqual([
        `candle train normal good ${normal} -`,
        `candle test anomalous anomaly ${anomaly} ${mask}`,
        `candle test normal good ${tested} -`,
      ]);
    }));

  it('reads a table that a spreadsheet has saved: BOM, CRLF, quotes, other column order, empty lines', () => {
    const rows = [`,"${normal}",normal,train,"candle"`, '', `,"${tested}",normal,test,candle`];
    const table = ['\uFEFFmask,image,label,split,object', ...rows].join('\r\n');
    return withFiles({ ...visa(), 'split_csv/1cls.csv': table }, async (root) => {
      expect((await loadDataset(root)).samples.map(({ split }) => split)).toEqual(['train', 'test']);
    });
  });

  const row = (object: string, split: string, label: string, image: string, maskOf = '') =>
    visa([...visaRows, [object, split, label, image, maskOf].join(',')]);
  it.each([
    [
      'a column is missing',
      visa(visaRows, 'object,split,label,image,masks'),
      /line 1: the column mask is missing/,
    ],
    ['a row is too short', visa([...visaRows, 'candle,test']), /line 5: .*columns length is 5, got 2/],
    ['the object is empty', row('', 'test', 'normal', tested), /line 5: the object is empty/],
    ['the image is empty', row('candle', 'test', 'normal', ''), /line 5: the image is empty/],
    [
      'the split is unknown',
      row('candle', 'val', 'normal', tested),
      /line 5: the split is val, expected train or test/,
    ],
    [
      'the label is unknown',
      row('candle', 'test', 'bad', tested),
      /line 5: the label is bad, expected normal or anomaly/,
    ],
    [
      'an anomaly trains',
      row('candle', 'train', 'anomaly', tested),
      /line 5: .*0001\.JPG is an anomaly in the training/,
    ],
    ['an image comes twice', row('candle', 'test', 'normal', tested), /line 5: .*0001\.JPG is listed twice/],
    ['an image is missing', row('candle', 'test', 'normal', 'no.JPG'), /line 5: no\.JPG does not exist/],
    [
      'a mask is missing',
      visa([visaRows[0]!, `candle,test,anomaly,${anomaly},x/000.png`]),
      /line 3: x\/000\.png does not/,
    ],
    [
      'a mask is of another image',
      visa([visaRows[0]!, `candle,test,anomaly,${anomaly},${mask.replace('000', '001')}`]),
      /line 3: the mask .*001\.png is not of the image .*000\.JPG/,
    ],
  ])('refuses, with the line, when %s', async (_, files, message) => {
    const refused = await refusal(files);
    expect(refused).toMatch(/^SPLIT_TABLE_INVALID split_csv\/1cls\.csv, line /);
    expect(refused).toMatch(message);
  });

  it('names the table when only the object folders are there', async () => {
    expect(await refusal(empty(normal))).toMatch(/^FILE_NOT_FOUND split_csv\/1cls\.csv: .*one-class table/);
  });

  it('refuses a table without rows', async () => {
    expect(await refusal(visa([]))).toMatch(/^DATASET_EMPTY ROOT: .*1cls\.csv/);
  });
});

describe('plain folders', () => {
  it('reads each folder as a class, all of it for training', () =>
    withFiles(empty('nut/b.JPG', 'nut/a.tiff', 'bolt/x.webp', 'bolt/notes.txt'), async (root) => {
      const { layout, samples } = await loadDataset(root);
      expect(layout).toBe('plain');
      expect(lines(root, samples)).toEqual([
        'bolt train normal good bolt/x.webp -',
        'nut train normal good nut/a.tiff -',
        'nut train normal good nut/b.JPG -',
      ]);
    }));

  it('reads one folder of images as one class of its name', () =>
    withFiles(empty('washers/1.png', 'washers/2.bmp'), async (root) => {
      expect(await loadDataset(join(root, 'washers'))).toMatchObject({
        layout: 'plain',
        classes: ['washers'],
      });
    }));

  it('may have classes called as a split, when the layout is told from what is in them', () =>
    withFiles(empty('trains/1.png', 'tests/1.png'), async (root) => {
      expect((await loadDataset(root)).classes).toEqual(['tests', 'trains']);
    }));

  it.each([
    [
      'images lie beside folders',
      ['1.png', 'nut/1.png'],
      /^LAYOUT_UNCLEAR ROOT: .*images \(1\.png\) beside folders \(nut\)/,
    ],
    [
      'a class holds folders',
      ['nut/1.png', 'nut/scrap/1.png'],
      /^LAYOUT_UNCLEAR nut\/scrap: .*its name says that not only good parts lie there/,
    ],
    [
      'a folder is named as a split',
      ['train/1.png', 'other/1.png'],
      /^LAYOUT_UNCLEAR train: .*split or a state/,
    ],
    ['a folder is named as a state', ['good/1.png', 'NG/1.png'], /^LAYOUT_UNCLEAR NG: .*split or a state/],
    ['a class is empty', ['nut/1.png', 'bolt/readme.txt'], /^CLASS_EMPTY Class bolt has no images/],
    ['nothing is an image', ['nut/1.txt'], /^DATASET_EMPTY ROOT: the images that are needed are missing/],
    [
      'nothing is there',
      [],
      /^DATASET_EMPTY ROOT: the images that are needed are missing\. Expected <class>\/.* or the folders of MVTec AD, .* or DAGM 2007\.$/,
    ],
  ] as const)('refuses when %s', async (_, paths, message) => {
    expect(await refusal(empty(...paths))).toMatch(message);
  });
});

describe('any layout', () => {
  it.each([
    ['case', 'Nut', 'nut'],
    ['Unicode form', 'Mu\u0308nze', 'M\u00fcnze'],
  ])('refuses two classes that differ in %s only', async (_, first, second) => {
    const message = await refusal(empty(`${first}/1.png`, `${second}/1.png`));
    expect(message).toMatch(/^CLASS_NAME_TWICE /);
    expect(message).toContain(`${first} and ${second}`);
  });

  it('gives class names in one Unicode form', () =>
    withFiles(empty('Mu\u0308nze/1.png'), async (root) => {
      const { classes, samples } = await loadDataset(root);
      expect([classes, samples[0]?.className]).toEqual([['M\u00fcnze'], 'M\u00fcnze']);
    }));

  it('names a folder that is missing or a file', async () => {
    await expect(loadDataset('/nowhere/set')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(loadDataset('/nowhere/set')).rejects.toThrow('/nowhere/set');
    await withFiles(empty('a.png'), async (root) => {
      await expect(loadDataset(join(root, 'a.png'))).rejects.toMatchObject({ code: 'FOLDER_EXPECTED' });
    });
  });

  it('reads the layout that --layout names', async () => {
    expect(await refusal(empty('nut/1.png'), 'mvtec')).toMatch(/^DATASET_EMPTY ROOT: .*train\/good/);
    expect(await refusal(empty('nut/1.png'), 'visa')).toMatch(/^FILE_NOT_FOUND split_csv/);
    expect(await refusal(empty(...mvtec), 'plain')).toMatch(/^LAYOUT_UNCLEAR apple\/train/);
  });
});
