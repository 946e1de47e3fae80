import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import {
  anySize,
  attach,
  decodeModel,
  encodeModel,
  Graph,
  type ModelProto,
} from '../../../../src/graph/index.ts';
import { float32, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import {
  averagedWindows,
  betweenWindows,
  merged,
  mixed,
  positioned,
  pyramid,
  type Sides,
  summed,
  windowed,
} from '../../../helpers/fixed-networks.ts';
import { hasShared, shared } from '../../../helpers/fixtures.ts';

const engine = await nodeEngine({ threads: 2 });

/** One file for any size, by its value `layer` or others. */
function freed(model: ModelProto) {
  const followed = anySize(model);
  const outputs = (model.graph.output ?? []).map(({ name }) => {
    const inner = model.graph.node?.find(({ output }) => output?.includes(name));
    // An output that is another value's copy is that one.
    const value = inner?.opType === 'Identity' ? (inner.input?.[0] ?? name) : name;
    const map = followed.maps.find((each) => each.name === value);
    if (!map) throw new Error(followed.obstacleOf(value));
    return { map, name: `any/${name}` };
  });
  return followed.write(outputs);
}

async function run(model: ModelProto, { height, width }: Sides, count = 1, seed = 0) {
  const session = await engine.load(encodeModel(model));
  try {
    const data = new Random('image', seed).fillNormal(new Float32Array(count * 3 * height * width));
    const outputs = await session.run({
      [model.graph.input?.[0]?.name ?? '']: float32(data, [count, 3, height, width]),
    });
    return Object.values(outputs).map((value) => ({ data: floats(value), shape: value.shape }));
  } finally {
    await session.release();
  }
}

/** What a file gives as tokens or as a map, as a map: by channel, then place. */
function byChannel({ data, shape }: { data: Float32Array; shape: readonly number[] }): number[] {
  if (shape.length === 4) return [...data];
  const [, places = 0, channels = 0] = shape;
  return Array.from(data, (_, at) => data[(at % places) * channels + Math.floor(at / places)] as number);
}

async function expectSame(one: ModelProto, other: ModelProto, sides: Sides, digits = 5) {
  const [found, expected] = [(await run(one, sides))[0]!, (await run(other, sides))[0]!];
  const wanted = byChannel(expected);
  expect(found.data).toHaveLength(wanted.length);
  const off = Math.max(...wanted.map((value, at) => Math.abs(value - found.data[at]!)));
  expect(off).toBeLessThan(10 ** -digits);
}

const square = (side: number): Sides => ({ height: side, width: side });

describe('attention in windows, exported for one size', () => {
  // 12 rows of 12 channels in windows of 4 x 4 or 3 x 3: no number tells by itself what it is.
  const sizes = [square(48), square(40), { height: 36, width: 60 }, { height: 52, width: 48 }];
  for (const window of [4, 3])
    for (const from of sizes)
      it(`of ${window} is at other sizes what is exported there, from ${from.width} x ${from.height}`, async () => {
        const kind = { channels: 12, window };
        const { model, sizeMultiple } = freed(windowed(from, kind));
        expect(sizeMultiple).toBe(1);
        for (const to of sizes) await expectSame(model, windowed(to, kind), to);
      });

  it('shifted: has the mask of as many windows as there are', async () => {
    const options = { channels: 12, window: 4, shift: 1 };
    for (const from of [square(48), { height: 32, width: 64 }]) {
      const { model, sizeMultiple } = freed(windowed(from, options));
      expect(sizeMultiple).toBe(16);
      for (const sides of [from, square(80), { height: 32, width: 48 }])
        await expectSame(model, windowed(sides, options), sides);
    }
    // The mask of Swin's first stage at 224 pixels, of 153 664 numbers.
    expect(freed(windowed(square(224), { channels: 14, window: 7, shift: 3 })).sizeMultiple).toBe(28);
  });

  it('tells a window by its place beside the batch where it has no biases', async () => {
    const kind = { channels: 12, window: 3, biased: false };
    await expectSame(freed(windowed(square(48), kind)).model, windowed(square(40), kind), square(40));
  });

  it('does not take as many heads for a window', async () => {
    const kind = { channels: 12, window: 4, heads: 4 };
    for (const from of [48, 40])
      for (const to of [40, 56])
        await expectSame(freed(windowed(square(from), kind)).model, windowed(square(to), kind), square(to));
  });

  it('takes several images where the file was made for one', async () => {
    const { model } = freed(windowed(square(48), { channels: 12, window: 4 }));
    const [both] = await run(model, square(40), 2, 1);
    expect(both?.shape).toEqual([2, 12, 10, 10]);
    const [alone] = await run(model, square(40), 1, 1);
    expect([...both!.data.subarray(0, alone!.data.length)]).toEqual([...alone!.data]);
  });
});

/** A table resized bicubically, widened where it shrinks, one axis after the other: written down apart from what is tested. */
function resizedTable(table: Float32Array, from: number, to: number, channels: number): Float32Array {
  const cubic = (x: number) => {
    const [a, t] = [-0.5, Math.abs(x)];
    if (t < 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
    return t < 2 ? a * (t ** 3 - 5 * t ** 2 + 8 * t - 4) : 0;
  };
  const scale = from / to;
  const wide = Math.max(scale, 1);
  const weights = Array.from({ length: to }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const all = Array.from({ length: from }, (_each, place) => cubic((place + 0.5 - centre) / wide));
    const sum = all.reduce((total, value) => total + value, 0);
    return all.map((value) => value / sum);
  });
  return Float32Array.from({ length: to * to * channels }, (_, at) => {
    const [row, column, channel] = [
      Math.floor(at / channels / to),
      Math.floor(at / channels) % to,
      at % channels,
    ];
    let value = 0;
    for (let y = 0; y < from; y++)
      for (let x = 0; x < from; x++)
        value += weights[row]![y]! * weights[column]![x]! * table[(y * from + x) * channels + channel]!;
    return value;
  });
}

describe('a table of positions for one grid', () => {
  const table = new Random('positions').fillNormal(new Float32Array(6 * 6 * 6));
  for (const kind of ['tokens', 'tokens with a class', 'map', 'map, channels last'] as const)
    it(`is resized for another, ${kind}`, async () => {
      const original = positioned(square(48), { kind, table });
      const { model } = freed(original);
      // At its own size every number stays.
      expect((await run(model, square(48)))[0]!.data).toEqual((await run(original, square(48)))[0]!.data);
      for (const side of [32, 72]) {
        const other = positioned(square(side), { kind, table: resizedTable(table, 6, side / 8, 6) });
        await expectSame(model, other, square(side), 4);
      }
      expect((await run(model, { height: 40, width: 64 }, 2))[0]!.shape).toEqual([2, 6, 5, 8]);
    });
});

describe('a table of rotary positions', () => {
  /** Cosines of places down and sines of places across, of one period, as DINOv3 has them. */
  const rotary = ({ height, width }: Sides) => {
    const [rows, columns] = [height / 8, width / 8];
    return Float32Array.from({ length: rows * columns * 6 }, (_, at) => {
      const [row, column] = [Math.floor(at / 6 / columns), Math.floor(at / 6) % columns];
      const turn = (place: number, count: number) => 2 * Math.PI * ((2 * place + 1) / count - 1);
      return at % 2 === 0 ? Math.cos(turn(row, rows)) : -Math.sin(turn(column, columns));
    });
  };
  const network = (sides: Sides) => positioned(sides, { kind: 'rotary', table: rotary(sides) });

  it('from the middle of the image to its ends is worked out for another', async () => {
    const { model } = freed(network({ height: 48, width: 64 }));
    for (const sides of [{ height: 48, width: 64 }, square(72), { height: 32, width: 56 }])
      await expectSame(model, network(sides), sides);
  });
});

describe('other numbers of one size', () => {
  for (const [what, network] of [
    ['a mean repeated and a map resized to baked sizes', pyramid],
    ['sums over letters', summed],
  ] as const)
    it(`are those of another there: ${what}`, async () => {
      const { model } = freed(network(square(48)));
      for (const sides of [square(48), square(64), { height: 32, width: 80 }])
        await expectSame(model, network(sides), sides);
      expect((await run(model, square(32), 2))[0]!.shape[0]).toBe(2);
    });
});

describe('what shows no rule for another size is refused with a sentence', () => {
  const reason = (model: ModelProto) => {
    try {
      freed(model);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing';
  };

  it('tables that are multiplied by, tables for each window, weights for each place', () => {
    const table = new Float32Array(216).fill(1);
    expect(reason(positioned(square(48), { kind: 'rotary', table }))).toMatch(
      /rotary positions.*\(Mul that makes/,
    );
    expect(reason(windowed(square(48), { channels: 12, window: 4, masked: true }))).toContain(
      'has a table for each of its windows that is no mask of shifted windows',
    );
    expect(reason(mixed(square(48)))).toContain('weights for each place of its grid');
  });

  it('windows that nothing tells from their number', () => {
    expect(reason(averagedWindows(square(64)))).toContain(
      '16 places apart as 4 and 4, and nothing in it tells',
    );
    expect(reason(betweenWindows(square(96)))).toContain(
      '24 places apart as 6 and 4, and nothing in it tells',
    );
  });

  it('sizes that fit together at some sizes only are a multiple that images have to have', async () => {
    const { model, sizeMultiple } = freed(merged(square(48)));
    expect(sizeMultiple).toBe(8);
    const oblong = { height: 40, width: 56 };
    await expectSame(model, merged(oblong), oblong);
  });
});

describe.skipIf(!hasShared)('an encoder of the shared folder', () => {
  it('that was brought to 448 pixels by hand is the same function there, and runs at 320 and back', async () => {
    const file = decodeModel(await readFile(join(shared, 'weights', 'mobilesam_tinyvit_448_op13.onnx')));
    const graph = new Graph();
    const image = graph.input('input', 'float32', [1, 3, 448, 448]);
    const names = ['layer1', 'layer2', 'layer3'].map((name) => ({ name }));
    attach(graph, file, { input: image }, names).forEach((value) => {
      graph.output(value.name, value);
    });
    const original = graph.toModel();
    const { model, sizeMultiple } = freed(original);
    expect(sizeMultiple).toBe(1);
    const [before, after] = [await run(original, square(448)), await run(model, square(448))];
    for (const [at, { data }] of before.entries()) {
      const off = data.reduce(
        (most, value, place) => Math.max(most, Math.abs(value - after[at]!.data[place]!)),
        0,
      );
      expect(off).toBeLessThan(1e-5);
    }
    expect((await run(model, square(320))).map(({ shape }) => shape)).toEqual([
      [1, 128, 40, 40],
      [1, 160, 20, 20],
      [1, 320, 20, 20],
    ]);
  });
});
