/** @file `[NAME[@VERSION]=]PATH`, as `clad serve` takes its detectors. */
import { basename, extname, resolve } from 'node:path';
import { CladError } from '../core/errors.ts';
import { modelPathOf } from '../jobs/run-folder.ts';
import type { ServedSource } from './hosted-detector.ts';

/** Stands in addresses as it is. */
const word = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;

/**
 * The detectors that arguments stand for. Without a name it is that of the folder or file; without a version it is 1.
 * @throws OPTION_INVALID for a name or version that cannot stand in an address, RUN_NOT_FOUND, DETECTOR_NAME_TWICE
 */
export async function detectorSources(texts: readonly string[]): Promise<ServedSource[]> {
  const sources: ServedSource[] = [];
  for (const text of texts) {
    const source = await detectorSource(text);
    const same = sources.find(({ name, version }) => name === source.name && version === source.version);
    if (same) {
      const name = `${source.name}, version ${source.version}`;
      throw new CladError('DETECTOR_NAME_TWICE', { name, first: same.path, second: source.path });
    }
    sources.push(source);
  }
  return sources;
}

async function detectorSource(text: string): Promise<ServedSource> {
  const { name, version, path } = parts(text);
  for (const [what, value] of [
    ['name', name],
    ['version', version],
  ] as const) {
    if (!word.test(value)) {
      const expected =
        'letters, digits, dots, hyphens and underscores, beginning with a letter or digit; give one as NAME=PATH or NAME@VERSION=PATH';
      throw new CladError('OPTION_INVALID', { option: `the ${what} of ${path}`, expected, actual: value });
    }
  }
  return { name, version, path: resolve(await modelPathOf(path)) };
}

function parts(text: string): ServedSource {
  // A path may have an equals sign too; what stands before the first one is a name unless it has a slash.
  const match = /^([^=/\\]*)=(.+)$/s.exec(text);
  const path = match?.[2] ?? text;
  const [name = '', version = '1'] = match?.[1]?.split(/@(.*)/s) ?? [ownName(path)];
  return { name, version, path };
}

/** `runs/parts` and `runs/parts/model.onnx` are both parts; `parts.onnx` is as well. */
function ownName(path: string): string {
  const full = resolve(path);
  if (extname(full) !== '.onnx') return basename(full);
  return basename(full) === 'model.onnx' ? basename(resolve(full, '..')) : basename(full, '.onnx');
}
