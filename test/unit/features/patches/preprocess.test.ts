import { describe, expect, it } from 'vitest';
import { normalize, resizeToInput } from '../../../../src/features/patches/preprocess.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { type Engine, floats } from '../../../../src/runtime/engine.ts';
import { nodeEngine } from '../../../../src/runtime/node.ts';
import { squareOf } from '../../../helpers/sizes.ts';

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

const webGpu = await nodeEngine({ device: 'webgpu' }).catch(() => undefined);

async function preprocess(height: number, width: number, size: number, resizeTo?: number, engine?: Engine) {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['N', 'H', 'W', 3]);
  const resized = resizeToInput(image, {
    ...squareOf(size),
    ...(resizeTo !== undefined && { resizeTo: squareOf(resizeTo) }),
  });
  graph.output('resized', resized);
  graph.output('input', normalize(graph, resized, imageNet));
  const session = await (engine ?? (await nodeEngine({ threads: 1 }))).load(graph.toBytes());
  // Red counts columns, green counts rows, blue is constant.
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, 200], (y * width + x) * 3);
  }
  const result = await session.run({ image: { dtype: 'uint8', shape: [1, height, width, 3], data } });
  await session.release();
  return result;
}

describe('resizing in the graph', () => {
  it('keeps the whole image: the corners of a ramp reach the corners', async () => {
    const { resized } = await preprocess(80, 120, 40);
    expect(resized!.shape).toEqual([1, 40, 40, 3]);
    const pixel = (y: number, x: number) =>
      Array.from(floats(resized).subarray((y * 40 + x) * 3, (y * 40 + x) * 3 + 3));
    // Shrinking 3 to 1 and 2 to 1: inside, an output pixel's centre lies at 3 (x + 0.5) - 0.5 and 2 (y + 0.5) - 0.5.
    expect(pixel(20, 20)[0]).toBeCloseTo(61, 3);
    expect(pixel(20, 20)[1]).toBeCloseTo(40.5, 3);
    expect(pixel(20, 20)[2]).toBeCloseTo(200, 3);
    expect(pixel(0, 0)[0]).toBeLessThan(2);
    expect(pixel(39, 39)[0]).toBeGreaterThan(117);
  });

  it.skipIf(!webGpu).each([undefined, 64])('runs on WebGPU, which cannot do it itself (%s)', async (side) => {
    const [there, here] = [await preprocess(90, 130, 40, side, webGpu), await preprocess(90, 130, 40, side)];
    expect(Array.from(floats(there.resized))).toEqual(Array.from(floats(here.resized)));
  });

  it('leaves an image of the input size exactly as it is', async () => {
    const { resized } = await preprocess(32, 32, 32);
    expect(Array.from(floats(resized).subarray(0, 9))).toEqual([0, 0, 200, 1, 0, 200, 2, 0, 200]);
  });

  it('cuts the centre out when asked to', async () => {
    const { resized } = await preprocess(64, 128, 47, 64);
    expect(resized!.shape).toEqual([1, 47, 47, 3]);
    // Rows are 64 already, columns are halved; the crop starts at (8, 8), whose centre lies at column 2 (8 + 0.5) - 0.5.
    const [column, row, blue] = floats(resized);
    expect(column).toBeCloseTo(16.5, 3);
    expect(row).toBe(8);
    expect(blue).toBeCloseTo(200, 3);
  });

  it('normalises by channel', async () => {
    const { input } = await preprocess(16, 16, 16);
    const blue = floats(input)[2 * 256]!;
    expect(blue).toBeCloseTo((200 / 255 - 0.406) / 0.225, 5);
    expect(input!.shape).toEqual([1, 3, 16, 16]);
  });
});
