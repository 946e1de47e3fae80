/** @file The one result: what a detector says of an image, with an engine that says what it is told to. */
import { describe, expect, it } from 'vitest';
import { Detector } from '../../../src/detector/detector.ts';
import { detectorBytes } from '../../../src/detector/detector-bytes.ts';
import type { DetectorMetadata } from '../../../src/detector/metadata.ts';
import { sharesInOrder, verdictOf, withRegions } from '../../../src/detector/prediction.ts';
import { decodeModel, Graph, mul } from '../../../src/graph/index.ts';
import { type Engine, float32 } from '../../../src/runtime/engine.ts';
import { madeMetadata } from '../../helpers/made-metadata.ts';
import { squareOf } from '../../helpers/sizes.ts';

const size = 4;
/** As keys of an object these come in another order, and one of them is no ordinary key. */
const classes = ['10', '2', '__proto__', 'nut'];
/** A hot corner of 2 x 1 pixels. */
const map = Float32Array.from({ length: size * size }, (_, pixel) => (pixel < 2 ? 5 + pixel : 1));

function metadataWith(thresholds: DetectorMetadata['thresholds']): DetectorMetadata {
  return { ...madeMetadata, classes, geometry: squareOf(size), thresholds, display: {} };
}

/** A detector whose engine gives these shares, and the map above, for every image. */
async function detectorWith(shares: readonly number[], thresholds: DetectorMetadata['thresholds']) {
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [1]), 2));
  const bytes = detectorBytes(decodeModel(graph.toBytes()), metadataWith(thresholds));
  const engine: Engine = {
    device: 'cpu',
    threads: 1,
    load: async () => ({
      run: async ({ image }) => {
        const count = image!.shape[0]!;
        const each = (values: ArrayLike<number>) =>
          Float32Array.from({ length: count * values.length }, (_, at) => values[at % values.length]!);
        return {
          anomaly_map: float32(each(map), [count, size, size]),
          score: float32(each([6]), [count]),
          class_share: float32(each(shares), [count, classes.length]),
        };
      },
      release: async () => {},
    }),
  };
  return Detector.fromBytes(engine, bytes, 'model.onnx');
}

const image = { width: 40, height: 20, data: new Uint8Array(40 * 20 * 3).fill(90) };
const threshold = { threshold: 3, achievableRate: 0.02, requestedRate: 0.02, count: 50 };

describe('a prediction', () => {
  it('has the class with the most votes, all shares by name, and regions on the image', async () => {
    const detector = await detectorWith([0.125, 0.25, 0, 0.625], { nut: threshold });
    const { map: raw, ...said } = await detector.predict(image);
    expect(raw).toEqual(map);
    expect(said).toEqual({
      class: 'nut',
      classShare: 0.625,
      classShares: Object.fromEntries([
        ['10', 0.125],
        ['2', 0.25],
        ['__proto__', 0],
        ['nut', 0.625],
      ]),
      recognised: null,
      score: 6,
      threshold: 3,
      verdict: 'anomalous',
      regions: [{ x: 0, y: 0, width: 20, height: 5, area: 100, peak: 6 }],
      warnings: [],
    });
    // A line of JSON has all of it.
    expect(JSON.parse(JSON.stringify(said))).toEqual(said);
  });

  it('before calibration has a null threshold and no regions', async () => {
    const detector = await detectorWith([1, 0, 0, 0], {});
    const said = await detector.predict(image);
    expect(said).toMatchObject({ class: '10', threshold: null, verdict: null, regions: [] });
    expect(JSON.parse(JSON.stringify(said))).toMatchObject({ threshold: null, verdict: null });
  });

  it('is the same alone, in a batch, and with its regions found elsewhere', async () => {
    const detector = await detectorWith([0, 0, 0, 1], { nut: threshold });
    const alone = await detector.predict(image);
    expect(await detector.predictAll([image, image])).toEqual([alone, alone]);
    const [raw] = await detector.predictRaw([image]);
    expect(raw).not.toHaveProperty('regions');
    expect(withRegions(detector.metadata, structuredClone(raw!), image)).toEqual(alone);
  });
});

describe('shares', () => {
  it('come back in the order of the classes, whatever their names', async () => {
    const shares = [0.125, 0.25, 0.5, 0.125];
    const detector = await detectorWith(shares, {});
    expect(sharesInOrder(await detector.predict(image), classes)).toEqual(shares);
  });
});

describe('a verdict', () => {
  it('is anomalous above the threshold, not at it, and none without one', () => {
    const map = new Float32Array(100);
    const verdict = (score: number, threshold?: number) =>
      verdictOf({ score, map }, threshold === undefined ? undefined : { threshold });
    expect([verdict(3, 3), verdict(3.001, 3), verdict(3)]).toEqual(['normal', 'anomalous', null]);
  });
  it('is unknown where an anomalous image has hardly a spot that looks like its class', () => {
    const threshold = { threshold: 3, unknownAbove: 1 };
    // Defective nearly everywhere, and but for a tenth.
    const everywhere = new Float32Array(1300).fill(5);
    const nearly = Float32Array.from(everywhere, (value, at) => (at % 10 === 0 ? 0 : value));
    expect(verdictOf({ score: 5, map: everywhere }, threshold)).toBe('unknown');
    expect(verdictOf({ score: 5, map: nearly }, threshold)).toBe('anomalous');
    // What passes is normal, whatever its floor.
    expect(verdictOf({ score: 3, map: everywhere }, threshold)).toBe('normal');
    expect(verdictOf({ score: 5, map: everywhere }, { threshold: 3 })).toBe('anomalous');
  });
});
