/** @file Container files copy what is there, what `.dockerignore` lets through, and all that the build needs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));

/** What a container file copies from the checkout. */
function copied(file: string): string[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [word, ...sources] = line.trim().split(/\s+/);
    return word === 'COPY' && !sources[0]!.startsWith('--from=') ? sources.slice(0, -1) : [];
  });
}

describe.each(['Containerfile', 'docs/deploy/Containerfile'])('%s', (file) => {
  it('copies what is there and is let through', () => {
    const sources = copied(file);
    expect(sources.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    expect(sources.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('copies all that the build reads', () => {
    const build = readFileSync(join(root, 'scripts/build.mjs'), 'utf8');
    const read = [
      ...[...build.matchAll(/\.\.\/([a-z]+)\//g)].map(([, name]) => name!),
      ...[...build.matchAll(/tsconfig[a-z.]*\.json/g)].map(([name]) => name),
      ...['scripts', 'package.json', 'package-lock.json', '.npmrc'],
    ].filter((name) => name !== 'dist');
    expect(read).toContain('studio');
    const extended = read.flatMap((name) =>
      name.startsWith('tsconfig')
        ? [...readFileSync(join(root, name), 'utf8').matchAll(/"\.\/(tsconfig[a-z.]*\.json)"/g)].map(
            ([, other]) => other!,
          )
        : [],
    );
    expect([...read, ...extended].filter((name) => !copied(file).includes(name))).toEqual([]);
  });
});
