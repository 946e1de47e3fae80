/** @file The memory bank of a finished detector file without some images. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { askedWithoutOneImage, hasBank, withoutEntriesOf } from '../../../src/detector/bank-entries.ts';
import { bankNames, leaveOut, matchEntries } from '../../../src/features/memory-bank/memory-bank.ts';
import { decodeModel, encodeModel, Graph, type ModelProto } from '../../../src/graph/index.ts';
import { storeInHalf } from '../../../src/graph/rewrite/half-storage.ts';
import { float32, floats, int64 } from '../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../src/runtime/node.ts';

const width = 128;
const count = 200;
const random = new Random('bank entries');
const entries = random.fillNormal(new Float32Array(count * width));
const lengths = Float32Array.from({ length: count }, (_, entry) =>
  entries.subarray(entry * width, (entry + 1) * width).reduce((sum, each) => sum + each * each, 0),
);
const images = Array.from({ length: count }, (_, entry) => (entry * 7) % 10);
const queries = random.fillNormal(new Float32Array(16 * width));

/** A detector's bank alone. @param kept - entries it is made of; `own`: with the input that the training asks by */
function bankModel(kept: readonly number[], own = false): ModelProto {
  const graph = new Graph();
  const rows = graph.input('rows', 'float32', ['rows', width]);
  const pick = (each: Float32Array, size: number) =>
    Float32Array.from(kept.flatMap((entry) => [...each.subarray(entry * size, (entry + 1) * size)]));
  const whole = {
    entries: graph.constant(bankNames.entries, pick(entries, width), [kept.length, width]),
    norms: graph.constant(bankNames.lengths, pick(lengths, 1), [kept.length]),
  };
  const imagesOfKept = kept.map((entry) => images[entry]!);
  const bank = own ? leaveOut(whole, graph.input('training_image', 'int64', [1]), imagesOfKept) : whole;
  graph.output('distance', matchEntries(rows, bank, 3).distance);
  return decodeModel(graph.toBytes());
}

async function distances(model: ModelProto, image?: number, below?: number): Promise<number[]> {
  const session = await (await nodeEngine({})).load(encodeModel(model));
  try {
    const rows = float32(queries, [16, width]);
    const feeds = {
      rows,
      ...(image !== undefined && { training_image: int64([image], [1]) }),
      ...(below !== undefined && { below_rank: int64([below], [1]) }),
    };
    return [...floats((await session.run(feeds)).distance)];
  } finally {
    await session.release();
  }
}

const all = Array.from({ length: count }, (_, entry) => entry);
const whole = bankModel(all);

describe('a finished detector without the entries of some images', () => {
  const gone = new Set([2, 5, 6]);
  const left = bankModel(all.filter((entry) => !gone.has(images[entry]!)));

  it('gives the scores of one that never had them', async () => {
    const changed = await distances(withoutEntriesOf(whole, images, gone));
    (await distances(left)).forEach((expected, row) => {
      expect(changed[row]).toBeCloseTo(expected, 5);
    });
    expect(changed).not.toEqual(await distances(whole));
  });

  it('gives them again in half precision, and when it is done twice', async () => {
    const halved = await distances(storeInHalf(withoutEntriesOf(whole, images, gone)));
    (await distances(storeInHalf(left))).forEach((expected, row) => {
      expect(halved[row]).toBeCloseTo(expected, 4);
    });
    const twice = withoutEntriesOf(withoutEntriesOf(whole, images, new Set([2])), images, gone);
    expect(await distances(twice)).toEqual(await distances(withoutEntriesOf(whole, images, gone)));
  });

  it('leaves the file it was made from unchanged', () => {
    const before = Buffer.from(encodeModel(whole));
    withoutEntriesOf(whole, images, gone);
    expect(Buffer.from(encodeModel(whole)).equals(before)).toBe(true);
  });
});

describe("a finished detector that leaves out one image's entries", () => {
  it('gives bit for bit the score that the training had', async () => {
    const asked = askedWithoutOneImage(whole, images);
    for (const image of [0, 3, 9])
      expect(await distances(asked, image)).toEqual(await distances(bankModel(all, true), image));
  });

  it('leaves out those of a rank and above too, where there are ranks', async () => {
    // The later an image, the higher its rank.
    const asked = askedWithoutOneImage(whole, images, images);
    for (const [image, below] of [
      [3, 6],
      [8, 6],
      [3, 10],
    ] as const) {
      const kept = all.filter((entry) => images[entry]! < below && images[entry] !== image);
      const expected = await distances(bankModel(kept));
      (await distances(asked, image, below)).forEach((distance, row) => {
        expect(distance).toBeCloseTo(expected[row]!, 4);
      });
    }
    expect(await distances(asked, 3, 10)).toEqual(await distances(askedWithoutOneImage(whole, images), 3));
  });

  it('has the input and changes nothing where there is no bank', async () => {
    const graph = new Graph();
    graph.output('distance', graph.input('rows', 'float32', ['rows', width]));
    const model = decodeModel(graph.toBytes());
    expect(hasBank(model)).toBe(false);
    expect(await distances(askedWithoutOneImage(model, []), 4)).toEqual([...queries]);
  });

  it('refuses a bank of another size', () => {
    expect(() => askedWithoutOneImage(whole, images.slice(1))).toThrow(/no memory bank of so many/);
  });
});
