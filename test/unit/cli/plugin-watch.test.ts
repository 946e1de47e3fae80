/** @file Whose fault an error is that nobody caught, by its stack and by what works. */
import { describe, expect, it } from 'vitest';
import { PluginWatch } from '../../../src/cli/plugin-watch.ts';
import { CladError } from '../../../src/core/errors.ts';
import { blaming } from '../../../src/core/plugin.ts';

const path = '/mine/method.mjs';
const own = new URL('../../../src/graph/graph.ts', import.meta.url).href;
const thrown = (...frames: readonly string[]) =>
  Object.assign(new Error('late'), { stack: ['Error: late', ...frames].join('\n') });
const inFile = '    at fit (file:///mine/method.mjs:3:4)';
const inClad = `    at add (${own}:3:4)`;
const inNode = '    at listOnTimeout (node:internal/timers:581:17)';
const isTold = {
  code: 'PLUGIN_INVALID',
  message: `${path} cannot be used: late. docs/plugins.md has an example.`,
};

/** A watch that has seen the file work. */
async function hasWorked(): Promise<PluginWatch> {
  const watch = new PluginWatch();
  await blaming(path, async () => {});
  return watch;
}

describe('an error that nobody caught', () => {
  it("is the file's whose code is in its stack, also once it works no more", async () => {
    const watch = await hasWorked();
    expect(watch.blame(thrown(inNode, inFile))).toMatchObject(isTold);
    expect(watch.blame(thrown(inClad, inFile))).toMatchObject(isTold);
    const ours = thrown(inClad);
    expect(watch.blame(ours)).toBe(ours);
    expect(watch.blame('late')).toBe('late');
  });

  it('is that of the file that works where the stack shows nobody, and ours where it shows us', async () => {
    const watch = new PluginWatch();
    await blaming(path, async () => {
      for (const error of [
        'late',
        thrown(),
        thrown(inNode),
        thrown('    at f (file:///mine/helper.mjs:1:2)'),
      ])
        expect(watch.blame(error)).toMatchObject(isTold);
      const ours = thrown(inClad);
      expect(watch.blame(ours)).toBe(ours);
    });
  });

  it('stays what it is where it is told on purpose', async () => {
    const stopped = new CladError('INTERRUPTED', { where: 'here' });
    stopped.stack = `${stopped.stack}\n${inFile}`;
    expect((await hasWorked()).blame(stopped)).toBe(stopped);
  });
});

describe('the end of the process', () => {
  const exit = '    at process.exit (node:internal/process/per_thread:192:13)';
  const listener = `    at process.<anonymous> (${own}:1:2)`;

  it("is the file's where it called for it, and nobody's where it came by itself or we did", async () => {
    const watch = await hasWorked();
    const message = /method\.mjs cannot be used: it ended the program with process\.exit\(\)/;
    expect(watch.endedBy(['Error', listener, exit, inFile].join('\n'))?.message).toMatch(message);
    expect(watch.endedBy(['Error', listener, exit, inClad].join('\n'))).toBeUndefined();
    expect(watch.endedBy(['Error', listener, inNode].join('\n'))).toBeUndefined();
  });
});
