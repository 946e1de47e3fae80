/** @file What every application passes, here: clocks that end with their request. */
import { get } from 'node:http';
import { expect, it, vi } from 'vitest';
import { httpApp } from '../../../src/server/http-app.ts';
import { listen } from '../../../src/server/listen.ts';

it('an answer to somebody who has gone leaves no clock behind', async () => {
  const host = '127.0.0.1';
  const limits = { allowedHosts: [], cors: [], maxBody: 1000, timeout: 600, logLevel: 'silent' } as const;
  const app = await httpApp(
    { host, token: undefined, ...limits },
    {
      state: { stopping: false, open: 0 },
      isOpen: () => true,
      contentPolicy: () => 'default-src none',
      corsMethods: [],
      retryAfter: () => 1,
    },
  );
  let asked = () => {};
  const reached = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const answered = vi.fn();
  app.get('/slow', async (request) => {
    asked();
    await new Promise((gone) => request.raw.socket.once('close', gone));
    setImmediate(answered);
    return 'late';
  });
  const clocks = vi.spyOn(globalThis, 'setTimeout');
  try {
    const request = get(`${await listen(app, { host, port: 0 })}/slow`);
    request.on('error', () => {});
    await reached;
    request.destroy();
    await vi.waitFor(() => expect(answered).toHaveBeenCalled());
    await new Promise((later) => setImmediate(later));
    expect(clocks.mock.calls.filter(([, milliseconds]) => milliseconds === 600_000)).toEqual([]);
  } finally {
    clocks.mockRestore();
    await app.close();
  }
});
