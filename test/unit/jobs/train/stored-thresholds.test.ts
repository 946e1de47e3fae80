/**
 * @file Thresholds by what a method has stored of its training images: those of the images themselves but for rounding, without any of them; and by the images
 * again where the store has gone or is damaged.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectorGraph } from '../../../../src/detector/detector-graph.ts';
import {
  calibrateByGood,
  imagesToPredict,
  leaveOneOutDetector,
  predictGoodImages,
  scoreGapOf,
} from '../../../../src/jobs/good-images/good-images.ts';
import { readGoodImagesFile } from '../../../../src/jobs/good-images/good-images-file.ts';
import { storedDetector } from '../../../../src/jobs/good-images/stored-images.ts';
import { prepare } from '../../../../src/jobs/train/prepare.ts';
import type { Work } from '../../../../src/jobs/train/train-request.ts';
import { calibrateAndWrite } from '../../../../src/jobs/train/write-detector.ts';
import { methods } from '../../../../src/methods/builtin-methods.ts';
import type { Fitted } from '../../../../src/methods/contract.ts';
import { resolveOptions } from '../../../../src/methods/resolve-options.ts';
import { writeParts } from '../../../helpers/parts.ts';
import { tinySettings } from '../../../helpers/small-training.ts';
import { writeTinyBackbone } from '../../../helpers/tiny-backbone.ts';

let folder = '';
let backbone = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-stored-'));
  await writeParts(join(folder, 'parts'), { training: 8 });
  backbone = await writeTinyBackbone(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const networks = ['training.batch=64', 'training.steps=20', 'evaluations=2'];
const settings: Readonly<Record<string, readonly string[]>> = {
  clad: [...tinySettings, 'stage1.steps=15', 'stage2.steps=10'],
  // The middle of a resized photograph, and no square.
  patchcore: ['memoryBank.coresetSize=64', 'memoryBank.candidates=2000', 'features.resizeTo=80x72'],
  subspace: ['subspace.components=8'],
  rad: ['memory.components=6'],
  // Both levels of its backbone can be halved.
  rd: ['features.inputSize=64x32', 'training.batch=4', 'training.steps=20', 'training.warmUp=0'],
  cflow: ['training.batch=32', 'training.steps=20', 'flow.blocks=2', 'flow.positions=16'],
  // Photographs of no square.
  draem: [
    'features.inputSize=64x32',
    'network.reconstructive=4',
    'network.discriminative=4',
    'network.deviation=null',
    'training.batch=4',
    'training.steps=40',
    'training.learningRate=0.003',
  ],
  // Layers of two strides on the grid of the coarser one, which is no square, and recentred.
  dinomaly: [
    'features.recentre=true',
    'network.width=16',
    'network.headWidth=8',
    'network.layers=2',
    'training.batch=4',
    'training.steps=20',
  ],
  // Layers of two strides on the grid of the finer one, which is no square.
  uniad: [
    'features.stride=8',
    'network.neighbours=3',
    'network.width=16',
    'network.hidden=32',
    'training.batch=4',
    'training.steps=20',
  ],
};

/** What may lie between both, as a share of what good images span: networks on pixels have learnt little in so few steps, and tell these hardly apart. */
const loose: Readonly<Record<string, number>> = { draem: 2e-2 };

/** A fitted method, before its thresholds. The features of all methods are the same, in one cache. */
async function learn(name: string, run: string, cache: string, notes: string[] = []) {
  const sets = ['features.inputSize=72x64', ...(settings[name] ?? networks)];
  const work = await prepare({
    data: join(folder, 'parts'),
    out: join(folder, run),
    backbone,
    method: name,
    preset: 'fast',
    options: resolveOptions(methods.get(name)!, 'fast', sets),
    cache: join(folder, cache),
    note: (text) => notes.push(text),
  });
  return { work, fitted: await work.method.fit(work), notes };
}

function toPredict({ training, split, options, bits, dataset, images }: Work) {
  return {
    paths: training.map(({ path }) => path),
    images,
    ids: imagesToPredict(training, split, options.seed),
    heldOut: split.heldOut,
    bits,
    classes: dataset.classes,
  };
}

const unreadable = {
  decode: () => Promise.reject(new Error('an image was decoded')),
};
const unasked = { predict: unreadable.decode, release: async () => {} };

async function byImages(work: Work, fitted: Fitted) {
  const size = work.view.geometry;
  const graph = detectorGraph(fitted, work.dataset.classes, { leaveOneOut: true, size });
  const oneOut = await leaveOneOutDetector(work.engine, graph.toBytes());
  try {
    return await predictGoodImages(toPredict(work), oneOut, () => {});
  } finally {
    await oneOut.release();
  }
}

async function byStore(work: Work, { stored }: Fitted) {
  const of = { classes: work.dataset.classes, size: work.view.geometry };
  const detector = await storedDetector(work.engine, stored!, of);
  try {
    // Neither an image nor the detector of images is asked.
    const images = { ...toPredict(work), images: unreadable, stored: detector };
    return await predictGoodImages(images, unasked, () => {});
  } finally {
    await detector.release();
  }
}

/** As shares of what the scores of good images span: CLAD's have their zero where ordinary patches are. */
function apartBy(images: readonly { readonly score: number }[]) {
  const scores = images.map(({ score }) => score);
  const span = Math.max(...scores) - Math.min(...scores);
  return (one: number, other: number) => Math.abs(one - other) / span;
}

describe.each([...methods.keys()])('thresholds of %s', (name) => {
  it('by the store are those by the images, but for rounding', async () => {
    const { work, fitted } = await learn(name, name, 'cache');
    const [images, stored] = [await byImages(work, fitted), await byStore(work, fitted)];
    const same = ({ id, class: className, heldOut, recognisedAs }: (typeof images.images)[number]) => [
      id,
      className,
      heldOut,
      recognisedAs,
    ];
    expect(stored.images.map(same)).toEqual(images.images.map(same));
    const apart = apartBy(images.images);
    const scores = images.images.map(({ score }, at) => apart(score, stored.images[at]!.score));
    expect(Math.max(...scores)).toBeLessThan(loose[name] ?? 5e-3);
    // Half precision is seen: otherwise the images were asked after all.
    expect(stored.images.map(({ score }) => score)).not.toEqual(images.images.map(({ score }) => score));
    const calibrated = [images, stored].map((each) => calibrateByGood(each, 0.05, scoreGapOf(each.images)));
    for (const className of work.dataset.classes) {
      const [from, to] = calibrated.map(({ classes }) => classes.get(className)!);
      expect(apart(from!.threshold.threshold, to!.threshold.threshold)).toBeLessThan(loose[name] ?? 1e-3);
      for (const end of ['low', 'high', 'top'] as const)
        expect(apart(from!.display[end]!, to!.display[end]!)).toBeLessThan(loose[name] ?? 1e-2);
    }
  });
});

it('thresholds are by images as of their folder, also of one that is taken for another class', async () => {
  const { work, fitted } = await learn('clad', 'own', 'cache');
  const { classes } = work.dataset;
  const [own = '', other = ''] = classes;
  const id = work.training.findIndex(({ className }) => className === own);
  const detector = await storedDetector(work.engine, fitted.stored!, { classes, size: work.view.geometry });
  try {
    const of = (await detector.read(id))!;
    const [asOwn, asOther, asTaken] = [
      await detector.predict(id, of, 0),
      await detector.predict(id, of, 1),
      await detector.predict(id, of),
    ];
    expect(asOwn.score).toBe(asTaken.score);
    expect(asOther.score).not.toBe(asOwn.score);
    // In the folder of the other class.
    const asked = { ...toPredict(work), ids: new Map([[other, [id]]]), images: unreadable, stored: detector };
    const { images } = await predictGoodImages(asked, unasked, () => {});
    expect(images[0]).toMatchObject({ class: other, recognisedAs: own, score: asOther.score });
    // The same through a training, by what is stored and, where nothing is, by the image.
    const training = work.training.map((sample, at) =>
      at === id ? { ...sample, className: other } : sample,
    );
    for (const stored of [fitted.stored, undefined]) {
      await calibrateAndWrite({ ...work, training }, { ...fitted, stored });
      const { images: written } = await readGoodImagesFile(work.run.goodImagesState);
      expect(written[id]).toMatchObject({ class: other, recognisedAs: own });
      expect(Math.abs(written[id]!.score - asOther.score)).toBeLessThan(
        0.05 * Math.abs(asOther.score - asOwn.score),
      );
    }
  } finally {
    await detector.release();
  }
});

describe('a training', () => {
  const scoresOf = async (run: string) =>
    (await readGoodImagesFile(join(folder, run, 'good-images.json'))).images;
  const told = expect.stringMatching(
    /shard-0\d+\.(f16|json): this shard .* damaged.*\. This training goes on without it: its images are decoded for thresholds\.$/,
  );

  const losses: [string, (store: string) => Promise<void>][] = [
    ['whole', async () => {}],
    ['gone', (store) => rm(store, { recursive: true })],
    [
      'damaged',
      async (store) => {
        const path = join(store, 'shard-00000.f16');
        const bytes = await readFile(path);
        bytes.fill(60, 0, 2000);
        await writeFile(path, bytes);
      },
    ],
  ];

  it.each(losses)('has the same thresholds where its store is %s once it has learnt', async (kind, lose) => {
    const { work, fitted, notes } = await learn('patchcore', kind, `cache-${kind}`);
    const stores = (await readdir(join(folder, `cache-${kind}`))).filter((name) =>
      name.startsWith('features-'),
    );
    await lose(join(folder, `cache-${kind}`, stores[0]!));
    notes.length = 0;
    const { metadata } = await calibrateAndWrite(work, fitted);
    expect(notes).toEqual(kind === 'whole' ? [] : [told]);
    const expected = await byImages(work, fitted);
    const apart = apartBy(expected.images);
    const written = await scoresOf(kind);
    const decoded = expected.images.filter(({ id, score }) => written[id]!.score === score).length;
    for (const { id, score } of expected.images) expect(apart(score, written[id]!.score)).toBeLessThan(1e-3);
    // Bit for bit where the image itself was asked: all, or the one whose features are damaged.
    expect(decoded).toBe({ whole: 0, gone: 16, damaged: 1 }[kind]);
    const { classes } = calibrateByGood(expected, work.options.falseAlarmRate, 0);
    for (const [className, { threshold }] of classes)
      expect(apart(metadata.thresholds[className]!.threshold, threshold.threshold)).toBeLessThan(1e-3);
  });
});
