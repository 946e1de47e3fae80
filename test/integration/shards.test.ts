/** @file Past one machine: four processes at once make shares of the features, and of the predictions, and what comes of them is what one machine makes alone. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDetector } from '../../src/detector/file-checksum.ts';
import { decodeModel } from '../../src/graph/index.ts';
import type { ExtractOutcome } from '../../src/jobs/extract.ts';
import { clad, type Ended } from '../helpers/clad.ts';
import { writeParts } from '../helpers/parts.ts';
import { expectRefused } from '../helpers/refused.ts';

/** Of the builtin backbone, and a training of a second. */
const settings = `
features: { inputSize: 64 }
memoryBank: { components: 16, coresetSize: 128 }
adaptor: [16, 12, 8]
discriminator: [8, 4]
stage1: { steps: 6, batch: 32 }
stage2: { steps: 4, batch: 32 }
evaluations: 1
`;
const count = 4;
const indexes = [0, 1, 2, 3];

let folder = '';
const at = (name: string) => join(folder, name);
const train = (out: string, ...more: readonly string[]) =>
  clad('train', at('parts'), '--out', at(out), '--config', at('options.yaml'), '--no-report', ...more);
const extract = (index: number, ...more: readonly string[]) => {
  const shard = ['--shard', `${index}/${count}`, '--cache', at('cache'), '--threads', '1'];
  return clad('extract', at('parts'), ...shard, '--config', at('options.yaml'), '--json', ...more);
};
/** A training on the shards, which is refused. */
const refusedTraining = async (...more: readonly string[]) => {
  const ended = await train('refused', '--cache', at('cache'), ...more);
  expect(existsSync(at('refused/config.json'))).toBe(false);
  return ended;
};
const store = async () => {
  const [name, ...more] = (await readdir(at('cache'))).filter((each) => each.startsWith('features-'));
  expect(more).toEqual([]);
  return join(at('cache'), name!);
};

/** A detector file but for when it was made. */
async function contentOf(run: string) {
  const bytes = await readFile(at(`${run}/model.onnx`));
  const { metadata } = readDetector(bytes, run);
  const model = decodeModel(bytes);
  return { graph: JSON.stringify(model.graph), metadata: { ...metadata, created: '' } };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-shards-'));
  await writeParts(at('parts'), { training: 5, good: 2 });
  await writeFile(at('options.yaml'), settings);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('clad extract --shard', () => {
  it('by four processes at once gives the detector of one machine, to the bit', async () => {
    const alone = await train('alone', '--threads', '2');
    expect(alone.status, alone.stderr).toBe(0);
    const made = await Promise.all(indexes.map((index) => extract(index)));
    for (const { status, stderr } of made) expect(status, stderr).toBe(0);
    const outcomes = made.map(({ stdout }) => JSON.parse(stdout) as ExtractOutcome);
    expect(outcomes.map(({ shard, images, total, reused }) => [shard, images, total, reused])).toEqual([
      ['0/4', 2, 10, false],
      ['1/4', 3, 10, false],
      ['2/4', 2, 10, false],
      ['3/4', 3, 10, false],
    ]);
    const joined = await train('joined', '--cache', at('cache'), '--threads', '2');
    expect(joined.status, joined.stderr).toBe(0);
    expect(joined.stderr).toContain('Patch features: of 4 shards in ');
    expect(await contentOf('joined')).toEqual(await contentOf('alone'));
    for (const file of ['good-images.csv', 'data-files.jsonl'])
      expect(await readFile(at(`joined/${file}`), 'utf8')).toBe(await readFile(at(`alone/${file}`), 'utf8'));
  }, 240_000);

  it('says that a finished shard is there', async () => {
    const again = await clad(
      'extract',
      at('parts'),
      '--shard',
      '2/4',
      '--cache',
      at('cache'),
      '--config',
      at('options.yaml'),
    );
    expect(again.stdout).toMatch(
      /^Shard 2\/4: 2 of 10 images are there already; nothing was done\.\nPatch features: /,
    );
  });

  it('is missed by a training where it was not run, lost or meant for something else, and leaves no run behind', async () => {
    const place = await store();
    await rm(join(place, 'index.json'));
    await rm(join(place, 'share-2-of-4.json'));
    expectRefused(
      await refusedTraining(),
      /of 4 shards .*missing: 2\/4, .*clad extract \S+ --shard 2\/4 --cache /,
    );
    expectRefused(
      await refusedTraining('--seed', '1'),
      /not those of this training.*seed 0 there and 1 here/,
    );
    expect((await extract(2)).status).toBe(0);
  }, 120_000);

  it('needs a share that there is, a cache, and a method that keeps features', async () => {
    for (const shard of ['4/4', '-1/4'])
      expectRefused(
        await clad('extract', at('parts'), '--cache', at('other'), `--shard=${shard}`),
        /Expected i\/n with i from 0 to n - 1/,
      );
    expectRefused(await clad('extract', at('parts'), '--shard', '0/4'), /give --cache DIR/);
    const plain = fileURLToPath(new URL('../../examples/plugins/mean-image.mjs', import.meta.url));
    expectRefused(
      await clad('extract', at('parts'), '--cache', at('other'), '--method', plain),
      /Expected --method to be one that keeps features of images in a cache/,
    );
    expect(existsSync(at('other'))).toBe(false);
  });
});

describe('clad predict --shard', () => {
  const predict = (...more: readonly string[]) =>
    clad('predict', at('alone'), at('parts'), '--json', ...more);
  const linesOf = ({ stdout }: Ended) => stdout.split('\n').filter((line) => line !== '');

  it('gives between all shards the lines of the whole, a broken image and left-out files among them', async () => {
    await writeFile(at('parts/disc/test/good/broken.png'), 'no image');
    await writeFile(at('parts/disc/test/notes.txt'), 'words');
    const whole = await predict();
    expect(whole.status).toBe(2);
    const shards = await Promise.all(indexes.map((index) => predict('--shard', `${index}/${count}`)));
    const lines = shards.flatMap(linesOf);
    expect([...lines].sort()).toEqual(linesOf(whole).sort());
    expect(lines.length).toBeGreaterThan(20);
    expect(shards.filter(({ status }) => status === 2)).toHaveLength(1);
    expect(shards.find(({ status }) => status === 2)?.stderr).toContain('broken.png');
    const sizes = shards.map((shard) => linesOf(shard).filter((line) => line.startsWith('{"path"')).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }, 120_000);

  it('is for programs', async () => {
    expectRefused(
      await clad('predict', at('alone'), at('parts'), '--shard', '0/4'),
      /give --json, --csv or --coco too/,
    );
  });
});
