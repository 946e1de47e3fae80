/** @file Named regions in a detector's graph: each has the score that it would have alone, the class has the largest of them with their offsets, and other classes keep their numbers. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { anomalyMap, imageScore } from '../../../../src/detector/heat/anomaly-map.ts';
import { withWhole } from '../../../../src/detector/heat/whole-scores.ts';
import { withOffsetsOf } from '../../../../src/detector/roi/named-constants.ts';
import {
  failsIn,
  namedResults,
  thresholdOfRegion,
  withOtherOffsets,
} from '../../../../src/detector/roi/named-results.ts';
import { regionsIn } from '../../../../src/detector/roi/roi-constants.ts';
import { withRegions } from '../../../../src/detector/roi/roi-graph.ts';
import {
  decodeModel,
  encodeModel,
  Graph,
  type ModelProto,
  mul,
  reshape,
} from '../../../../src/graph/index.ts';
import type { Grid } from '../../../../src/image/geometry.ts';
import { namedRegion, withOffsets } from '../../../../src/image/roi/named-region.ts';
import { type ClassRegions, regionOfInterest } from '../../../../src/image/roi/region-of-interest.ts';
import { sharesOfVotes } from '../../../../src/methods/shared/patch-model.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';

const grid = { rows: 6, columns: 8 };
const size = { width: 40, height: 24 };
const [patches, perMap] = [48, 40 * 24];
const engine = await nodeEngine({ threads: 2 });

/** A graph of two classes behind scores and votes of patches, which are inputs. @param ofPatches - the image's score is a patch's, not of the map */
function detector(topShare: number, ofPatches = false, seen: Grid = grid): ModelProto {
  const graph = new Graph();
  const scores = mul(graph.input('scores', 'float32', ['rows']), 1);
  const map = anomalyMap(withWhole(scores, seen), grid, { ...size, blurSigma: 2 });
  graph.output('anomaly_map', map);
  const own = reshape(scores, [-1, grid.rows, grid.columns], 'N');
  graph.output(
    'score',
    ofPatches ? imageScore(own, { width: 8, height: 6 }, 0) : imageScore(map, size, topShare),
  );
  graph.output('class_share', sharesOfVotes(graph.input('votes', 'float32', ['rows', 2]), patches, 2));
  return decodeModel(graph.toBytes());
}

const drawn = (inside: (x: number, y: number) => boolean) =>
  Uint8Array.from({ length: perMap }, (_, pixel) => (inside(pixel % 40, Math.floor(pixel / 40)) ? 1 : 0));
/** Beside each other, so that patches on the line between belong to both. */
const label = drawn((x, y) => x < 13 && y > 3);
const thread = drawn((x, y) => x >= 13 && x < 30 && y < 14);
const region = namedRegion(
  [
    { name: 'label', data: label },
    { name: 'thread', data: thread },
  ],
  size,
  grid,
);
const alone = [label, thread].map((data) => regionOfInterest({ ...size, data }, grid));
const offsets = [0.5, -0.25];
const bolts: ClassRegions = [withOffsets(region, offsets), undefined];

/** @param classes - of the images */
async function said(model: ModelProto, scores: Float32Array, classes: readonly number[]) {
  const session = await engine.load(encodeModel(model));
  try {
    const votes = Float32Array.from(
      classes.flatMap((each) => Array.from({ length: patches * 2 }, (_, at) => (at % 2 === each ? 1 : 0.1))),
    );
    const rows = classes.length * patches;
    const outputs = await session.run({
      scores: float32(scores, [rows]),
      votes: float32(votes, [rows, 2]),
    });
    const map = floats(outputs.anomaly_map);
    return {
      score: Array.from(floats(outputs.score)),
      map: classes.map((_, image) => map.slice(image * perMap, (image + 1) * perMap)),
      regions: outputs.region_score && Array.from(floats(outputs.region_score)),
    };
  } finally {
    await session.release();
  }
}

const scoresOf = (images: number, seed = 1) =>
  new Random('scores', seed).fillNormal(new Float32Array(images * patches)).map((value) => 2 + value);

describe.each([
  ['the mean of the highest', 0.05],
  ['the highest', 0],
])('named regions, where the score is %s', (_, topShare) => {
  const plain = detector(topShare);
  const named = withRegions(plain, bolts);

  it('have the score and the map that each would have alone, with their offsets', async () => {
    const scores = scoresOf(1);
    const all = await said(named, scores, [0]);
    const each = await Promise.all(
      alone.map((one) => said(withRegions(plain, [one, undefined]), scores, [0])),
    );
    expect(all.regions).toHaveLength(2);
    each.forEach((one, at) => {
      expect(all.regions![at]).toBeCloseTo(one.score[0]!, 5);
    });
    const moved = all.regions!.map((score, at) => Math.fround(score + offsets[at]!));
    expect(all.score[0]).toBe(Math.max(...moved));
    for (const [at, mask] of [label, thread].entries())
      for (let pixel = 0; pixel < perMap; pixel++)
        if (mask[pixel] !== 0)
          expect(all.map[0]![pixel]).toBeCloseTo(each[at]!.map[0]![pixel]! + offsets[at]!, 5);
    expect(all.map[0]!.filter((_, pixel) => region.pixels[pixel] === 0).every((value) => value === 0)).toBe(
      true,
    );
  });

  it('bring nothing into each other, where no patch is of both', async () => {
    const clean = scoresOf(1);
    const smudged = clean.map((score, patch) =>
      alone[1]!.patches[patch] === 1 && alone[0]!.patches[patch] === 0 ? 50 : score,
    );
    const [before, after] = [await said(named, clean, [0]), await said(named, smudged, [0])];
    expect(after.regions![0]).toBe(before.regions![0]);
    expect(after.regions![1]).toBeGreaterThan(before.regions![1]! + 10);
  });

  it('leave a class without any as it was, to the last bit, alone and beside others', async () => {
    const scores = scoresOf(3);
    const [before, after] = [await said(plain, scores, [1, 1, 1]), await said(named, scores, [1, 0, 1])];
    for (const image of [0, 2]) {
      expect(after.score[image]).toBe(before.score[image]);
      expect(after.map[image]).toEqual(before.map[image]);
      expect(after.regions!.slice(2 * image, 2 * image + 2)).toEqual([0, 0]);
    }
    const one = await said(named, scores.slice(patches, 2 * patches), [0]);
    expect(after.score[1]).toBe(one.score[0]);
    expect(after.regions!.slice(2, 4)).toEqual(one.regions);
    expect(after.map[1]).toEqual(one.map[0]);
  });

  it('have the numbers of a region without a name, where there is one', async () => {
    const only = namedRegion([{ name: 'label', data: label }], size, grid);
    const scores = scoresOf(1, 2);
    const [one, other] = [
      await said(withRegions(plain, [only, undefined]), scores, [0]),
      await said(withRegions(plain, [alone[0]!, undefined]), scores, [0]),
    ];
    expect(one.score[0]).toBeCloseTo(other.score[0]!, 5);
    expect(one.regions).toEqual(one.score);
  });

  it('are read out of the file again, and take other offsets, more classes and fewer regions', async () => {
    const [first, second] = regionsIn(named)!;
    expect(second).toBeUndefined();
    expect(first!.named).toEqual(
      bolts[0]!.named!.map((each, at) => ({
        ...each,
        name: String(at + 1),
        offset: Math.fround(each.offset),
      })),
    );
    const scores = scoresOf(1);
    const unmoved = withOffsetsOf(named, [[0, 0], []]);
    const zero = await said(unmoved, scores, [0]);
    expect(zero.score[0]).toBe(Math.max(...zero.regions!));
    // What a person sets while a detector is open gives the same.
    const open = { score: zero.score[0]!, map: zero.map[0]! };
    const wanted = await said(named, scores, [0]);
    const set = withOtherOffsets(open, region, bolts[0]!, zero.regions!);
    expect(set.score).toBe(wanted.score[0]);
    set.map.forEach((value, pixel) => {
      expect(value).toBeCloseTo(wanted.map[0]![pixel]!, 5);
    });
    const gone = withRegions(named, [alone[0], undefined]);
    expect((await said(gone, scores, [0])).score).toEqual(
      (await said(withRegions(plain, [alone[0], undefined]), scores, [0])).score,
    );
    const more = withRegions(withRegions(plain, [undefined, alone[1]]), [bolts[0], alone[1]]);
    expect((await said(more, scores, [0])).score).toEqual(wanted.score);
  });
});

it('are of the patches of the map alone, where the whole is seen beside tiles', () => {
  const both = { ...grid, whole: { rows: 3, columns: 4 } };
  const own = withOffsets(
    namedRegion(
      [
        { name: '1', data: label },
        { name: '2', data: thread },
      ],
      size,
      both,
    ),
    offsets,
  );
  const model = withRegions(detector(0.05, false, both), [undefined, own]);
  const read = regionsIn(model);
  expect(read).toEqual([undefined, own]);
  // As an update writes them.
  expect(regionsIn(withRegions(model, read))).toEqual(read);
});

it('refuses named regions where the image score is not of the map, and takes one without a name', () => {
  const other = detector(0, true);
  expect(() => withRegions(other, bolts)).toThrow('cannot have named regions');
  expect(withRegions(other, [alone[0], undefined])).not.toBe(other);
});

it('says of each region what its score means, and fails an image where one of them does', () => {
  const results = namedResults(bolts[0]!, [3, 4.5], 4);
  expect(results).toEqual([
    { name: 'label', score: 3, threshold: 3.5, margin: -0.5, verdict: 'normal' },
    { name: 'thread', score: 4.5, threshold: 4.25, margin: 0.25, verdict: 'anomalous' },
  ]);
  expect(namedResults(bolts[0]!, [3, 4.5], undefined)[0]).toEqual({
    name: 'label',
    score: 3,
    threshold: null,
    margin: null,
    verdict: null,
  });
});

it('counts a score that makes up the threshold as none above it, whatever its own threshold is as a number', () => {
  const offset = Math.fround(0.3);
  let beside = 0;
  for (let at = 0; at < 200; at++) {
    const score = Math.fround(3 + at * 0.0137);
    const threshold = Math.fround(score + offset);
    beside += Number(score > thresholdOfRegion(threshold, { offset }));
    expect(failsIn({ offset }, score, threshold)).toBe(false);
    expect(failsIn({ offset }, Math.fround(score + 1e-5), threshold)).toBe(true);
  }
  expect(beside).toBeGreaterThan(20);
});
