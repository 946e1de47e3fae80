/** @file A method that a program has made is trained as one by name or file is. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGoodImagesFile } from '../../../../src/jobs/good-images/good-images-file.ts';
import { train } from '../../../../src/jobs/train/train.ts';
import type { CommonOptions, Method, StoredImages, View } from '../../../../src/methods/contract.ts';
import * as kit from '../../../../src/methods/kit.ts';
import { loadMethod } from '../../../../src/methods/registry.ts';
import { resolveOptions } from '../../../../src/methods/resolve-options.ts';
import { writeParts } from '../../../helpers/parts.ts';
import { writeTinyBackbone } from '../../../helpers/tiny-backbone.ts';

const file = fileURLToPath(new URL('../../../fixtures/methods/contrast.mjs', import.meta.url));
const made: Method = (await import(file)).default(kit);

let folder = '';
let backbone = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-object-'));
  await writeParts(folder);
  backbone = await writeTinyBackbone(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const trainIn = (out: string, method: string | Method, size = 32, resume = false) =>
  train({
    data: join(folder, 'disc'),
    out: join(folder, out),
    backbone,
    method,
    preset: 'plain',
    options: resolveOptions(made, 'plain', [`size=${size}`, 'synthesis.perImage=0']),
    resume,
  });
const record = async (out: string) => JSON.parse(await readFile(join(folder, out, 'config.json'), 'utf8'));

describe('a method as an object', () => {
  it('is trained, recorded by its name alone, and goes on with the same object and options', async () => {
    const { metadata, model } = await trainIn('object', made);
    expect(metadata.method).toBe('contrast');
    expect(await record('object')).toMatchObject({
      method: 'contrast',
      methodFile: null,
      methodSha256: null,
    });
    const before = await readFile(model);
    await rm(model);
    await trainIn('object', made, 32, true);
    // The date differs.
    expect((await readFile(model)).length).toBe(before.length);
    await expect(trainIn('object', made, 48, true)).rejects.toMatchObject({ code: 'RUN_DIFFERS' });
    await expect(trainIn('object', file, 32, true)).rejects.toThrow(/other values of methodSha256;/);
  });

  it('from a file is recorded with the file', async () => {
    await trainIn('loaded', await loadMethod(file));
    expect(await record('loaded')).toMatchObject({ method: 'contrast', methodFile: file });
    await expect(trainIn('loaded', file, 32, true)).resolves.toMatchObject({ steps: null });
  });

  it('that is none is refused before anything is read', async () => {
    const refused = (method: object) => expect(trainIn('none', method as Method)).rejects;
    await refused({ ...made, fit: undefined }).toThrow(
      /^The method contrast cannot be used: it lacks the function fit/,
    );
    await refused({}).toThrow(/^The method without a name cannot be used: its name is no word/);
    await refused({ ...made, name: 'clad' }).toThrow(/its name, clad, is that of a method that comes with/);
    await refused(3 as never).toThrow('train: expected request.method to be a text or a method, got 3.');
  });

  it('that has stored something of its images has thresholds by that, and is told what it lacks', async () => {
    const input = { dtype: 'float32', shape: [1] } as const;
    const stored: StoredImages = {
      input,
      read: async (id) => ({ ...input, data: Float32Array.of(id) }),
      graph: (graph, number) => ({
        map: kit.graph.add(graph.constant('flat', new Float32Array(32 * 32), [1, 32, 32]), number),
        score: number,
      }),
    };
    const storing = (given: StoredImages): Method => ({
      ...made,
      fit: async (context) => ({ ...(await made.fit(context)), stored: given }),
    });
    await trainIn('stored', storing(stored));
    const { images } = await readGoodImagesFile(join(folder, 'stored/good-images.json'));
    expect(images.map(({ score }) => score)).toEqual([...images.keys()]);
    for (const lacking of [null, {}, { ...stored, read: undefined }, { ...stored, input: {} }])
      await expect(trainIn('lacking', storing(lacking as StoredImages), 32, true)).rejects.toThrow(
        'its fit gave no stored with functions read and graph, and an input with dtype and shape',
      );
  });

  it('tells of its own errors as they are, and of what it gives that is no view', async () => {
    const broken = new RangeError('mine');
    const fit = async () => {
      throw broken;
    };
    await expect(trainIn('throws', { ...made, fit })).rejects.toBe(broken);
    const view = async (_: CommonOptions) => ({}) as View;
    await expect(trainIn('blind', { ...made, view })).rejects.toThrow(/its view gave no geometry/);
  });
});
