import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/server/budget.ts';

describe('Budget', () => {
  it('grants until it is used up, and again what was returned', () => {
    const budget = new Budget(3);
    const first = budget.tryTake(2);
    expect(budget.tryTake(2)).toBeUndefined();
    expect(budget.tryTake(1)).toBeDefined();
    first?.();
    first?.();
    expect(budget.free).toBe(2);
  });

  it('serves requests in order, also when a later one is smaller', async () => {
    const budget = new Budget(4);
    const first = await budget.take(3);
    const order: string[] = [];
    const large = budget.take(4).then((giveBack) => {
      order.push('large');
      giveBack();
    });
    const small = budget.take(1).then(() => order.push('small'));
    expect(budget.tryTake(1)).toBeUndefined();
    first();
    await Promise.all([large, small]);
    expect(order).toEqual(['large', 'small']);
  });

  it('grants a request for more than everything when all is free', async () => {
    const budget = new Budget(4);
    const giveBack = await budget.take(100);
    expect(budget.free).toBe(0);
    giveBack();
    expect(budget.free).toBe(4);
  });

  it('drops a request that waits no more, and serves the next', async () => {
    const budget = new Budget(2);
    await budget.take(1);
    const controller = new AbortController();
    const leaving = budget.take(2, controller.signal);
    const next = budget.take(1);
    controller.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    await next;
    expect(budget.free).toBe(0);
    await expect(budget.take(1, controller.signal)).rejects.toThrow('gone');
  });
});
