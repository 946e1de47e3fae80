/** @file The package for pages alone: it has all it imports, and asks for nothing of Node. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWebPackage } from '../../scripts/pack-web.mjs';

it('clad-web holds every file that its files import, and no package but zod and those of teaching', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clad-web-package-'));
  try {
    const files: readonly string[] = writeWebPackage(folder);
    expect(files).toContain('web/index.js');
    expect(files).toContain('web/engine-worker.js');
    expect(files).toContain('web/teach/teach-worker.js');
    expect(files.length).toBeLessThan(420);
    const packages = new Set<string>();
    for (const file of files.filter((each) => each.endsWith('.js'))) {
      const text = (await readFile(join(folder, 'dist', file), 'utf8')).replaceAll(/\/\*[\s\S]*?\*\//g, '');
      for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g))
        if (!target.startsWith('.')) packages.add(target);
        else await readFile(join(folder, 'dist', dirname(file), target));
    }
    expect([...packages].sort()).toEqual(['ml-matrix', 'protobufjs/light.js', 'zod']);
    await readFile(join(folder, 'assets/builtin-backbone.safetensors'));
    const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      dependencies: object;
    };
    expect(Object.keys(about.dependencies)).toEqual(['zod', 'ml-matrix', 'protobufjs']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
