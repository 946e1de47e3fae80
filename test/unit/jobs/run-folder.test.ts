/** @file A run's folder: begun once, continued by the same options only, its log rewound to a checkpoint. */
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBytes } from '../../../src/core/files.ts';
import { fingerprintOf } from '../../../src/data/fingerprint.ts';
import { modelPathOf, type RunConfig, RunFolder } from '../../../src/jobs/run-folder.ts';
import { cladPresets as presets } from '../../../src/methods/clad/clad-options.ts';
import { madeRun as config } from '../../helpers/made-run.ts';
import { withFolder } from '../../helpers/made-store.ts';

describe('a run folder', () => {
  it('is created, and gives its configuration again', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'runs', 'one');
      await new RunFolder(path).begin(config, false);
      expect(await new RunFolder(path).config()).toEqual(config);
      expect(await readFile(join(path, 'config.json'), 'utf8')).toMatch(/\n {2}"preset": "fast"/);
    }));

  it('may begin in a folder that holds other files', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'notes.txt'), 'mine');
      await new RunFolder(folder).begin(config, false);
      expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    }));

  it('is not begun twice', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      expect(() => run.requireFree(false)).not.toThrow();
      await run.begin(config, false);
      const message = `${folder}: there is a run already. Continue it with --resume, or give another --out.`;
      expect(() => run.requireFree(false)).toThrow(message);
      await expect(run.begin(config, false)).rejects.toThrow(message);
      expect(() => run.requireFree(true)).not.toThrow();
    }));

  it('is continued by the same options, or begun where there is none yet', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await run.begin(config, true);
      await run.begin(structuredClone(config), true);
      expect(await run.config()).toEqual(config);
    }));

  it.each<[string, Partial<RunConfig>, string]>([
    ['an option', { options: { ...presets.fast, seed: 3 } }, 'options.seed'],
    [
      'two options',
      {
        options: {
          ...presets.fast,
          losses: { ...presets.fast.losses, gamma: 1 },
          stage1: { ...presets.fast.stage1, steps: 3 },
        },
      },
      'options.losses.gamma, options.stage1.steps',
    ],
    [
      'a list',
      { options: { ...presets.fast, features: { ...presets.fast.features, layers: ['layer1'] } } },
      'options.features.layers',
    ],
    ['the images', { data: { ...config.data, fingerprint: 'g' } }, 'data.fingerprint'],
    ['the backbone', { backbone: { ...config.backbone, sha256: 'b' } }, 'backbone.sha256'],
    ['the method', { method: 'cras' }, 'method'],
    ['the textures', { textures: '/dtd' }, 'textures'],
    ['the device', { device: 'webgpu' }, 'device'],
    ['what is left out', { skipBroken: true }, 'skipBroken'],
  ])('is not continued where %s differs, and says which', (_, change, differing) =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await run.begin(config, false);
      await expect(run.begin({ ...config, ...change }, true)).rejects.toThrow(
        `${folder}: this run was begun with other values of ${differing}; --resume continues only the same run. Use those values, or give another --out.`,
      );
      expect(await run.config()).toEqual(config);
    }),
  );

  it('is read whatever options its version had, also of an unknown method', () =>
    withFolder(async (folder) => {
      const { seed: _, ...fewer } = presets.fast;
      const options = { ...fewer, loudness: { loud: true }, heldOut: 7 };
      const old: RunConfig = { ...config, method: 'elsewhere', methodFile: '/gone.mjs', options };
      await new RunFolder(folder).begin(old, false);
      expect(await new RunFolder(folder).config()).toEqual(old);
    }));

  it('is continued where its method has new options, with the values of the preset', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      const { evaluations: _, ...rest } = presets.fast;
      const { gamma: __, ...losses } = rest.losses;
      await run.begin({ ...config, options: { ...rest, losses } }, false);
      const changed = { ...presets.fast, losses: { ...presets.fast.losses, gamma: 1 } };
      await expect(run.begin({ ...config, options: changed }, true, [], presets.fast)).rejects.toThrow(
        'other values of options.losses.gamma;',
      );
      // Without the preset they would be other values.
      await expect(run.begin(config, true)).rejects.toThrow(
        'other values of options.losses.gamma, options.evaluations;',
      );
      await run.begin(config, true, [], presets.fast);
      expect(await run.config()).toEqual(config);
    }));

  it('is not continued where an option that it was begun with no longer exists', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await run.begin({ ...config, options: { ...presets.fast, loudness: 2 } }, false);
      await expect(run.begin(config, true, [], presets.fast)).rejects.toThrow(
        'other values of options.loudness;',
      );
    }));

  it('is not continued where photographs differ, and names them', () =>
    withFolder(async (folder) => {
      const record = (path: string, content: string) =>
        JSON.stringify(['disc', 'train', 'good', path, content]);
      const many = Array.from({ length: 9 }, (_, number) => record(`new/${number}.png`, '1:e'));
      const before = [record('a.png', '1:a'), record('b.png', '1:b'), record('c.png', '1:c')];
      const now = [record('a.png', '1:a'), record('b.png', '1:x'), ...many];
      const of = async (records: readonly string[]): Promise<RunConfig> => ({
        ...config,
        data: { ...config.data, fingerprint: await fingerprintOf(records) },
      });
      const run = new RunFolder(folder);
      await run.begin(await of(before), false, before);
      await run.begin(await of(before), true, before);
      const names = 'new/0.png, new/1.png, new/2.png, new/3.png, new/4.png, ...';
      await expect(run.begin(await of(now), true, now)).rejects.toThrow(
        `Of its training images: 9 added (${names}), 1 removed (c.png), 1 changed (b.png).`,
      );
      // A run of before, and one whose list is damaged, say no more than that they differ.
      await truncate(join(folder, 'data-files.jsonl'), 20);
      await expect(run.begin(await of(now), true, now)).rejects.toThrow(
        /data\.fingerprint; .*another --out\.$/,
      );
      await rm(join(folder, 'data-files.jsonl'));
      await expect(run.begin(await of(now), true, now)).rejects.toThrow(
        /data\.fingerprint; .*another --out\.$/,
      );
    }));

  it('is continued where data and backbone have been moved, and has their new place', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await run.begin(config, false);
      const moved = {
        ...config,
        data: { ...config.data, root: '/elsewhere' },
        backbone: { ...config.backbone, path: '/elsewhere/tiny.onnx' },
      };
      await run.begin(moved, true);
      expect(await run.config()).toEqual(moved);
    }));

  it('is not begun beside a detector file that no run there wrote', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await writeFile(run.model, '');
      for (const resume of [true, false])
        expect(() => run.requireFree(resume)).toThrow(`${run.model}: there is a file already`);
    }));

  it('removes temporary files that a killed process left, not those being written', () =>
    withFolder(async (folder) => {
      const old = join(folder, '.old.tmp');
      for (const path of [old, join(folder, '.new.tmp')]) await writeFile(path, '');
      await utimes(old, new Date(0), new Date(0));
      await new RunFolder(folder).begin(config, false);
      expect(await readdir(folder)).toEqual(['.new.tmp', 'config.json', 'data-files.jsonl']);
    }));

  it('is reported as unfinished where it has no detector', () =>
    withFolder(async (folder) => {
      await new RunFolder(folder).begin(config, false);
      await expect(modelPathOf(folder)).rejects.toThrow(
        `${folder}: the training is not finished, so there is no model.onnx. Continue it with \`clad train\` and --resume.`,
      );
      await symlink(join(folder, 'gone.onnx'), join(folder, 'model.onnx'));
      await expect(modelPathOf(folder).then(readBytes)).rejects.toThrow(
        /model\.onnx: cannot be read .*ENOENT/,
      );
      await rm(join(folder, 'model.onnx'));
      await writeFile(join(folder, 'model.onnx'), '');
      expect(await modelPathOf(folder)).toBe(join(folder, 'model.onnx'));
    }));

  it('names its data whatever its options were; a file of another program does not', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      expect(await run.originIfAny()).toBeUndefined();
      for (const [text, origin] of [
        [JSON.stringify({ ...config, options: { unknown: 1 } }), { data: config.data }],
        ['{"compilerOptions": {}}', undefined],
        ['{', undefined],
      ] as const) {
        await writeFile(join(folder, 'config.json'), text);
        expect(await run.originIfAny()).toEqual(origin);
      }
    }));

  it('is refused where its configuration fails its checksum, and read where that has none', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      const path = join(folder, 'config.json');
      await run.begin(config, false);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at += 7) {
        const damaged = Buffer.from(whole);
        damaged[at]! ^= 1 << (at % 8);
        await writeFile(path, damaged);
        await expect(run.config(), `byte ${at}`).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
        await expect(run.originIfAny()).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
      }
      await writeFile(path, JSON.stringify(config, null, 2));
      expect(await run.config()).toEqual(config);
    }));

  it('is refused where a folder has no configuration, or is missing', () =>
    withFolder(async (folder) => {
      for (const path of [folder, join(folder, 'missing')]) {
        await expect(new RunFolder(path).config()).rejects.toThrow(
          `${path}: no run here. Expected a folder that \`clad train --out\` wrote, or a detector file (.onnx).`,
        );
      }
    }));

  it.each([
    ['{"cladVersion": "0.1.0"', /config\.json: the file is damaged .*train again with another --out\.$/],
    ['[]', /config\.json: cannot be read/],
    [JSON.stringify({ ...config, options: [] }), /config\.json: cannot be read.*options/],
    [JSON.stringify({ ...config, method: 3 }), /method/],
  ])('with a damaged configuration is refused in a sentence: %.30s', (text, message) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'config.json'), text);
      await expect(new RunFolder(folder).config()).rejects.toMatchObject({
        name: 'CladError',
        message: expect.stringMatching(message),
      });
    }),
  );
});

describe('the log', () => {
  const entries = [
    { stage: 1, step: 10, losses: { total: 3 } },
    { stage: 1, step: 20, losses: { total: 2 } },
    { stage: 1, step: 20, selection: 0.9 },
    { stage: 1, step: 30, losses: { total: 1 } },
    { stage: 2, step: 5, losses: { total: 0.5 } },
    { stage: 2, step: 10, losses: { total: 0.25 } },
  ];
  const logged = async (folder: string) =>
    (await readFile(join(folder, 'log.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);

  it.each([
    [1, 0, 0],
    [1, 20, 3],
    [1, 25, 3],
    [1, 30, 4],
    [2, 0, 4],
    [2, 5, 5],
    [2, 10, 6],
  ])('rewound to stage %d, step %d keeps the first %d lines', (stage, step, kept) =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      for (const entry of entries) await run.log(entry);
      await run.rewindLog(stage, step);
      expect(await logged(folder)).toEqual(entries.slice(0, kept));
      await run.log({ stage: 2, step: 99 });
      expect((await logged(folder)).length).toBe(kept + 1);
    }),
  );

  it('keeps lines that are not about steps', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await run.log({ note: 'begun' });
      await run.log({ stage: 1, step: 10 });
      await run.rewindLog(1, 0);
      expect(await logged(folder)).toEqual([{ note: 'begun' }]);
    }));

  it('may be missing', () =>
    withFolder(async (folder) => {
      await new RunFolder(folder).rewindLog(1, 0);
      await expect(readFile(join(folder, 'log.jsonl'))).rejects.toThrow(/ENOENT/);
    }));

  it('loses the last line alone where a crash cut it off', () =>
    withFolder(async (folder) => {
      const run = new RunFolder(folder);
      await run.log(entries[0]!);
      await run.log(entries[1]!);
      await appendFile(join(folder, 'log.jsonl'), 'null\n7\n{"stage":1,"step":30,"loss');
      await run.rewindLog(1, 20);
      expect(await logged(folder)).toEqual(entries.slice(0, 2));
    }));
});

it('the cache of a run is removed with all that is in it, and may be missing', () =>
  withFolder(async (folder) => {
    const run = new RunFolder(folder);
    await run.clearCache();
    await mkdir(join(run.cache, 'features'), { recursive: true });
    await writeFile(join(run.cache, 'features', 'shard'), 'x');
    await run.clearCache();
    await expect(readFile(join(run.cache, 'features', 'shard'))).rejects.toThrow(/ENOENT/);
  }));
