/** @file Ground truth in the forms in which tools save it, through the built command line: the same shapes give the same numbers. */
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inspection } from '../../src/data/inspect.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { clad } from '../helpers/clad.ts';
import { copySmallTraining } from '../helpers/common-training.ts';
import { encoded, noise } from '../helpers/images.ts';
import { expectRefused } from '../helpers/refused.ts';

let folder = '';
let parts = '';
let run = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-masks-'));
  run = at('run');
  parts = await copySmallTraining(folder, 'run');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A copy of the parts whose masks `change` writes anew. */
async function variant(name: string, change: (mask: string) => Promise<void>): Promise<string> {
  const data = at(name);
  await cp(parts, data, { recursive: true });
  for (const file of await readdir(data, { recursive: true }))
    if (file.endsWith('_mask.png')) await change(join(data, file));
  return data;
}

/** One byte a pixel. */
const greyOf = (mask: string) => sharp(mask).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });

async function evaluated(data: string) {
  const { status, stdout, stderr } = await clad('evaluate', run, data, '--json');
  expect(status, stderr).toBe(0);
  const { classes, mean, saturated } = JSON.parse(stdout) as EvaluationDocument;
  return { numbers: { classes, mean }, saturated, stderr };
}

async function warningsOf(data: string): Promise<string[]> {
  const { stdout } = await clad('data', 'inspect', data, '--json');
  return (JSON.parse(stdout) as Inspection).problems.map(({ message }) => message);
}

describe('masks', () => {
  it('give the same numbers as JPEG, in the alpha channel, and in several files', async () => {
    const { numbers } = await evaluated(parts);
    expect(numbers.mean.pixelAuroc).toBeGreaterThan(0.5);
    const jpeg = await variant('jpeg', async (mask) => {
      await sharp(mask).jpeg({ quality: 75 }).toFile(mask.replace('.png', '.jpg'));
      await rm(mask);
    });
    const alpha = await variant('alpha', async (mask) => {
      const { data, info } = await greyOf(mask);
      const white = sharp({ create: { ...info, channels: 3, background: 'white' } });
      const layer = white.joinChannel(data, { raw: { width: info.width, height: info.height, channels: 1 } });
      await writeFile(mask, await layer.png().toBuffer());
    });
    // As MVTec LOCO has them: a folder an image.
    const pieces = await variant('pieces', async (mask) => {
      const { data, info } = await greyOf(mask);
      const own = join(mask, '..', basename(mask).replace('_mask.png', ''));
      await mkdir(own);
      for (const piece of [0, 1]) {
        const half = data.map((value, place) => (Math.floor(place / info.width) % 2 === piece ? value : 0));
        const grey = sharp(half, { raw: { width: info.width, height: info.height, channels: 1 } });
        await grey
          .toColourspace('b-w')
          .png()
          .toFile(join(own, `00${piece}.png`));
      }
      await rm(mask);
    });
    for (const data of [jpeg, alpha, pieces]) {
      const other = await evaluated(data);
      expect(other.numbers, data).toEqual(numbers);
      expect(other.stderr, data).not.toMatch(/mask/);
      expect(other.saturated).toBeUndefined();
    }

    // With what MVTec LOCO says of its defects there is AU-sPRO beside the same numbers.
    const configure = async (pixel_value: number) => {
      const said = [
        { defect_name: 'blot', pixel_value, saturation_threshold: 3, relative_saturation: false },
      ];
      for (const name of ['disc', 'weave'])
        await writeFile(join(pieces, name, 'defects_config.json'), JSON.stringify(said));
    };
    await configure(255);
    const { numbers: same, saturated } = await evaluated(pieces);
    expect(same).toEqual(numbers);
    expect(saturated?.limit).toBe(0.05);
    for (const [name, { kinds, mean }] of Object.entries(saturated?.classes ?? {})) {
      expect(Object.keys(kinds)).toEqual(['blot']);
      expect(kinds.blot?.defects, name).toBe(2 * (kinds.blot?.images ?? 0));
      expect(kinds.blot?.imageAuroc).toBe(numbers.classes[name]?.imageAuroc);
      expect(kinds.blot?.auSpro).toBeGreaterThan(0);
      expect(mean.auSpro).toBe(kinds.blot?.auSpro);
    }
    expect(Object.keys(saturated?.classes ?? {})).toEqual(['disc', 'weave']);
    expect((await clad('evaluate', run, pieces)).stdout).toMatch(/AU-sPRO, to 0\.05[\s\S]*disc +blot/);
    // What cannot be used costs this metric of its class, and is told once.
    await configure(7);
    const unknown = await evaluated(pieces);
    expect(unknown.numbers).toEqual(numbers);
    expect(unknown.saturated).toBeUndefined();
    expect(
      unknown.stderr.match(/AU-sPRO of disc is left out: .*its value is 255, .* 7 for blot/g),
    ).toHaveLength(1);
    await configure(255);
    await writeFile(join(pieces, 'disc/defects_config.json'), '{}');
    const damaged = await evaluated(pieces);
    expect(Object.keys(damaged.saturated?.classes ?? {})).toEqual(['weave']);
    expect(damaged.stderr).toMatch(
      /AU-sPRO of disc is left out: .*defects_config\.json: cannot be read \(as the list/,
    );
  }, 120_000);

  it('that are inverted, empty or missing are named by evaluate and inspect', async () => {
    const odd = await variant('odd', async (mask) => {
      if (mask.includes('weave')) await writeFile(mask, await sharp(mask).negate().png().toBuffer());
      else if (mask.includes('000')) await writeFile(mask, await sharp(mask).linear(0, 0).png().toBuffer());
      else if (mask.includes('001')) await rm(mask);
    });
    const { stderr } = await evaluated(odd);
    expect(stderr).toMatch(
      /weave: 3 of 3 masks cover most of their image or its border, .* are they inverted\?/,
    );
    expect(stderr).toMatch(
      /One mask is empty, so these defects count as normal in pixel metrics: .*disc.*000_mask\.png/,
    );
    expect(stderr).toMatch(
      /disc\/test\/blot\/001\.png: anomalous image without a mask; expected ground_truth\/blot\/001_mask\.png\. Left out/,
    );
    const warnings = await warningsOf(odd);
    expect(warnings).toContainEqual(expect.stringMatching(/3 of 3 masks cover most/));
    expect(warnings).toContainEqual('the mask is empty');
    expect(warnings).toContainEqual(
      'anomalous image without a mask; expected ground_truth/blot/001_mask.png',
    );
  }, 60_000);

  it('with nearly the right name are refused, with the right name in the message', async () => {
    const named = await variant('named', (mask) => rename(mask, mask.replace('_mask', '-mask')));
    for (const ended of [await clad('evaluate', run, named), await clad('data', 'inspect', named)])
      expectRefused(
        ended,
        /blot\/000-mask\.png: this mask, as 2 more in its folder, has no image \(that of .*blot\/000\.png, .* would be called 000_mask\.png\)\./,
      );
  }, 60_000);
});

describe('a training', () => {
  it('names photographs of validation/good, and classes whose patches cover many pixels', async () => {
    const data = at('large');
    await cp(parts, data, { recursive: true });
    await mkdir(join(data, 'disc/validation/good'), { recursive: true });
    await cp(join(parts, 'disc/train/good/000.png'), join(data, 'disc/validation/good/000.png'));
    await writeFile(join(data, 'weave/train/good/large.png'), await encoded(noise(1760, 1120)));
    const { stderr, status } = await clad('train', data, '--out', at('never'), '--plan');
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/disc\/validation: one image for validation, neither trained on nor tested/);
    expect(stderr).toMatch(
      /weave: a patch covers up to 44 x 28 pixels of a photograph of 1760 x 1120, .*--tiles auto/,
    );
  }, 60_000);
});
