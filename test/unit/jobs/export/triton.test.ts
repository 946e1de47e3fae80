/** @file The description and the folder that Triton reads. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import { type TritonOptions, tritonConfig, tritonLabels } from '../../../../src/jobs/export/triton-config.ts';
import { tritonPlace, writeTriton } from '../../../../src/jobs/export/triton-repository.ts';
import { withFiles } from '../../../helpers/images.ts';
import { readTritonConfig } from '../../../helpers/triton-config.ts';

const options: TritonOptions = { name: 'parts', maxBatch: 8, queueDelay: 500, instances: 2, kind: 'cpu' };
const threshold = (value: number) => ({
  threshold: value,
  achievableRate: 0.25,
  requestedRate: 0.01,
  count: 3,
});
const metadata = {
  cladVersion: '0.1.0',
  classes: ['bottle', 'wing "A\\B" nut'],
  geometry: { width: 320, height: 256 },
  provenance: { backbone: {} },
  thresholds: { bottle: threshold(3.5), 'wing "A\\B" nut': threshold(-0.25) },
} as unknown as DetectorMetadata;

describe('config.pbtxt', () => {
  it('describes input, outputs, batching, instances and thresholds', () => {
    expect(readTritonConfig(tritonConfig(metadata, options))).toEqual({
      name: 'parts',
      backend: 'onnxruntime',
      max_batch_size: 8,
      input: [{ name: 'image', data_type: 'TYPE_UINT8', dims: [-1, -1, 3] }],
      output: [
        { name: 'anomaly_map', data_type: 'TYPE_FP32', dims: [256, 320] },
        { name: 'score', data_type: 'TYPE_FP32', dims: [1], reshape: {} },
        { name: 'class_share', data_type: 'TYPE_FP32', dims: [2], label_filename: 'labels.txt' },
      ],
      instance_group: [{ count: 2, kind: 'KIND_CPU' }],
      dynamic_batching: { preferred_batch_size: [4, 8], max_queue_delay_microseconds: 500 },
      version_policy: { latest: { num_versions: 1 } },
      parameters: {
        'clad.version': { string_value: '0.1.0' },
        'clad.precision': { string_value: 'fp32' },
        'clad.threshold.bottle': { string_value: '3.5' },
        'clad.threshold.wing "A\\B" nut': { string_value: '-0.25' },
      },
    });
  });

  it('has no batching where one image is predicted at a time, and names the GPU', () => {
    const config = readTritonConfig(tritonConfig(metadata, { ...options, maxBatch: 1, kind: 'gpu' }));
    expect(config).not.toHaveProperty('dynamic_batching');
    expect(config).toMatchObject({ max_batch_size: 1, instance_group: [{ kind: 'KIND_GPU' }] });
  });

  it('is refused by the parser when a field is wrong', () => {
    const wrong = tritonConfig(metadata, options).replace('max_batch_size', 'max_batch');
    expect(() => readTritonConfig(wrong)).toThrow(/max_batch/);
  });
});

it('labels.txt has a class a line', () => {
  expect(tritonLabels(metadata)).toBe('bottle\nwing "A\\B" nut\n');
});

describe('the folder of models', () => {
  const write = async (root: string, version?: number, bytes = Uint8Array.of(1, 2, 3)) =>
    writeTriton(await tritonPlace(root, 'parts', version), bytes, metadata, options);

  it('gets one version after another, the highest and one', () =>
    withFiles({}, async (root) => {
      expect(await write(root)).toBe(join(root, 'parts', '1', 'model.onnx'));
      await write(root, undefined, Uint8Array.of(4));
      await write(root, 7);
      expect((await readdir(join(root, 'parts'))).sort()).toEqual([
        '1',
        '2',
        '7',
        'config.pbtxt',
        'labels.txt',
      ]);
      expect([...(await readFile(join(root, 'parts/1/model.onnx')))]).toEqual([1, 2, 3]);
      expect([...(await readFile(join(root, 'parts/2/model.onnx')))]).toEqual([4]);
      expect((await tritonPlace(root, 'parts', undefined)).version).toBe(8);
    }));

  it('refuses a version that is there, a folder of somebody else, and a file', () =>
    withFiles({ 'other/config.pbtxt': 'name: "other"', 'file/parts': 'a file' }, async (root) => {
      await write(root);
      await expect(write(root, 1)).rejects.toMatchObject({ code: 'EXPORT_VERSION_EXISTS' });
      const place = { folder: join(root, 'parts'), version: 1 };
      await expect(writeTriton(place, Uint8Array.of(9), metadata, options)).rejects.toMatchObject({
        code: 'EXPORT_VERSION_EXISTS',
      });
      expect([...(await readFile(join(root, 'parts/1/model.onnx')))]).toEqual([1, 2, 3]);
      expect((await readdir(join(root, 'parts'))).filter((name) => name.startsWith('.'))).toEqual([]);
      await expect(tritonPlace(root, 'other', undefined)).rejects.toMatchObject({ code: 'FOLDER_FOREIGN' });
      await expect(tritonPlace(join(root, 'file'), 'parts', undefined)).rejects.toMatchObject({
        code: 'FOLDER_EXPECTED',
      });
      await mkdir(join(root, 'empty'));
      await writeFile(join(root, 'note.txt'), 'beside the models');
      expect((await tritonPlace(root, 'empty', undefined)).version).toBe(1);
    }));
});
