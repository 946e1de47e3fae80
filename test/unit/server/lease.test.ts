import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/server/body.ts';
import { Budget } from '../../../src/server/budget.ts';
import { Lease } from '../../../src/server/lease.ts';

const step = 65_536;

describe('Lease', () => {
  it('takes memory in steps as bytes come, and returns it once the last holder has ended', () => {
    const budget = new Budget(10 * step);
    const lease = new Lease(budget);
    const [answered, worked] = [lease.hold(), lease.hold()];
    lease.charge(1);
    lease.charge(step - 1);
    expect(budget.free).toBe(9 * step);
    lease.charge(2 * step);
    expect(budget.free).toBe(7 * step);
    answered();
    answered();
    expect(budget.free).toBe(7 * step);
    worked();
    expect(budget.free).toBe(10 * step);
    lease.charge(step);
    expect(budget.free).toBe(10 * step);
  });

  it('is refused where memory is full, and returns what it had before', () => {
    const budget = new Budget(3 * step);
    const lease = new Lease(budget);
    const end = lease.hold();
    lease.charge(2 * step);
    expect(() => lease.charge(2 * step)).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
    end();
    expect(budget.free).toBe(3 * step);
  });
});

describe('collect', () => {
  const lease = () => new Lease(new Budget(1e9));
  const pieces = (sizes: readonly number[]) =>
    Readable.from(
      sizes.map((size, at) => Buffer.alloc(size, at % 256)),
      { objectMode: false },
    );

  it('puts pieces of any size together in a buffer of their own', async () => {
    const sizes = [1, 1, 20_000, 0, 3, 70_000, 5_000_000, 1];
    const bytes = await collect(pieces(sizes), lease(), 1e7);
    expect(Buffer.concat(sizes.map((size, at) => Buffer.alloc(size, at))).equals(bytes)).toBe(true);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(await collect(pieces([]), lease(), 1)).toHaveLength(0);
  });

  it('refuses what is longer than allowed, and reads the rest so that the connection can be used again', async () => {
    const stream = pieces([10, 10, 10, 10]);
    await expect(collect(stream, lease(), 15)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    await new Promise((resolve) => stream.once('end', resolve));
    expect(stream.destroyed && !stream.readableEnded).toBe(false);
  });

  it('refuses a body that finds no memory', async () => {
    const small = new Lease(new Budget(step));
    await expect(collect(pieces([step, 1]), small, 1e7)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  });
});
