/** @file The recipe of the built-in backbone, as far as it runs without a teacher: its images, and the backbone file of a student. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { loadBackbone } from '../../src/features/backbones/backbone.ts';
import { encodeModel } from '../../src/graph/index.ts';
import type { RgbImage } from '../../src/image/rgb.ts';

const tool = (name: string) => join(import.meta.dirname, '../../tools/distil', name);

it('draws images that depend on seed and number alone, of many kinds', async () => {
  const { drawnImage, side } = (await import(pathToFileURL(tool('images.mjs')).href)) as {
    drawnImage(seed: number, number: number, photographs: readonly string[]): Promise<RgbImage>;
    side: number;
  };
  const pixels = new Set<string>();
  let contrasts = 0;
  for (let number = 0; number < 24; number++) {
    const { width, height, data } = await drawnImage(7, number, []);
    expect([width, height, data.length]).toEqual([side, side, side * side * 3]);
    pixels.add(Buffer.from(data).toString('base64'));
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    contrasts += Math.sqrt(variance) > 5 ? 1 : 0;
  }
  expect(pixels.size).toBe(24);
  expect(contrasts).toBeGreaterThan(18);
  const again = await drawnImage(7, 3, []);
  expect(pixels).toContain(Buffer.from(again.data).toString('base64'));
});

it('makes a backbone file of a student: of the weights that come with clad, the built-in backbone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-distil-'));
  try {
    const out = join(folder, 'student.onnx');
    const weights = join(import.meta.dirname, '../../assets/builtin-backbone.safetensors');
    execFileSync(process.execPath, [tool('backbone.mjs'), weights, out]);
    const [made, own] = [await loadBackbone(out), await loadBackbone('builtin')];
    expect(Buffer.compare(encodeModel(made.model), encodeModel(own.model))).toBe(0);
    expect({ ...made.card, sha256: '' }).toEqual({ ...own.card, sha256: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
