import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDefectsConfig } from '../../../src/data/defects-config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-defects-'));
});
afterAll(() => rm(folder, { recursive: true }));
const write = (text: string) => writeFile(join(folder, 'defects_config.json'), text);
const defect = (pixel_value: number, saturation_threshold: number, relative_saturation: boolean) => ({
  ...{ defect_name: `defect ${pixel_value}`, pixel_value, saturation_threshold, relative_saturation },
});

it('tells by value how much of a defect has to be found, also behind a mark of the encoding', async () => {
  expect(await readDefectsConfig(folder)).toBeUndefined();
  await write(`\ufeff${JSON.stringify([defect(255, 120, false), defect(254, 0.5, true)])}`);
  expect(await readDefectsConfig(folder)).toEqual(
    new Map([
      [255, { name: 'defect 255', threshold: 120, isShare: false }],
      [254, { name: 'defect 254', threshold: 0.5, isShare: true }],
    ]),
  );
});

it.each([
  ['{', /defects_config\.json: cannot be read \(as the list of MVTec LOCO: it is no JSON .*\)/],
  ['[]', /it names no defect/],
  [JSON.stringify([defect(255, 10, false), defect(255, 99, false)]), /two defects have one pixel_value/],
  [JSON.stringify([defect(255, 1.5, true)]), /0: a relative saturation_threshold is at most 1/],
  [JSON.stringify([{ ...defect(0, 1, false) }]), /0\.pixel_value/],
])('%s is refused with a sentence', async (text, reason) => {
  await write(text);
  await expect(readDefectsConfig(folder)).rejects.toThrow(reason);
});
