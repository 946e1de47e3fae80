/** @file `clad data inspect` as its users run it: the built command line on small data sets. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cladCommand } from '../helpers/fixtures.ts';
import { encoded, type Files, greyPng, noise, withFiles } from '../helpers/images.ts';

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function clad(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cladCommand, ...args], (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

const whole = await encoded(noise(40, 30));
const turned = await greyPng(30, 40, 255);
const sound: Files = {
  'nut/train/good/0.png': [40, 30],
  'nut/train/good/1.jpg': [20, 50],
  'nut/test/good/0.png': [40, 30],
  'nut/test/bent/0.png': [40, 30],
  'nut/ground_truth/bent/0_mask.png': await greyPng(40, 30, 255),
  'bolt/train/good/0.png': [40, 30],
  'bolt/train/good/1.png': [40, 30],
};
const broken: Files = {
  ...sound,
  'nut/train/good/2.png': '',
  'nut/train/good/3.png': whole.subarray(0, whole.length - 30),
  'nut/train/good/4.png': 'no image',
};
const visa: Files = {
  'pcb/Data/Images/Normal/0.JPG': [30, 20],
  'pcb/Data/Images/Normal/2.JPG': [30, 20],
  'pcb/Data/Images/Anomaly/1.JPG': [30, 20],
  'pcb/Data/Masks/Anomaly/1.png': await greyPng(30, 20, 1),
  'split_csv/1cls.csv': [
    'object,split,label,image,mask',
    'pcb,train,normal,pcb/Data/Images/Normal/0.JPG,',
    'pcb,train,normal,pcb/Data/Images/Normal/2.JPG,',
    'pcb,test,anomaly,pcb/Data/Images/Anomaly/1.JPG,pcb/Data/Masks/Anomaly/1.png',
  ].join('\n'),
};

describe('clad data inspect', () => {
  it('prints a table of a sound data set', () =>
    withFiles(sound, async (root) => {
      const { status, stdout, stderr } = await clad('data', 'inspect', root);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout.replace(root, 'ROOT')).toBe(`ROOT (layout mvtec)

class  train  test good  test anomalous  masks           size  problems
-----  -----  ---------  --------------  -----  -------------  --------
bolt       2          0               0      0        40 x 30         -
nut        2          1               1      1  20-40 x 30-50         -
total      4          1               1      1                        -

No problems.
`);
    }));

  it('prints one JSON document', () =>
    withFiles(sound, async (root) => {
      const { status, stdout } = await clad('data', 'inspect', root, '--json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        root,
        layout: 'mvtec',
        classes: {
          nut: { train: 2, testGood: 1, testAnomalous: 1, masks: 1, defects: { bent: 1, good: 1 } },
          bolt: { train: 2, width: { min: 40, max: 40 }, height: { min: 30, max: 30 } },
        },
        total: { train: 4 },
        problems: [],
      });
    }));

  it.each([
    ['visa', visa, 2],
    [
      'visa-1cls',
      {
        'a/train/good/0.JPG': [9, 9],
        'a/train/good/2.JPG': [9, 9],
        'a/test/bad/1.JPG': [9, 9],
      } satisfies Files,
      2,
    ],
    [
      'plain',
      {
        'nut/0.png': [9, 9],
        'nut/1.png': [9, 9],
        'bolt/0.jpg': [9, 12],
        'bolt/1.jpg': [9, 12],
      } satisfies Files,
      4,
    ],
  ] as const)('reads the layout %s', (layout, files, train) =>
    withFiles(files, async (root) => {
      const { status, stdout } = await clad('data', 'inspect', root, '--json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ layout, total: { train } });
    }),
  );

  it('lists every broken, empty and truncated image, and exits with 2', () =>
    withFiles(broken, async (root) => {
      const { status, stdout, stderr } = await clad('data', 'inspect', root);
      expect(status).toBe(2);
      expect(stderr).toBe(`clad: ${root}: 3 problems would stop training.\n`);
      expect(stdout).toContain(`  error: ${join(root, 'nut/train/good/2.png')}: the file is empty\n`);
      expect(stdout).toContain(`  error: ${join(root, 'nut/train/good/3.png')}: the file is truncated\n`);
      expect(stdout).toContain(`  error: ${join(root, 'nut/train/good/4.png')}: it is not PNG, JPEG,`);
      const json = await clad('data', 'inspect', root, '--json');
      expect(json.status).toBe(2);
      expect(JSON.parse(json.stdout).problems).toHaveLength(3);
    }));

  it('counts a class of one photograph as a problem, which it is for a training', () =>
    withFiles({ 'nut/0.png': [9, 9], 'nut/1.png': [9, 9], 'bolt/0.jpg': [9, 12] }, async (root) => {
      const { status, stdout } = await clad('data', 'inspect', root);
      expect(status).toBe(2);
      expect(stdout).toContain('two training images are the least, and 1 can be used');
    }));

  it('names both files when a mask is of another size', () =>
    withFiles({ ...sound, 'nut/ground_truth/bent/0_mask.png': turned }, async (root) => {
      const { status, stdout } = await clad('data', 'inspect', root);
      expect(status).toBe(2);
      const mask = join(root, 'nut/ground_truth/bent/0_mask.png');
      const image = join(root, 'nut/test/bent/0.png');
      expect(stdout).toContain(
        `  error: ${mask}: the mask is 30 x 40 pixels, its image ${image} 40 x 30: one of the two is turned by a quarter. Turn the mask\n`,
      );
    }));
});

describe('wrong input', () => {
  const cases: readonly [string, Files, RegExp][] = [
    ['a class is empty', { ...sound, 'cap/readme.txt': '' }, /Class cap has no images/],
    [
      'nothing is an image',
      { 'a/readme.txt': '' },
      /the images that are needed are missing\. Expected .*MVTec AD, .*or DAGM 2007/,
    ],
    ['the layout is unknown', { '0.png': '', 'nut/0.png': '' }, /cannot tell how the folder is laid out/],
    [
      'two classes have one name',
      { 'Mu\u0308nze/0.png': '', 'M\u00fcnze/0.png': '' },
      /Two classes have one name/,
    ],
    [
      'a mask has no image',
      { ...sound, 'nut/ground_truth/bent/7_mask.png': '' },
      /ground_truth\/bent\/7_mask\.png: this mask has no image \(expected .*test\/bent\/7\.\*\)/,
    ],
    [
      'the table of VisA is wrong',
      { ...visa, 'split_csv/1cls.csv': 'object,image\n' },
      /1cls\.csv, line 1: .*split/,
    ],
  ];
  it.each(cases)('ends in a sentence with status 2 when %s', (_, files, message) =>
    withFiles(files, async (root) => {
      const { status, stdout, stderr } = await clad('data', 'inspect', root);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^clad: [^\n]+\.\n$/);
      const json = await clad('data', 'inspect', root, '--json');
      expect(json.status).toBe(2);
      expect(`clad: ${JSON.parse(json.stdout).error.message}\n`).toBe(stderr);
    }),
  );

  it('ends in a sentence when the folder is missing, or is a file', () =>
    withFiles({ 'a.png': '' }, async (root) => {
      const missing = await clad('data', 'inspect', join(root, 'photos'));
      expect(missing.status).toBe(2);
      expect(missing.stderr).toBe(
        `clad: ${join(root, 'photos')}: no such file or folder. Give the folder of the data set.\n`,
      );
      const file = await clad('data', 'inspect', join(root, 'a.png'));
      expect(file.status).toBe(2);
      expect(file.stderr).toMatch(/a\.png: expected a folder, this is a file/);
    }));

  it.each([
    [['data', 'inspect'], /missing required argument 'data'/],
    [
      ['data', 'inspect', '.', '--layout', 'coco'],
      /--layout.*'coco' is invalid.*plain, mvtec, .*visa-1cls.*dagm/,
    ],
    [['data', 'inspect', '.', '--jsn'], /unknown option '--jsn'.*--json/],
    [['date'], /unknown command 'date'.*data/],
  ])('ends in a sentence on a wrong command line: %j', async (args, message) => {
    const { status, stderr } = await clad(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
