/** @file Real photographs of eleven classes: good ones that nobody trained on hardly ever have a warning, and those of a changed camera have. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/data/load.ts';
import { cameraProfile } from '../../../src/detector/camera/camera.ts';
import { cameraWarnings } from '../../../src/detector/camera/camera-warnings.ts';
import { evenly } from '../../../src/features/patches/class-foreground.ts';
import { decodeImage } from '../../../src/image/decode.ts';
import { lookAt } from '../../../src/image/look.ts';
import type { RgbImage } from '../../../src/image/rgb.ts';
import { shared } from '../../helpers/fixtures.ts';

const roots = ['real', 'more'].map((name) => join(shared, 'data', name)).filter((root) => existsSync(root));

/** Training images of these are so different in brightness that half the light is within what they show. */
const varied = new Set(['magnetic_tile', 'solar_mono', 'asphalt']);

describe.skipIf(roots.length === 0)('real photographs', () => {
  it('have warnings where the camera changed, and hardly any otherwise', async () => {
    const seen = (image: RgbImage) => ({ look: lookAt(image), source: image.source });
    const counts = { good: 0, warned: 0 };
    for (const root of roots) {
      const { samples, classes } = await loadDataset(root, {});
      for (const name of classes) {
        const own = samples.filter(({ className }) => className === name);
        const images = (of: typeof own, most: number) =>
          Promise.all(evenly(of, most).map(({ path }) => decodeImage(path)));
        const training = await images(
          own.filter(({ split }) => split === 'train'),
          40,
        );
        const profile = cameraProfile(training.map(seen));
        const good = await images(
          own.filter(({ split, anomalous }) => split === 'test' && !anomalous),
          20,
        );
        const warnings = (image: RgbImage) => cameraWarnings(profile, seen(image), 16);
        const shifted = (shift: (value: number) => number) =>
          good.filter((image) => warnings({ ...image, data: image.data.map(shift) }).length > 0).length;
        counts.good += good.length;
        counts.warned += good.filter((image) => warnings(image).length > 0).length;
        expect([name, shifted((value) => value >> 4)]).toEqual([name, good.length]);
        if (!varied.has(name)) expect([name, shifted((value) => value >> 1)]).toEqual([name, good.length]);
      }
    }
    expect(counts.good).toBeGreaterThan(50);
    expect(counts.warned / counts.good).toBeLessThan(0.01);
  });
});
