/** @file What goes wrong around a training: folders in each other, broken files beside the photographs, settings nobody can follow. */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardText } from '../../src/features/backbones/backbone-card.ts';
import { clad, startCladWith } from '../helpers/clad.ts';
import { writeParts } from '../helpers/parts.ts';
import { expectComplaint, expectRefused } from '../helpers/refused.ts';
import { tinySettings } from '../helpers/small-training.ts';
import { tinyBackboneBytes, tinyCard, writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const short = [
  ...['--preset', 'fast'],
  ...[...tinySettings, 'stage1.steps=6', 'stage2.steps=4', 'evaluations=1'].flatMap((text) => [
    '--set',
    text,
  ]),
];

let folder = '';
let parts = '';
let backbone = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-mishaps-'));
  parts = at('parts');
  await writeParts(parts);
  backbone = await writeTinyBackbone(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const train = (data: string, out: string, ...more: readonly string[]) =>
  clad('train', data, '--out', out, '--backbone', backbone, ...short, ...more);

describe('an output folder', () => {
  it('within the data set is refused, since it would be read as a class', async () => {
    const before = await readdir(parts);
    expectRefused(await train(parts, join(parts, 'run')), /Expected --out to be outside the data set/);
    const cache = ['--cache', join(parts, 'cache')];
    expectRefused(await train(parts, at('x'), ...cache), /Expected --cache to be outside the data set/);
    const grid = ['compare', parts, '--out', join(parts, 'grid'), '--backbone', backbone];
    expectRefused(await clad(...grid), /outside the data set/);
    // By whatever link.
    await symlink(parts, at('link'));
    expectRefused(await train(parts, at('link', 'run')), /Expected --out to be outside the data set/);
    expectRefused(await train(at('link'), join(parts, 'run')), /Expected --out to be outside the data set/);
    expect(await readdir(parts)).toEqual(before);
    expect(existsSync(at('x'))).toBe(false);
  });

  it('that is a file is refused before the photographs are read', async () => {
    await writeFile(at('a file'), '');
    expectRefused(await train(parts, at('a file')), /a file: expected a folder, this is a file/);
    expectRefused(await train(parts, at('a file', 'run')), /a file: expected a folder, this is a file/);
  });

  // Root may write anywhere.
  it.skipIf(process.getuid?.() === 0)('without write permission is refused in a sentence', async () => {
    await mkdir(at('locked'));
    await chmod(at('locked'), 0o500);
    expectRefused(await train(parts, at('locked', 'run')), /locked: .*\(no permission\)/);
  });
});

describe('a worker thread that dies', () => {
  it('ends the training with a sentence, from which it can be resumed', async () => {
    const dying = new URL('../helpers/dying-producer.mjs', import.meta.url).href;
    const args = ['train', parts, '--out', at('dying'), '--backbone', backbone, '--no-report', ...short];
    const ended = await startCladWith({ NODE_OPTIONS: `--import=${dying}` }, ...args).ended;
    expect(ended.stderr).toMatch(
      /^clad: A thread that reads photographs ended in the midst of its work: exit status 7\. Run the same command/m,
    );
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.status).toBe(1);
    expect((await clad(...args, '--resume')).status).toBe(0);
  }, 60_000);
});

describe('broken files beside the training images', () => {
  it('are reported before the training: test images, which are evaluated after it', async () => {
    const data = at('torn');
    await cp(parts, data, { recursive: true });
    await writeFile(join(data, 'disc/test/good/001.png'), 'no image');
    expectRefused(await train(data, at('y')), /1 of 32 images cannot be used.*disc\/test\/good\/001\.png/s);
    expect(existsSync(at('y'))).toBe(false);
    // Without a report they are not asked for.
    expect((await train(data, at('unreported'), '--no-report')).status).toBe(0);
  }, 60_000);

  it('are reported before the training: textures, by their own name', async () => {
    const textures = at('textures');
    await cp(join(parts, 'weave/train/good'), textures, { recursive: true });
    const whole = await readFile(join(textures, '004.png'));
    await writeFile(join(textures, '004.png'), whole.subarray(0, whole.length / 2));
    const given = ['--textures', textures];
    expectRefused(
      await train(parts, at('z'), ...given),
      /1 of 10 images cannot.*textures\/004\.png: the file is/s,
    );
    const skipped = await train(parts, at('z'), ...given, '--skip-broken', '--no-report');
    expect(skipped.stderr).toMatch(/left out: .*textures\/004\.png/);
    expect(skipped.status).toBe(0);
    const leftOut = JSON.parse(await readFile(at('z', 'left-out.json'), 'utf8'));
    expect(leftOut).toMatchObject({ total: 1, reasons: [{ paths: [join(textures, '004.png')] }] });
  }, 60_000);

  it('leave the trained detector in place when the report fails', async () => {
    const failing = async (out: string, ...more: readonly string[]) => {
      expect((await train(parts, out, '--no-report')).status).toBe(0);
      // The report cannot be written where a file stands in its way.
      await writeFile(join(out, 'report'), '');
      return train(parts, out, '--resume', ...more);
    };
    const told = await failing(at('told'));
    expectComplaint(told, /told\/report\/.*: the file system does not allow it/);
    expect(told.stdout).toMatch(/^Detector: .*\nThresholds:\n/m);
    const json = await failing(at('json'), '--json');
    expect(json.status).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      model: join(at('json'), 'model.onnx'),
      report: null,
      reportError: { code: 'FILE_REFUSED' },
    });
  }, 60_000);
});

describe('a YAML file', () => {
  it.each([
    ['device: gpu', /Expected device in \S+\.yaml to be .*cpu.*webgpu.*cuda/],
    ['layout: foo', /Expected layout in \S+\.yaml to be .*mvtec/],
    ['skipBroken: "no"', /Expected skipBroken in \S+\.yaml to be true or false/],
    ['backbone: 50', /Expected backbone in \S+\.yaml to be a name or file, or a list/],
    ['threads: 0', /Expected threads in \S+\.yaml to be/],
    ['method: padim', /Expected method in \S+\.yaml to be .*patchcore/],
  ])('with %s is refused', async (line, message) => {
    const config = at(`${line.replaceAll(/\W/g, '')}.yaml`);
    await writeFile(config, `${line}\n`);
    expectRefused(await train(parts, at('never'), '--config', config), message);
    expect(existsSync(at('never'))).toBe(false);
  });
});

describe('a backbone whose layers have other names', () => {
  it("is taken with its card's layers; some of the names alone are refused", async () => {
    const own = at('vendor.onnx');
    await writeFile(own, tinyBackboneBytes(0, ['fine', 'coarse']));
    const layers = tinyCard.layers.map((layer, index) => ({ ...layer, name: ['fine', 'coarse'][index]! }));
    await writeFile(`${own}.json`, cardText({ ...tinyCard, name: 'vendor', layers }));
    const given = ['--backbone', own, '--no-report'];
    const taken = await clad('train', parts, '--out', at('vendor'), ...given, ...short);
    expect(taken.stderr).toMatch(/vendor has no layer2, layer3: its own layers are used, fine, coarse/);
    expect(taken.status).toBe(0);
    // What was used is what the run and its detector say.
    const { options } = JSON.parse(await readFile(at('vendor', 'config.json'), 'utf8'));
    expect(options.features.layers).toEqual(['fine', 'coarse']);
    const again = ['train', parts, '--out', at('vendor'), ...given, ...short, '--resume'];
    expect((await clad(...again)).status).toBe(0);
    const half = ['--set', 'features.layers=["fine","layer3"]'];
    expectRefused(
      await clad('train', parts, '--out', at('half'), ...given, ...short, ...half),
      /Expected features\.layers to be layers of backbone vendor: fine, coarse, got layer3/,
    );
  }, 60_000);
});

describe('heat maps', () => {
  let run = '';
  beforeAll(async () => {
    run = at('predicting');
    await train(parts, run, '--no-report');
  }, 60_000);

  it('never take the place of photographs', async () => {
    const photographs = at('incoming');
    await cp(join(parts, 'disc/test/good'), photographs, { recursive: true });
    const one = join(photographs, '000.png');
    const before = await readFile(one);
    expectRefused(
      await clad('predict', run, photographs, '--maps', photographs),
      /Expected --maps to be a folder outside .*incoming/,
    );
    expectRefused(
      await clad('predict', run, one, '--maps', photographs),
      /Expected --maps to be a folder without photographs: .*incoming has some/,
    );
    // Nor of those beside or above them that are not predicted.
    expectRefused(await clad('predict', run, one, '--maps', folder), /a folder without photographs/);
    expect(await readFile(one)).toEqual(before);
  });

  it('have different names however their photographs are called', async () => {
    for (const [name, files] of [
      ['first', ['part.png', 'part-2.png']],
      ['second', ['part.png']],
      ['third', ['PART.png']],
    ] as const) {
      await mkdir(at(name));
      for (const file of files) await cp(join(parts, 'disc/test/good/000.png'), at(name, file));
    }
    const { stdout, status } = await clad(
      ...['predict', run, at('first'), at('second'), at('third'), '--maps', at('maps'), '--json'],
      ...['--masks', at('masks'), '--csv', at('results.csv')],
    );
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    const maps = lines.map((line) => (JSON.parse(line) as { map: string }).map.toLowerCase());
    expect(new Set(maps).size).toBe(4);
    // Those of different folders keep their folders, in every folder of files.
    for (const name of ['first/part.png', 'first/part-2.png', 'second/part.png', 'third/PART.png'])
      expect((await readFile(at('masks', name))).length).toBeGreaterThan(0);
    const rows = (await readFile(at('results.csv'), 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(5);
    expectRefused(
      await clad('predict', run, at('first'), '--maps', at('maps'), '--masks', at('maps')),
      /--maps and --masks are the same/,
    );
  });
});
