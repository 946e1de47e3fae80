/** @file What is counted of watching, asked over HTTP. */
import { expect, it } from 'vitest';
import { WatchMetrics } from '../../../src/server/watch-metrics.ts';

it('answers with an error, and goes on, where how it stands cannot be told', async () => {
  const metrics = new WatchMetrics();
  const address = await metrics.listen({ host: '127.0.0.1', port: 0 });
  let isBroken = true;
  metrics.started(() => {
    if (isBroken) throw new Error('the journal is away');
    return { judged: 0, decisions: { pass: 0, check: 0, reject: 0, none: 0 }, waiting: { here: 3 } };
  });
  const refused = await fetch(address);
  expect([refused.status, await refused.text()]).toEqual([500, 'the journal is away\n']);
  isBroken = false;
  expect(await (await fetch(address)).text()).toMatch(/^clad_sink_waiting\{sink="here"\} 3$/m);
  await expect(
    new WatchMetrics().listen({ host: '127.0.0.1', port: Number(new URL(address).port) }),
  ).rejects.toThrow(/EADDRINUSE.*Choose another with --metrics/);
  metrics.close();
});
