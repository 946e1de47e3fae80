import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutTable } from '../../../src/data/layouts.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { pathWithin } from '../../../src/data/path-within.ts';
import { type Files, withFiles } from '../../helpers/images.ts';
import { empty, lines, refusal } from '../../helpers/layouts.ts';
import {
  btad,
  dagm,
  kolektorSdd,
  kolektorSdd2,
  mpdd,
  mvtecAd2,
  realIad,
  realIadGood,
  realIadList,
} from '../../helpers/miniatures.ts';

/** What a miniature is read as: its layout, its samples, what is set aside and what is left out. */
async function read(files: Files) {
  return withFiles(files, async (root) => {
    const { layout, samples, asides = [], leftOut, classes } = await loadDataset(root);
    const below = (path: string) => path.replace(`${root}/`, '').replace(root, 'ROOT');
    return {
      layout,
      classes,
      samples: lines(root, samples),
      asides: asides.map(({ path, message }) => `${below(path)}: ${message}`),
      leftOut: leftOut.map(({ path, reason }) => `${below(path)}: ${reason}`),
    };
  });
}

/** The same files without one. */
function without(files: Files, name: string): Files {
  expect(files).toHaveProperty([name]);
  return Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));
}

describe('the list of layouts', () => {
  it('is the table of the guide', async () => {
    expect(await readFile('docs/guide.md', 'utf8')).toContain(layoutTable());
  });
});

describe('MVTec AD 2', () => {
  it('trains on train, tests what is public, and sets aside what is private', async () => {
    const { layout, samples, asides, leftOut } = await read(await mvtecAd2());
    expect(layout).toBe('mvtec-ad-2');
    expect(samples.slice(4)).toEqual([
      'can test anomalous bad can/test_public/bad/300_overexposed.png can/test_public/ground_truth/bad/300_overexposed_mask.png',
      'can test normal good can/test_public/good/200_regular.png -',
    ]);
    expect(samples[0]).toBe('can train normal good can/train/good/000_regular.png -');
    expect(asides).toHaveLength(3);
    expect(asides[0]).toMatch(/^can\/validation: one image for validation/);
    expect(asides[1]).toMatch(/^can\/test_private: one image not tested: .* server alone$/);
    expect(asides[2]).toMatch(/^can\/test_private_mixed: one image not tested/);
    expect(leftOut).toEqual(['license.txt: no image']);
  });

  it('may be one class alone', async () =>
    withFiles(await mvtecAd2(), async (root) => {
      const { layout, classes } = await loadDataset(join(root, 'can'));
      expect({ layout, classes }).toEqual({ layout: 'mvtec-ad-2', classes: ['can'] });
    }));

  it('refuses a mask without its image', async () => {
    const files = await mvtecAd2();
    expect(await refusal(without(files, 'can/test_public/bad/300_overexposed.png'))).toMatch(
      /^MASK_UNMATCHED can\/test_public\/ground_truth\/bad\/300_overexposed_mask\.png: .*can\/test_public\/bad\/300_overexposed\.\*/,
    );
  });
});

describe('BTAD', () => {
  it('calls good parts ok, and takes masks of any ending', async () => {
    const { layout, classes, samples } = await read(await btad());
    expect({ layout, classes }).toEqual({ layout: 'btad', classes: ['01', '02'] });
    expect(samples.filter((line) => line.includes(' test '))).toEqual([
      '01 test anomalous ko 01/test/ko/0500.bmp 01/ground_truth/ko/0500.png',
      '01 test normal good 01/test/ok/0400.bmp -',
      '02 test anomalous ko 02/test/ko/0003.png 02/ground_truth/ko/0003.bmp',
    ]);
    expect(samples.filter((line) => line.includes(' train normal good '))).toHaveLength(6);
  });

  it('refuses defective parts in training', async () => {
    expect(await refusal({ ...(await btad()), '01/train/ko/1.bmp': '' })).toMatch(
      /^LAYOUT_UNCLEAR 01\/train\/ko: .*Keep only the folder `ok` in `train`/,
    );
  });
});

it('reads MPDD as MVTec AD', async () => {
  const { layout, samples } = await read(await mpdd());
  expect(layout).toBe('mvtec');
  expect(samples).toContain(
    'bracket_black test anomalous hole bracket_black/test/hole/000.png bracket_black/ground_truth/hole/000_mask.png',
  );
});

describe('Real-IAD', () => {
  const list = 'realiad_jsons/realiad_jsons/audiojack.json';

  it('goes by the list of all sides, and says what has no images or is not listed', async () => {
    const { layout, classes, samples, leftOut } = await read(await realIad());
    expect({ layout, classes }).toEqual({ layout: 'real-iad', classes: ['audiojack'] });
    expect(samples.filter((line) => line.startsWith('audiojack train normal good'))).toHaveLength(4);
    const defective = 'realiad_1024/audiojack/NG/BX/S0009/audiojack_0009_NG_BX_C1_2023';
    expect(samples).toContain(`audiojack test anomalous BX ${defective}.jpg ${defective}.png`);
    expect(leftOut).toEqual([
      'realiad_1024/audiojack/OK/S0007/audiojack_0007_OK_C1_2023.jpg: image that is in no list',
      'realiad_jsons/realiad_jsons/zipper.json: list of a class whose images are not there',
    ]);
  });

  it('takes the lists of one side where there are no others', async () => {
    const files = await realIad('512');
    const one = Object.fromEntries(
      Object.entries(files).filter(([name]) => !name.includes('s/realiad_jsons/')),
    );
    const { samples } = await read(one);
    expect(samples).toHaveLength(2);
  });

  it('refuses images in two sizes, and says what to do', async () => {
    const two = { ...(await realIad('512')), 'realiad_256/audiojack/OK/1.jpg': '' };
    expect(await refusal(two)).toMatch(
      /^LAYOUT_UNCLEAR ROOT: .*2 sizes, realiad_256 and realiad_512\. Keep one of them/,
    );
  });

  it('says which archive is to be unpacked', async () => {
    const packed = { [list]: realIadList([], []), 'realiad_256/audiojack.zip': 'PK' };
    expect(await refusal(packed)).toMatch(/^DATASET_EMPTY ROOT: .*realiad_256\/<class>, unpacked/);
  });

  it('names the lists where they are missing', async () => {
    expect(await refusal(empty('realiad_256/a/OK/1.jpg'), 'real-iad')).toMatch(
      /^FILE_NOT_FOUND realiad_jsons: .*Unpack realiad_jsons\.zip/,
    );
  });

  it.each([
    ['no JSON', '{ "meta": ', /: it is no JSON \(/],
    ['no list', '[]', /: Invalid input/],
    ['a part missing', '{"meta":{},"train":[]}', /: test: /],
    ['a wrong entry', '{"meta":{},"train":[{"anomaly_class":"OK"}],"test":[]}', /: train\.0\.image_path: /],
    ['an image missing', realIadList([realIadGood(8, 1)], []), /: train\[0\]: .*S0008.* does not exist/],
    [
      'a mask missing',
      realIadList([], [{ ...realIadGood(1, 1), anomaly_class: 'BX', mask_path: 'NG/none.png' }]),
      /: test\[0\]: the mask .*NG\/none\.png does not exist/,
    ],
    [
      'an image twice',
      realIadList([realIadGood(1, 1)], [realIadGood(1, 1)]),
      /: realiad_1024\/audiojack\/OK\/.* is listed twice/,
    ],
    [
      'a defect in training',
      realIadList([{ ...realIadGood(1, 1), anomaly_class: 'BX' }], []),
      /: train\[0\]: OK\/.* is BX, and trains/,
    ],
  ] as const)('refuses %s, naming the list', async (_, content, reason) => {
    const message = await refusal({ ...(await realIad()), [list]: content });
    expect(message.startsWith(`LIST_INVALID ${list}: `)).toBe(true);
    expect(message).toMatch(reason);
    expect(message).toMatch(/Take the list as it is published/);
  });

  it.each(['../secret.jpg', 'OK/../../../secret.jpg', '/etc/hosts', 'C:/secret.jpg', 'OK\\..\\secret.jpg'])(
    'refuses a path that leads out: %s',
    async (path) => {
      const entry = { ...realIadGood(1, 1), image_path: path };
      const files = { ...(await realIad()), 'secret.jpg': '', 'realiad_1024/secret.jpg': '' };
      expect(await refusal({ ...files, [list]: realIadList([entry], []) })).toMatch(
        /^LIST_INVALID .*train\[0\]: the path .* leads out of realiad_1024\/audiojack/,
      );
      const masked = { ...realIadGood(1, 1), anomaly_class: 'BX', mask_path: path };
      expect(await refusal({ ...files, [list]: realIadList([], [masked]) })).toMatch(/ leads out of /);
      expect(await refusal({ ...files, [list]: realIadList([], [], path) })).toMatch(
        /meta\.prefix: the path .* leads out of /,
      );
    },
  );
});

it("gives no path outside of a list's folder, whatever it lists", () => {
  const part = fc.constantFrom('..', '.', '', 'a', '...', '..a', 'C:', '\\', '/', 'b.png', '\0', ' ..');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('/', ''), (parts, between) => {
      const listed = parts.join(between);
      let path: string;
      try {
        path = pathWithin('/data/set', listed, (reason) => new RangeError(reason));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(`${path}/`.startsWith('/data/set/')).toBe(true);
    }),
  );
});

describe('KolektorSDD', () => {
  it('splits good parts by items, and tests every defect', async () => {
    const files = await kolektorSdd(10);
    const first = await read(files);
    expect(first.layout).toBe('kolektor-sdd');
    expect(first.leftOut).toEqual([]);
    expect(first.samples).toHaveLength(20);
    const itemOf = (line: string) => /kos\d+/.exec(line)?.[0];
    const of = (start: RegExp) => first.samples.filter((line) => start.test(line)).map(itemOf);
    expect(of(/ test anomalous defect .*kos(05|10)\/Part1_label\.bmp$/)).toEqual(['kos05', 'kos10']);
    const tested = new Set(of(/ test normal good /));
    expect(tested.size).toBe(2);
    for (const item of of(/ train normal good /)) expect(tested.has(item)).toBe(false);
    expect(first.asides[0]).toMatch(/no official split.*2 of 10 items, drawn with seed 0, are tested/);
    // Another folder, another order of files: the same split.
    const again = await read(Object.fromEntries(Object.entries(files).reverse()));
    const places = ({ samples }: typeof first) => samples.map((line) => line.replace(/^\S+ /, ''));
    expect(places(again)).toEqual(places(first));
  });

  it('refuses an image without a mask and a mask without an image', async () => {
    const files = await kolektorSdd(2);
    expect(await refusal(without(files, 'kos02/Part0_label.bmp'))).toMatch(
      /^MASK_MISSING kos02\/Part0\.jpg: .*expected kos02\/Part0_label\.bmp/,
    );
    expect(await refusal(without(files, 'kos02/Part0.jpg'))).toMatch(
      /^MASK_UNMATCHED kos02\/Part0_label\.bmp: .*expected kos02\/Part0\.jpg/,
    );
  });

  it('names a mask that is broken', async () => {
    expect(await refusal({ ...(await kolektorSdd(2)), 'kos01/Part0_label.bmp': 'BM' })).toMatch(
      /IMAGE_INVALID kos01\/Part0_label\.bmp/,
    );
  });
});

describe('KolektorSDD2', () => {
  it('takes black masks for good parts, and sets aside what is defective in training', async () => {
    const { layout, samples, asides, leftOut } = await read(await kolektorSdd2());
    expect(layout).toBe('kolektor-sdd2');
    expect(samples.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      ...[0, 1, 2, 3].map((number) => `train normal good train/1000${number}.png -`),
      'test normal good test/20000.png -',
      'test anomalous defect test/20001.png test/20001_GT.png',
    ]);
    expect(asides).toEqual(['train: one image of a defective part is neither trained on nor tested']);
    expect(leftOut).toEqual(['train/10003 (copy).png: image where the layout has none']);
  });

  it('refuses an image without a mask', async () => {
    expect(await refusal(without(await kolektorSdd2(), 'test/20000_GT.png'))).toMatch(
      /^MASK_MISSING test\/20000\.png: .*expected test\/20000_GT\.png/,
    );
  });
});

describe('DAGM 2007', () => {
  it('goes by Labels.txt, and sets aside what is defective in training', async () => {
    const { layout, samples, asides, leftOut } = await read(await dagm());
    expect(layout).toBe('dagm');
    expect(samples).toEqual([
      ...[0, 1, 2, 3].map((number) => `Class1 train normal good Class1/Train/057${number}.PNG -`),
      'Class1 test normal good Class1/Test/0001.PNG -',
      'Class1 test anomalous defect Class1/Test/0002.PNG Class1/Test/Label/0002_label.PNG',
    ]);
    expect(asides).toEqual(['Class1/Train: one image of a defective part is neither trained on nor tested']);
    expect(leftOut).toEqual([]);
  });

  it('finds a class within a folder of its name, as archives unpack', async () => {
    const files = await dagm();
    const nested = Object.fromEntries(
      Object.entries(files).map(([name, content]) => [`Class1/${name}`, content]),
    );
    const { layout, classes, samples } = await read(nested);
    expect({ layout, classes, count: samples.length }).toEqual({
      layout: 'dagm',
      classes: ['Class1'],
      count: 6,
    });
    const twice = await read({ ...files, ...nested });
    // Unpacked in both ways it is read once, and the other is told of.
    expect(twice.samples).toEqual((await read(files)).samples);
    expect(twice.leftOut.length).toBeGreaterThan(0);
  });

  it('refuses a class without its list', async () => {
    expect(await refusal(without(await dagm(), 'Class1/Test/Label/Labels.txt'))).toMatch(
      /^FILE_NOT_FOUND Class1\/Test\/Label\/Labels\.txt: .*Only this list says/,
    );
  });

  it.each([
    ['a state that is neither', '1\t2\t0001.PNG\t0\t0', /line 2: the state is 2/],
    ['an image missing', '1\t0\t0009.PNG\t0\t0', /line 2: Class1\/Test\/0009\.PNG does not exist/],
    ['a mask missing', '2\t1\t0002.PNG\t0\t0009_label.PNG', /line 2: .*0009_label\.PNG does not exist/],
    ['a mask of another', '1\t1\t0001.PNG\t0\t0002_label.PNG', /line 2: the mask .* is not of the image/],
    ['too few cells', '1 0 0001.PNG', /line 2: expected number, 0 or 1/],
    ['an image twice', '1\t0\t0001.PNG\t0\t0\n1\t0\t0001.PNG\t0\t0', /line 3: 0001\.PNG is listed twice/],
    ['a path that leads out', '1\t0\t../Train/0570.PNG\t0\t0', /line 2: the path .* leads out/],
  ] as const)('refuses %s, with the line', async (_, rows, reason) => {
    const message = await refusal({ ...(await dagm()), 'Class1/Test/Label/Labels.txt': `1\n${rows}\n` });
    expect(message).toMatch(/^SPLIT_TABLE_INVALID Class1\/Test\/Label\/Labels\.txt, /);
    expect(message).toMatch(reason);
  });
});

describe('a folder that fits two layouts', () => {
  it.each([
    ['BTAD and MVTec AD', { ...empty('bottle/train/good/0.png', '01/train/ok/0.png') }, 'mvtec', 'btad'],
    [
      'MVTec AD 2 and MVTec AD',
      {
        ...empty(
          'can/test_public/bad/0.png',
          'can/train/good/0.png',
          'nut/test/bad/0.png',
          'nut/test/bent/0.png',
        ),
      },
      'mvtec',
      'mvtec-ad-2',
    ],
    [
      'KolektorSDD and its successor',
      { ...empty('a/kos01/Part0_label.bmp', 'b/train/10000_GT.png') },
      'kolektor-sdd',
      'kolektor-sdd2',
    ],
    ['VisA and MVTec AD', { ...empty('split_csv/1cls.csv', 'nut/train/good/0.png') }, 'mvtec', 'visa'],
  ] as const)('says so: %s', async (_, files, first, second) => {
    const message = await refusal(files);
    expect(message).toMatch(/^LAYOUT_UNCLEAR ROOT: .*it fits .* and /);
    expect(message).toContain(`--layout ${first} or --layout ${second}`);
  });

  it('is read as the one that is named', () =>
    withFiles(empty('bottle/train/good/0.png', 'bottle/test/ok/0.png'), async (root) => {
      const { layout, samples } = await loadDataset(root, { layout: 'mvtec' });
      expect({ layout, count: samples.length }).toEqual({ layout: 'mvtec', count: 2 });
    }));

  it('does not take parts of one for another', async () => {
    for (const files of [await mvtecAd2(), await btad(), await mpdd(), await realIad(), await kolektorSdd2()])
      await withFiles(files, async (root) => {
        const { layout } = await loadDataset(root);
        expect(layout).not.toBe('plain');
      });
  });

  it('follows links', async () =>
    withFiles({ ...(await dagm()), 'all/.keep': '' }, async (root) => {
      await symlink(join(root, 'Class1'), join(root, 'all', 'Class1'));
      const { layout } = await loadDataset(join(root, 'all'));
      expect(layout).toBe('dagm');
    }));
});
