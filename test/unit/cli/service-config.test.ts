import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { repeated, wholeFromText } from '../../../src/cli/arguments.ts';
import { addServiceConfig } from '../../../src/cli/service-config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a verb is given. */
async function given(yaml: string | undefined, ...args: string[]) {
  const path = join(folder, 'line.yaml');
  if (yaml !== undefined) await writeFile(path, yaml);
  let found: unknown;
  const command = new Command('watch')
    .exitOverride()
    .argument('[run]')
    .argument('[folder]')
    .option('--move <dir>')
    .option('--camera <source>')
    .option('--keep-days <n>', '', wholeFromText(1))
    .option('--allow-host <name>', '', repeated)
    .option('--interval <n>', '', wholeFromText(0), 5)
    .option('--once')
    .addOption(new Option('--device <name>').choices(['cpu', 'webgpu']))
    .action((run, place, { config: _, ...flags }) => {
      found = { run, place, ...flags };
    });
  addServiceConfig(command, {
    ...{ verb: 'watch', places: ['run', 'folder'], instead: { folder: 'camera' } },
  });
  await command.parseAsync([...(yaml === undefined ? [] : ['--config', path]), ...args], { from: 'user' });
  return found;
}

const whole = `
watch:
  run: runs/parts
  folder: incoming
  move: sorted
  keep-days: 30
  allow-host: [a, b]
  once: true
  device: webgpu
serve:
  anything: goes
`;

describe('settings of a service', () => {
  it('need no folder where they have a camera, from the file or from the environment', async () => {
    const camera = 'rtsp://bob:secret@camera.local/1';
    const file = `watch:\n  run: runs/parts\n  camera: ${camera}\n`;
    expect(await given(file)).toEqual({ run: 'runs/parts', place: undefined, camera, interval: 5 });
    vi.stubEnv('CLAD_WATCH_CAMERA', camera);
    expect(await given(undefined, 'runs/parts')).toEqual({ run: 'runs/parts', camera, interval: 5 });
    vi.unstubAllEnvs();
    await expect(given('watch:\n  run: runs/parts\n')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('come from a file, arguments too', async () => {
    expect(await given(whole)).toEqual({
      run: 'runs/parts',
      place: 'incoming',
      move: 'sorted',
      keepDays: 30,
      allowHost: ['a', 'b'],
      interval: 5,
      once: true,
      device: 'webgpu',
    });
  });

  it('from the environment before the file, and from flags before both', async () => {
    vi.stubEnv('CLAD_WATCH_KEEP_DAYS', '7');
    vi.stubEnv('CLAD_WATCH_INTERVAL', '2');
    vi.stubEnv('CLAD_WATCH_FOLDER', 'elsewhere');
    vi.stubEnv('CLAD_WATCH_ONCE', 'false');
    expect(await given(whole, '--interval', '9')).toMatchObject({
      keepDays: 7,
      interval: 9,
      place: 'elsewhere',
      move: 'sorted',
    });
    expect(await given(whole, 'mine', 'here')).toMatchObject({ run: 'mine', place: 'here' });
    expect(await given(whole)).not.toHaveProperty('once', true);
  });

  it('are none where there is no file', async () => {
    expect(await given(undefined, 'runs/parts', 'in')).toEqual({
      run: 'runs/parts',
      place: 'in',
      interval: 5,
    });
  });

  it.each([
    ['watch:\n  keepdays: 3\n  run: a\n  folder: b', /watch\.keepdays.*keep-days/s],
    ['watch:\n  keep-days: soon', /watch\.keep-days in .*a whole number/],
    ['watch:\n  device: tpu', /watch\.device in .*one of cpu, webgpu/],
    ['watch:\n  once: perhaps', /watch\.once in .*true or false/],
    ['watch:\n  move: { a: b }', /watch\.move in .*a text or a number/],
    ['watch: 3', /name: value lines/],
    ['- a', /settings below `watch:`/],
    ['watch:\n  run: a', /missing required argument 'folder'/],
  ])('are refused: %s', async (yaml, sentence) => {
    await expect(given(yaml)).rejects.toThrow(sentence);
  });
});
