/** @file Files that break, and processes that meet: the built command line on damaged files, full disks, dangling links and folders in use. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockOfFile, lockOfFolder, withLock } from '../../src/core/lock.ts';
import { detectorBytes } from '../../src/detector/detector-bytes.ts';
import { checksumKey, readDetector } from '../../src/detector/file-checksum.ts';
import { decodeModel, encodeModel } from '../../src/graph/index.ts';
import { clad, type Ended, startClad } from '../helpers/clad.ts';
import { cladCommand } from '../helpers/fixtures.ts';
import { writeParts } from '../helpers/parts.ts';
import { expectComplaint, expectRefused } from '../helpers/refused.ts';
import { tinySettings } from '../helpers/small-training.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';

const settings = (...more: readonly string[]) =>
  [...tinySettings, ...more].flatMap((text) => ['--set', text]);
const short = ['--preset', 'fast', ...settings('stage1.steps=12', 'stage2.steps=6')];
const defect = () => join(parts, 'disc/test/blot/001.png');

let folder = '';
let parts = '';
let backbone = '';
let cache = '';
/** A finished run whose features are kept. */
let run = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-files-'));
  [parts, cache, run] = [at('parts'), at('cache'), at('run')];
  await writeParts(parts);
  backbone = await writeTinyBackbone(folder);
  const { status, stderr } = await train(run, ...short);
  expect({ status, stderr }).toMatchObject({ status: 0 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const trainArguments = (out: string, ...more: readonly string[]) => [
  ...['train', parts, '--out', out, '--backbone', backbone, '--cache', cache, '--no-report'],
  ...more,
];
const train = (out: string, ...more: readonly string[]) => clad(...trainArguments(out, ...more));

/** Changes a file's bytes. */
async function change(path: string, damage: (bytes: Buffer) => Uint8Array): Promise<void> {
  await writeFile(path, damage(await readFile(path)));
}

const flipped = (bytes: Buffer) => {
  bytes[Math.floor(bytes.length * 0.6)]! ^= 8;
  return bytes;
};

/** A run's copy, to be damaged. */
async function copyOfRun(name: string): Promise<string> {
  await cp(run, at(name), { recursive: true });
  return at(name);
}

/** The network of a run's detector, and what it says of itself but for the time. */
async function detectorOf(path: string) {
  const file = join(path, 'model.onnx');
  const bytes = await readFile(file);
  const { metadata, checked } = readDetector(bytes, file);
  const network = Buffer.from(encodeModel({ ...decodeModel(bytes), metadataProps: [] }));
  return { network: network.toString('base64'), metadata: { ...metadata, created: '' }, checked };
}

async function expectSame(path: string): Promise<void> {
  const [one, other] = [await detectorOf(path), await detectorOf(run)];
  expect(one.network === other.network).toBe(true);
  expect({ ...one, network: '' }).toEqual({ ...other, network: '' });
}

describe('a detector file', () => {
  it('is refused by every command with one sentence when it is damaged, and taken with a note when it has no checksum', async () => {
    const copy = at('damaged.onnx');
    await copyFile(join(run, 'model.onnx'), copy);
    await change(copy, flipped);
    const message =
      /damaged\.onnx: this is no usable detector: it is damaged, .*checksum says .*copy it again/;
    const verbs = [
      ['predict', copy, defect()],
      ['evaluate', copy, parts],
      ['verify', copy],
      ['calibrate', copy, join(parts, 'disc/test/good'), '--out', at('calibrated')],
      ['export', copy, '--to', 'onnx', '--out', at('exported')],
    ];
    for (const verb of verbs) expectRefused(await clad(...verb), message);
    expect(['calibrated.onnx', 'exported.onnx'].filter((name) => existsSync(at(name)))).toEqual([]);

    const older = decodeModel(await readFile(join(run, 'model.onnx')));
    const kept = (older.metadataProps ?? [])
      .filter(({ key }) => key !== checksumKey)
      .map(({ key, value }) => ({ key, value: value.replace(',"checksum":"crc32"', '') }));
    await writeFile(copy, encodeModel({ ...older, metadataProps: kept }));
    const predicted = await clad('predict', copy, defect(), '--json');
    expect(predicted.status).toBe(0);
    expect(predicted.stderr).toContain(`${copy} was made before detector files had a checksum`);
    expect(predicted.stdout).toBe((await clad('predict', run, defect(), '--json')).stdout);
    await clad('export', copy, '--to', 'onnx', '--out', at('with checksum'));
    const bytes = await readFile(at('with checksum.onnx'));
    expect(bytes.equals(await readFile(join(run, 'model.onnx')))).toBe(true);
  });

  it('has a checksum in every form that the program writes it in', async () => {
    const good = join(parts, 'disc/test/good');
    const forms: [string, readonly string[]][] = [
      ['models/run/1/model.onnx', ['export', run, '--to', 'triton', '--out', at('models')]],
      [
        'int8.onnx',
        ['export', run, '--to', 'onnx', '--precision', 'int8', '--images', '0', '--out', at('int8')],
      ],
      ['line.onnx', ['calibrate', at('alone.onnx'), good, '--min-images', '2', '--out', at('line')]],
    ];
    await copyFile(join(run, 'model.onnx'), at('alone.onnx'));
    for (const [name, verb] of forms) {
      expect((await clad(...verb)).stderr).not.toMatch(/^clad: .*(damaged|defect)/m);
      expect(readDetector(await readFile(at(name)), name).checked, name).toBe(true);
    }
    const { stdout } = await clad('verify', at('int8.onnx'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ checked: true, reproduced: true });
  });
});

describe('a training with damaged files', () => {
  it('makes damaged cache files again, reports it, and ends with the same detector', async () => {
    const names = await readdir(cache);
    const [features, inputs, fitted] = ['features-', 'inputs-', 'fitted-'].map((kind) =>
      join(cache, names.find((name) => name.startsWith(kind))!),
    ) as [string, string, string];
    await change(join(features, 'shard-00000.f16'), (bytes) => bytes.fill(0, 1000, 5000));
    await change(join(inputs, 'index.json'), (bytes) => bytes.subarray(0, 30));
    await change(fitted, flipped);
    const again = await train(at('again'), ...short);
    expect(again.status).toBe(0);
    for (const path of [join(features, 'shard-00000.f16'), join(inputs, 'index.json')])
      expect(again.stderr).toContain(`${path} was damaged, and was made again.`);
    expect(again.stderr).toContain(
      `${fitted}: the file is damaged (its checksum is another). It is made again.`,
    );
    await expectSame(at('again'));
  }, 120_000);

  it('goes on from the checkpoint before a damaged one, and makes a damaged detector again', async () => {
    const copy = await copyOfRun('checkpoint');
    await rm(join(copy, 'model.onnx'));
    await change(join(copy, 'checkpoint/state-2-6.safetensors'), flipped);
    const resumed = await train(copy, ...short, '--resume');
    expect(resumed.status).toBe(0);
    expect(resumed.stderr).toMatch(
      /state-2-6\.safetensors: the file is damaged .* goes on from the checkpoint before: stage 1, step 12\./,
    );
    await expectSame(copy);
    // Nothing whole: from the first step.
    await rm(join(copy, 'model.onnx'));
    for (const name of ['state.json', 'previous.json']) await writeFile(join(copy, 'checkpoint', name), '{');
    const anew = await train(copy, ...short, '--resume');
    expect(anew.stderr).toMatch(/state\.json: the file is damaged .* made again from the first\./);
    await expectSame(copy);
    // A finished run, whose detector is not what it was.
    await change(join(copy, 'model.onnx'), flipped);
    const mended = await train(copy, ...short, '--resume');
    expect(mended.stderr).toMatch(
      /model\.onnx: this is no usable detector: it is damaged.* It is made again\./,
    );
    await expectSame(copy);
  }, 180_000);

  it('names damaged files of the run and what to do, and needs no log, table or evaluation', async () => {
    const copy = await copyOfRun('garbled');
    for (const name of ['log.jsonl', 'good-images.csv', 'evaluation.json'])
      await writeFile(join(copy, name), Buffer.from([0xff, 0, 0x7b, 10, 0x6e, 0x75, 0x6c, 0x6c, 10]));
    expect((await train(copy, ...short, '--resume')).status).toBe(0);
    expect((await clad('evaluate', copy, '--report', at('report'))).status).toBe(0);
    await change(join(copy, 'config.json'), flipped);
    const message = /config\.json: the file is damaged .*name the detector file itself .*and the data set/;
    for (const verb of [['evaluate', copy], trainArguments(copy, ...short, '--resume')])
      expectRefused(await clad(...verb), message);
    expect((await clad('evaluate', join(copy, 'model.onnx'), parts, '--json')).status).toBe(0);
    // The file itself knows what it was trained on.
    const good = join(parts, 'disc/test/good');
    const calibrated = await clad('calibrate', copy, good, '--min-images', '2', '--out', at('unknown'));
    expect(calibrated.status).toBe(0);
  }, 120_000);

  it('names the photographs that have changed since it was begun', async () => {
    const copy = await copyOfRun('renewed');
    const data = at('other parts');
    await cp(parts, data, { recursive: true });
    const good = join(data, 'disc/train/good');
    const others = join(data, 'disc/test/good');
    await copyFile(join(others, '000.png'), join(good, '001.png'));
    await copyFile(join(others, '001.png'), join(good, 'new.png'));
    await unlink(join(good, '002.png'));
    const args = trainArguments(copy, ...short, '--resume');
    const refused = await clad('train', data, ...args.slice(2));
    expectRefused(
      refused,
      'Of its training images: 1 added (disc/train/good/new.png), 1 removed (disc/train/good/002.png), 1 changed (disc/train/good/001.png).',
    );
    expect(refused.stderr).toMatch(/begun with other values of data\.fingerprint; --resume/);
  });
});

describe('a folder in use', () => {
  const long = ['--preset', 'fast', ...settings('stage1.steps=200', 'stage2.steps=20')];
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('is not written by a second training, also with --resume; the lock of a killed process is ignored', async () => {
    const out = at('used');
    const first = startClad(...trainArguments(out, ...long));
    await until(() => existsSync(join(out, 'log.jsonl')));
    // It is there, and does no more.
    first.child.kill('SIGSTOP');
    const files = await readdir(out);
    for (const more of [[], ['--resume']]) {
      const second = await train(out, ...long, ...more);
      // Without --resume the run that is there is met first.
      expectRefused(
        second,
        more.length === 0 ? /there is a run already/ : /\.lock: another clad is writing there/,
      );
    }
    expect(await readdir(out)).toEqual(expect.arrayContaining(files));
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(existsSync(join(out, '.lock'))).toBe(true);
    // Of another machine nothing is known.
    const lock = await readFile(join(out, '.lock'), 'utf8');
    await writeFile(join(out, '.lock'), JSON.stringify({ ...JSON.parse(lock), host: 'line-7' }));
    expectRefused(
      await train(out, ...long, '--resume'),
      /used\/\.lock: a clad on another machine.*process \d+ on line-7.*remove this file\./,
    );
    await writeFile(join(out, '.lock'), lock);
    const resumed = await train(out, ...long, '--resume');
    expect({ status: resumed.status, stderr: resumed.stderr }).toMatchObject({ status: 0 });
    expect(existsSync(join(out, '.lock'))).toBe(false);
  }, 180_000);

  it('is written by one of two trainings that begin at once, and the other is refused', async () => {
    const ended = await Promise.all([train(at('both'), ...short), train(at('both'), ...short)]);
    const [won, lost] = ended.sort((a, b) => (a.status ?? 0) - (b.status ?? 0)) as [Ended, Ended];
    expect(won.status).toBe(0);
    expectRefused(lost, /both(\/\.lock: another clad is writing there|: there is a run already)/);
    await expectSame(at('both'));
  }, 120_000);

  it('is refused by every command that writes, and left as it was', async () => {
    const verbs: [string, readonly string[]][] = [
      [lockOfFolder(at('g')), ['compare', parts, '--out', at('g'), '--backbone', backbone]],
      [lockOfFolder(at('d')), ['demo', '--out', at('d')]],
      [lockOfFolder(at('e')), ['data', 'demo', '--out', at('e')]],
      [lockOfFile(at('o.onnx')), ['export', run, '--to', 'onnx', '--out', at('o')]],
      [lockOfFile(at('c.onnx')), ['calibrate', run, join(parts, 'disc/test/good'), '--out', at('c')]],
      [lockOfFile(at('t/parts')), ['export', run, '--to', 'triton', '--name', 'parts', '--out', at('t')]],
    ];
    for (const [lock, verb] of verbs) {
      await withLock(lock, async () =>
        expectRefused(await clad(...verb), new RegExp(`^clad: ${lock}: another clad is writing there`, 'm')),
      );
      expect(existsSync(lock)).toBe(false);
      if (dirname(lock) !== folder) expect(existsSync(dirname(lock))).toBe(false);
    }
  }, 120_000);

  it('that is a cache is shared by trainings at once: features are made once, and all give the same detector', async () => {
    const shared = at('shared');
    const one = (out: string) => {
      const args = trainArguments(at(out), ...short);
      return clad(...args.map((each) => (each === cache ? shared : each)));
    };
    const ended = await Promise.all([one('first'), one('second')]);
    for (const { status, stderr } of ended) expect({ status, stderr }).toMatchObject({ status: 0 });
    for (const name of ['first', 'second']) await expectSame(at(name));
    const names = await readdir(shared);
    expect(names.filter((name) => name.startsWith('features-'))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith('.lock'))).toEqual([]);
  }, 180_000);
});

describe('an output', () => {
  it('that is a link to nowhere is refused before any work', async () => {
    for (const name of ['nowhere', 'nowhere.onnx']) await symlink(at('gone', name), at(name));
    const dangling = /nowhere: .*it is a link that leads nowhere/;
    expectRefused(await train(at('nowhere'), ...short), dangling);
    expectRefused(await train(at('nowhere/below'), ...short), dangling);
    expectRefused(await clad('compare', parts, '--out', at('nowhere'), '--backbone', backbone), dangling);
    expectRefused(await clad('predict', run, defect(), '--maps', at('nowhere')), dangling);
    expectRefused(
      await clad('export', run, '--to', 'onnx', '--out', at('nowhere.onnx')),
      /nowhere\.onnx: there is a file already/,
    );
    expect(existsSync(at('gone'))).toBe(false);
    await mkdir(at('gone/nowhere'), { recursive: true });
    expect((await clad('predict', run, defect(), '--maps', at('nowhere'))).status).toBe(0);
    expect(await readdir(at('gone/nowhere'))).toEqual(['001.png']);
  });

  /** Runs a line of a shell that calls the program `$clad`. */
  const shell = (line: string, ...args: readonly string[]) =>
    new Promise<Ended>((resolve) => {
      const child = spawn('bash', ['-o', 'pipefail', '-c', line, 'bash', ...args], {
        env: { ...process.env, clad: cladCommand, node: process.execPath },
      });
      const ended = { stdout: '', stderr: '' };
      child.stdout.on('data', (text) => {
        ended.stdout += text;
      });
      child.stderr.on('data', (text) => {
        ended.stderr += text;
      });
      child.on('close', (status, signal) => resolve({ status, signal, ...ended }));
    });

  it.skipIf(!existsSync('/dev/full'))('on a full disk ends the command with a sentence', async () => {
    for (const verb of [
      'predict "$1" "$2" --json',
      'predict "$1" "$2"',
      'data inspect "$3" --json',
      '--help',
    ])
      expectComplaint(
        await shell(`"$node" "$clad" ${verb} > /dev/full`, run, defect(), parts),
        /^clad: Standard output: .*\(no space left\)/m,
      );
  });

  it('that nobody reads any more is no error: a closed pipe', async () => {
    const line = '"$node" "$clad" predict "$1" "$2" --json | head -n 1';
    const { status, stdout, stderr } = await shell(line, run, parts);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ class: 'disc' });
  });
});

it('a detector without golden images has a checksum too', async () => {
  const bytes = await readFile(join(run, 'model.onnx'));
  const made = detectorBytes(decodeModel(bytes), readDetector(bytes, 'model.onnx').metadata);
  expect(readDetector(made, 'made.onnx').checked).toBe(true);
  expect(made.length).toBeLessThan(bytes.length);
});
