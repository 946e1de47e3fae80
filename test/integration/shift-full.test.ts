/** @file A short shift on a line (scripts/shift.mjs): kills, a broker that goes away, a full disk where one may be mounted. A minute or two, so with `npm run test:full` alone. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { full } from '../helpers/full.ts';

const script = fileURLToPath(new URL('../../scripts/shift.mjs', import.meta.url));

describe.skipIf(!full)('a shift', () => {
  it('loses nothing and judges nothing twice', async () => {
    const args = [script, '--images', '120', '--rate', '6', '--kills', '3', '--seed', '1', '--as-built'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(said).toContain('shift: everything agrees.');
    expect(said).toMatch(/120 dropped, 120 judged .* 120 moved/);
    expect(said).toContain('killed 3 times, broker restarted 1');
    expect(status).toBe(0);
  }, 900_000);
});
