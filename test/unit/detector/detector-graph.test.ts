/** @file The detector file end to end, on a tiny backbone: what any ONNX runtime gets out of it, and what clad makes of that. */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joined } from '../../../src/core/arrays.ts';
import { Random } from '../../../src/core/random.ts';
import { Detector, imageTensor } from '../../../src/detector/detector.ts';
import { detectorGraph } from '../../../src/detector/detector-graph.ts';
import { goodPixels } from '../../../src/detector/heat/map-range.ts';
import { type DetectorMetadata, metadataKey } from '../../../src/detector/metadata.ts';
import { openDetector } from '../../../src/detector/open.ts';
import { calibrateClass } from '../../../src/detector/thresholds/class-thresholds.ts';
import {
  add,
  cast,
  decodeModel,
  encodeModel,
  type Graph,
  mean,
  mul,
  reduceMax,
  reshape,
  type Tensor,
} from '../../../src/graph/index.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { predictImages } from '../../../src/jobs/predict.ts';
import { cladPresets } from '../../../src/methods/clad/clad-options.ts';
import { initialParameters } from '../../../src/methods/clad/networks.ts';
import { cladModel } from '../../../src/methods/clad/patch-scores.ts';
import { type PatchDetector, patchDetector } from '../../../src/methods/shared/on-patches.ts';
import { patchView } from '../../../src/methods/shared/patch-view.ts';
import { float32, floats, int64 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';
import { noise, withFiles } from '../../helpers/images.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';
import { withFolder } from '../../helpers/made-store.ts';
import { squareOf } from '../../helpers/sizes.ts';
import { tinyBackbone } from '../../helpers/tiny-backbone.ts';

const size = 64;
const grid = 8;
const width = 22;
const classes = ['bolt', 'nut', 'cap'];
const engine = await nodeEngine({ threads: 2 });
const random = new Random('detector graph');
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const entries = normals(12 * width);

/** Training image of each of the twelve entries. */
const imageOf = (entry: number) => entry % 3;

/** @param without - the training image whose entries are not in the bank */
async function specOf(resizeTo: number | null = null, without = -1): Promise<PatchDetector> {
  const kept = Array.from({ length: 12 }, (_, entry) => entry).filter((each) => imageOf(each) !== without);
  const rows = kept.map((entry) => entries.subarray(entry * width, (entry + 1) * width));
  const backbone = tinyBackbone();
  const features = {
    ...cladPresets.fast.features,
    inputSize: size,
    layers: ['layer2', 'layer3'],
    fineLayers: [],
    fineWeight: 1,
    aggregation: 'concatenated' as const,
  };
  const identity = Float32Array.from({ length: width ** 2 }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
  return {
    backbone,
    view: await patchView({ features: { ...features, resizeTo } }, backbone, { engine }),
    model: cladModel(
      {
        classes,
        parameters: initialParameters(
          {
            inputWidth: width,
            adaptorWidths: [16, 12, 8],
            discriminatorWidths: [8, 6],
            classes: classes.length,
          },
          new Random('detector'),
        ),
        fitted: {
          kind: 'residual',
          width,
          noiseDeviation: new Float32Array(width),
          search: { neighbours: 3, shortlist: 3 },
          searchWidth: null,
          entryClasses: kept.map((entry) => Math.floor(entry / 4)),
          entryImages: kept.map(imageOf),
          arrays: {
            mean: { shape: [width], data: new Float32Array(width) },
            projection: { shape: [width, width], data: identity },
            entries: { shape: [kept.length, width], data: joined(Float32Array, rows) },
            norms: { shape: [kept.length], data: Float32Array.from(rows, (row) => Math.hypot(...row) ** 2) },
            whitening: { shape: [width], data: new Float32Array(width).fill(1) },
          },
        },
      },
      {
        distance: classes.map(() => ({ mean: 4, deviation: 1 })),
        network: classes.map(() => ({ mean: 0, deviation: 0.5 })),
        networkWeight: 0.5,
      },
    ),
    score: { blurSigma: 2, topShare: 0.01 },
  };
}

const graphOf = (spec: PatchDetector, options = {}) => detectorGraph(patchDetector(spec), classes, options);

const metadata: DetectorMetadata = {
  ...madeMetadata,
  classes,
  geometry: squareOf(size),
  thresholds: {},
  display: {},
};

const bytesOf = (spec: PatchDetector, about = metadata) =>
  graphOf(spec).toBytes({ [metadataKey]: JSON.stringify(about) });

const wide = noise(90, 70, 1);
const tall = noise(51, 130, 2);
let spec: PatchDetector;
let bytes: Uint8Array;
let session: ort.InferenceSession;

beforeAll(async () => {
  spec = await specOf();
  bytes = bytesOf(spec);
  session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
});

afterAll(() => session.release());

/** A session without its `run`. */
const stub = { release: async () => {} };

/** The file in onnxruntime-node, with nothing of clad between. */
async function raw(images: readonly RgbImage[], inside = session) {
  const { width: columns, height } = images[0] as RgbImage;
  const data = Uint8Array.from(images.flatMap((image) => Array.from(image.data)));
  return inside.run({ image: new ort.Tensor('uint8', data, [images.length, height, columns, 3]) });
}

describe('the detector file', () => {
  it('declares its input and outputs as documented', () => {
    expect([...session.inputNames]).toEqual(['image']);
    expect([...session.outputNames]).toEqual(['anomaly_map', 'score', 'class_share']);
    const { input = [], output = [] } = decodeModel(bytes).graph;
    const declared = [...input, ...output].map(({ name, type }) => [
      name,
      type?.tensorType?.elemType,
      type?.tensorType?.shape?.dim?.map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
    ]);
    // 2 is UINT8, 1 is FLOAT.
    expect(declared).toEqual([
      ['image', 2, ['N', 'H', 'W', 3]],
      ['anomaly_map', 1, ['N', size, size]],
      ['score', 1, ['N']],
      ['class_share', 1, ['N', 3]],
    ]);
  });

  it.each([
    ['wide', wide],
    ['tall', tall],
    ['of one pixel', noise(1, 1)],
    ['large', noise(400, 300)],
  ])('takes a %s image as decoded', async (_, image) => {
    const { anomaly_map: map, score, class_share: share } = await raw([image]);
    expect([map, score, share].map((value) => [value?.type, value?.dims])).toEqual([
      ['float32', [1, size, size]],
      ['float32', [1]],
      ['float32', [1, 3]],
    ]);
    const shares = Array.from(share?.data as Float32Array);
    expect(shares.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    // Each is a number of patches out of all.
    for (const value of shares) expect((value * grid ** 2) % 1).toBeCloseTo(0, 4);
    const pixels = Array.from(map?.data as Float32Array).sort((a, b) => b - a);
    const top = pixels.slice(0, Math.round(0.01 * size * size));
    expect(score?.data[0]).toBeCloseTo(top.reduce((sum, value) => sum + value, 0) / top.length, 4);
  });

  it('gives for two images together what it gives for each alone', async () => {
    const other = noise(90, 70, 3);
    const both = await raw([wide, other]);
    for (const [index, image] of [wide, other].entries()) {
      const alone = await raw([image]);
      for (const name of session.outputNames) {
        const part = both[name]?.data as Float32Array;
        const single = alone[name]?.data as Float32Array;
        single.forEach((value, at) => {
          expect(part[index * single.length + at]).toBeCloseTo(value, 4);
        });
      }
    }
    const scores = Array.from(both.score?.data as Float32Array);
    expect(scores[0]).not.toBeCloseTo(scores[1] as number, 4);
  });

  it('gives Detector.predict the same numbers as its raw outputs', async () => {
    const detector = await Detector.fromBytes(engine, bytes, 'model.onnx');
    for (const image of [wide, tall]) {
      const { anomaly_map: map, score, class_share: share } = await raw([image]);
      const prediction = await detector.predict(image);
      const shares = Array.from(share?.data as Float32Array);
      expect(prediction.score).toBe(score?.data[0]);
      expect(prediction.map).toEqual(map?.data);
      expect(Object.values(prediction.classShares)).toEqual(shares);
      expect(prediction.classShare).toBe(Math.max(...shares));
      expect(prediction.class).toBe(classes[shares.indexOf(Math.max(...shares))]);
      expect(prediction.threshold).toBeNull();
      expect(prediction.verdict).toBeNull();
    }
    await detector.release();
  });

  it("leaves out the image's own entries while thresholds are set", async () => {
    const calibration = await engine.load(graphOf(spec, { leaveOneOut: true }).toBytes());
    const verdictOf = async (id: number) => {
      const { score, anomaly_map } = await calibration.run({
        image: imageTensor([wide]),
        training_image: int64([id], [1]),
      });
      return { scores: floats(score), map: floats(anomaly_map) };
    };
    const plain = await raw([wide]);
    const strange = await verdictOf(9);
    expect(strange.scores).toEqual(plain.score?.data);
    expect(strange.map).toEqual(plain.anomaly_map?.data);
    for (const own of [0, 2]) {
      const smaller = await ort.InferenceSession.create(bytesOf(await specOf(null, own)), {
        logSeverityLevel: 3,
      });
      const expected = (await raw([wide], smaller)).score?.data[0] as number;
      expect(Math.abs(expected - (plain.score?.data[0] as number))).toBeGreaterThan(1e-2);
      const { scores } = await verdictOf(own);
      expect(scores[0]).toBeCloseTo(expected, 4);
      await smaller.release();
    }
    await calibration.release();
  });

  it('cuts the centre out where the geometry says so', async () => {
    const cropping = await ort.InferenceSession.create(bytesOf(await specOf(80)), { logSeverityLevel: 3 });
    // Of the square of 80 the outer 8 pixels are not seen: 20 of these 200 columns, but for what the filter mixes in.
    const image = noise(200, 80, 4);
    const changed = { ...image, data: image.data.slice() };
    for (let row = 0; row < 80; row++) {
      changed.data.fill(0, row * 600, row * 600 + 18 * 3);
      changed.data.fill(0, row * 600 + 182 * 3, (row + 1) * 600);
    }
    expect((await raw([changed], cropping)).anomaly_map?.data).toEqual(
      (await raw([image], cropping)).anomaly_map?.data,
    );
    expect((await raw([changed])).anomaly_map?.data).not.toEqual((await raw([image])).anomaly_map?.data);
    await cropping.release();
  });

  it('gives the verdict by the threshold of the recognised class: above is anomalous, at it is normal', async () => {
    const plain = await Detector.fromBytes(engine, bytes, 'model.onnx');
    const { score, class: className } = await plain.predict(wide);
    await plain.release();
    const verdictAt = async (threshold: number, name = className) => {
      const known = { threshold, achievableRate: 0.1, requestedRate: 0.1, count: 9 };
      const about = { ...metadata, thresholds: { [name]: known } };
      const detector = await Detector.fromBytes(engine, bytesOf(spec, about), 'model.onnx');
      const { verdict } = await detector.predict(wide);
      await detector.release();
      return verdict;
    };
    expect(await verdictAt(score)).toBe('normal');
    expect(await verdictAt(score - 1e-3)).toBe('anomalous');
    expect(await verdictAt(score + 1e-3)).toBe('normal');
    const other = classes.find((name) => name !== className) as string;
    expect(await verdictAt(score - 1e-3, other)).toBeNull();
  });

  it.each([
    ['a score', Float32Array.of(Number.NaN), Float32Array.of(1, 0, 0)],
    ['a share', Float32Array.of(2), Float32Array.of(Number.NaN, 0, 0)],
    ['an infinite score', Float32Array.of(Infinity), Float32Array.of(1, 0, 0)],
  ])('gives no verdict where %s is not a number', async (_, score, shares) => {
    const outputs = {
      score: float32(score, [1]),
      class_share: float32(shares.subarray(0, classes.length), [1, classes.length]),
      anomaly_map: float32(new Float32Array(size ** 2), [1, size, size]),
    };
    const broken = { ...engine, load: async () => ({ ...stub, run: async () => outputs }) };
    const detector = await Detector.fromBytes(broken, bytes, 'model.onnx');
    await expect(detector.predict(wide, 'part.jpg')).rejects.toThrow(
      /could not predict part\.jpg, on cpu: its score is not a number\./,
    );
  });

  it('reports in a sentence that the engine failed', async () => {
    const run = async () => {
      throw new Error('bad allocation\n   at somewhere');
    };
    const broken = { ...engine, load: async () => ({ ...stub, run }) };
    const detector = await Detector.fromBytes(broken, bytes, 'model.onnx');
    await expect(detector.predict(wide)).rejects.toThrow(
      /could not predict an image, on cpu: bad allocation\./,
    );
    await withFiles({ 'a.png': [9, 9], 'b.png': [9, 9] }, async (root) => {
      const targets = ['a.png', 'b.png'].map((mapName) => ({ path: join(root, mapName), mapName }));
      const lines = [];
      for await (const line of predictImages(detector, targets)) lines.push(line);
      const error = { code: 'ENGINE_FAILED', message: expect.any(String) };
      expect(lines).toEqual(targets.map(({ path }) => ({ path, error })));
    });
  });

  it('has thresholds from its scores of good images', async () => {
    const detector = await Detector.fromBytes(engine, bytes, 'model.onnx');
    const predictions = [];
    for (let number = 0; number < 5; number++)
      predictions.push(await detector.predict(noise(60, 60, number)));
    await detector.release();
    const { threshold, display } = calibrateClass(
      {
        scores: predictions.map(({ score }) => score),
        pixels: goodPixels(predictions.map(({ map }) => map)),
      },
      0.25,
    );
    const sorted = predictions.map(({ score }) => score).sort((a, b) => a - b);
    expect(threshold).toMatchObject({ threshold: sorted[4], count: 5, requestedRate: 0.25 });
    expect(display.low).toBeLessThan(display.high);
  });

  it('works with a backbone whose inner values have the names of our outputs', async () => {
    const { model } = spec.backbone;
    const text = (name: string) =>
      name === model.graph.node?.[0]?.output?.[0]
        ? 'score'
        : name === model.graph.node?.[1]?.output?.[0]
          ? 'features'
          : name;
    const nodes = model.graph.node?.map((node) => ({
      ...node,
      input: node.input?.map(text),
      output: node.output?.map(text),
    }));
    const renamed = decodeModel(encodeModel({ ...model, graph: { ...model.graph, node: nodes } }));
    const twin = { ...spec, backbone: { ...spec.backbone, model: renamed } };
    const detector = await Detector.fromBytes(engine, bytesOf(twin), 'model.onnx');
    expect((await detector.predict(wide)).score).toBe((await raw([wide])).score?.data[0]);
    await detector.release();
  });
});

describe('the class given with an image', () => {
  const thresholds = Object.fromEntries(
    classes.map((name, at) => [
      name,
      { threshold: at + 1, achievableRate: 0.1, requestedRate: 0.1, count: 9 },
    ]),
  );
  let detector: Detector;
  let own: string;
  let others: string[];

  beforeAll(async () => {
    detector = await Detector.fromBytes(engine, bytesOf(spec, { ...metadata, thresholds }), 'model.onnx');
    own = (await detector.predict(wide)).class;
    others = classes.filter((name) => name !== own);
  });

  afterAll(() => detector.release());

  it('changes nothing, to the last bit, where it is the one that the image votes for', async () => {
    const unasked = await detector.predict(wide);
    const { class: name, classShare, map, score } = unasked;
    const plain = await raw([wide]);
    expect([score, map]).toEqual([plain.score?.data[0], plain.anomaly_map?.data]);
    expect(unasked.recognised).toBeNull();
    expect(await detector.predict(wide, 'x.png', { class: own })).toEqual({
      ...unasked,
      recognised: { class: name, classShare },
    });
  });

  it('is searched, and gives threshold, verdict and share, where the image votes for another', async () => {
    const unasked = await detector.predict(wide);
    const found = await Promise.all(others.map((name) => detector.predict(wide, 'x.png', { class: name })));
    expect(new Set([unasked, ...found].map(({ score }) => score)).size).toBe(3);
    for (const [index, prediction] of found.entries()) {
      const name = others[index]!;
      const { threshold } = thresholds[name]!;
      expect(prediction).toMatchObject({
        class: name,
        classShare: unasked.classShares[name],
        classShares: unasked.classShares,
        recognised: { class: own, classShare: unasked.classShare },
        threshold,
        verdict: prediction.score > threshold ? 'anomalous' : 'normal',
        warnings: [{ code: 'CLASS', message: expect.stringContaining(`given as ${name}, but`) }],
      });
      expect(prediction.warnings[0]?.message).toMatch(
        new RegExp(`another: \\d+ % for ${own}, \\d+ % for ${name}`),
      );
    }
  });

  it('leaves the bytes that a detector was opened from as they were, a Buffer too', async () => {
    for (const given of [new Uint8Array(bytes), Buffer.from(bytes)]) {
      const again = await Detector.fromBytes(engine, given, 'model.onnx');
      await again.release();
      expect(Buffer.compare(given, bytes)).toBe(0);
    }
  });

  it('may be another for each image of a batch, or be left to it', async () => {
    const images = [wide, noise(90, 70, 3), wide, noise(90, 70, 5), wide];
    const given = [others[0], undefined, own, others[1], undefined];
    const together = await detector.predictAll(images, 'x.png', { classes: given });
    for (const [index, image] of images.entries()) {
      const alone = await detector.predict(image, 'x.png', { class: given[index] });
      expect(together[index]).toMatchObject({ class: alone.class, recognised: alone.recognised });
      expect(together[index]?.score).toBeCloseTo(alone.score, 4);
    }
    expect(together[0]?.score).not.toBeCloseTo(together[2]?.score as number, 4);
  });

  it('is the same with composed and with decomposed accents', async () => {
    const about = { ...metadata, classes: ['M\u00fctze', 'nut', 'cap'] };
    const capped = await Detector.fromBytes(engine, bytesOf(spec, about), 'model.onnx');
    const { class: name } = await capped.predict(wide, 'x.png', { class: 'Mu\u0308tze' });
    await capped.release();
    expect(name).toBe('M\u00fctze');
  });

  it.each(['', 'Bolt', 'bolt ', 'toString', '__proto__', '0', 'nut\0', 'n'.repeat(300)])(
    'is refused where the detector does not know it: %j',
    async (name) => {
      const refused = {
        code: 'CLASS_GIVEN_UNKNOWN',
        message: expect.stringContaining('knows bolt, nut, cap'),
      };
      await expect(detector.predict(wide, 'x.png', { class: name })).rejects.toMatchObject(refused);
      await expect(
        detector.predictAll([wide, wide], 'x.png', { classes: [own, name] }),
      ).rejects.toMatchObject(refused);
    },
  );

  it.each<[string, object, string]>([
    ['a number', { class: 1 }, 'ARGUMENT_INVALID'],
    ['null', { class: null }, 'ARGUMENT_INVALID'],
    ['misspelt', { klass: 'bolt' }, 'OPTION_UNKNOWN'],
    ['no option', 'bolt' as never, 'ARGUMENT_INVALID'],
  ])('is refused where it is %s', async (_, options, code) => {
    await expect(detector.predict(wide, 'x.png', options)).rejects.toMatchObject({ code });
  });

  it.each([[['bolt']], [['bolt', 'nut', 'cap']], [['bolt', null]], ['bolt']])(
    'is refused where a batch of two has %j',
    async (given) => {
      await expect(
        detector.predictAll([wide, wide], 'x.png', { classes: given as string[] }),
      ).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    },
  );

  it('decides on threshold and verdict alone where the method does not search by class', async () => {
    const source = {
      graph: (graph: Graph, image: Tensor) => {
        const map = mean(cast(image, 'float32'), { axes: [3] });
        const score = reduceMax(map, { axes: [1, 2] });
        const shares = graph.constant('shares', [0.25, 0.5, 0.25], [1, 3]);
        return { map, score, shares: add(mul(reshape(score, [-1, 1], 'N'), 0), shares) };
      },
    };
    const file = detectorGraph(source, classes).toBytes({
      [metadataKey]: JSON.stringify({ ...metadata, geometry: squareOf(8), thresholds }),
    });
    const without = await Detector.fromBytes(engine, file, 'model.onnx');
    expect([without.searchesByClass, detector.searchesByClass]).toEqual([false, true]);
    const image = noise(8, 8, 1);
    const [nut, cap] = [
      await without.predict(image),
      await without.predict(image, 'x.png', { class: 'cap' }),
    ];
    await without.release();
    expect([nut.class, nut.threshold, nut.score]).toEqual(['nut', 2, cap.score]);
    expect(cap).toMatchObject({ class: 'cap', classShare: 0.25, threshold: 3, recognised: { class: 'nut' } });
    expect(cap.warnings.map(({ code }) => code)).toEqual(['CLASS']);
  });
});

describe('a method that tells no classes apart', () => {
  const source = {
    graph: (_: Graph, image: Tensor) => {
      const map = mean(cast(image, 'float32'), { axes: [3] });
      return { map, score: reduceMax(map, { axes: [1, 2] }) };
    },
  };

  it('gives the only class a share of 1', async () => {
    const one = await engine.load(detectorGraph(source, ['bolt']).toBytes());
    const { class_share: shares } = await one.run({ image: imageTensor([wide, noise(90, 70, 3)]) });
    await one.release();
    expect(shares).toMatchObject({ shape: [2, 1], data: Float32Array.of(1, 1) });
  });

  it('is refused where there are several', () => {
    expect(() => detectorGraph(source, classes)).toThrow(
      /Expected the data set to be of one class, .* got bolt, nut, cap\./,
    );
  });
});

describe('a file that is no detector', () => {
  const open = (content: Uint8Array) => Detector.fromBytes(engine, content, 'part.onnx');

  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'no ONNX',
      () => new TextEncoder().encode('hello, this is text'),
      /part\.onnx: this is no usable detector/,
    ],
    ['empty', () => new Uint8Array(), /no usable detector/],
    ['cut off', () => bytes.subarray(0, Math.floor(bytes.length * 0.7)), /no usable detector/],
    ['without metadata', () => graphOf(spec).toBytes(), /no detector made by clad/],
    [
      'of a later format',
      () => bytesOf(spec, { ...metadata, format: 4 as never }),
      /it is of format 4, of a later version of clad/,
    ],
  ])('is refused with a sentence when it is %s', async (_, content, message) => {
    const error = await open(content()).then(
      () => expect.unreachable('it was opened'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name: 'CladError', code: 'DETECTOR_INVALID' });
    expect(error.message).toMatch(message);
  });

  it('is refused where it is not there', () =>
    withFolder(async (folder) => {
      await expect(openDetector(engine, `${folder}/none.onnx`)).rejects.toMatchObject({
        code: 'FILE_UNREADABLE',
      });
    }));
});
