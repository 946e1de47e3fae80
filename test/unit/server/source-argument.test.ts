import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectorSources } from '../../../src/server/source-argument.ts';

const only = async (text: string) => (await detectorSources([text]))[0];

describe('detectorSources', () => {
  it.each([
    ['parts.onnx', 'parts', '1', 'parts.onnx'],
    ['runs/parts/model.onnx', 'parts', '1', 'runs/parts/model.onnx'],
    ['small=parts.onnx', 'small', '1', 'parts.onnx'],
    ['small@2.1=parts.onnx', 'small', '2.1', 'parts.onnx'],
    ['runs/a=b/model.onnx', 'x', '1', 'runs/a=b/model.onnx'],
    ['Größe=parts.onnx', 'Größe', '1', 'parts.onnx'],
  ])('reads %s', async (text, name, version, path) => {
    const given = name === 'x' ? `x=${text}` : text;
    expect(await only(given)).toEqual({ name, version, path: join(process.cwd(), path) });
  });

  it.each([
    'a b=x.onnx',
    '=x.onnx',
    '.hidden=x.onnx',
    'a@=x.onnx',
    'a@1@2=x.onnx',
    'my parts.onnx',
    'runs/a=b.onnx',
  ])('refuses %s, and says how to name it', async (text) => {
    await expect(only(text)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('NAME=PATH'),
    });
  });

  it('refuses two of one name and version, not two versions', async () => {
    await expect(detectorSources(['a/x.onnx', 'b/x.onnx'])).rejects.toMatchObject({
      code: 'DETECTOR_NAME_TWICE',
    });
    expect(await detectorSources(['a/x.onnx', 'x@2=b/x.onnx'])).toHaveLength(2);
  });

  it('refuses a folder without a run', async () => {
    await expect(only('test')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
