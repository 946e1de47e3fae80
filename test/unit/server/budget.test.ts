import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/server/budget.ts';

describe('Budget', () => {
  it('gives until it is used up, and again what came back', () => {
    const budget = new Budget(3);
    const first = budget.tryTake(2);
    expect(budget.tryTake(2)).toBeUndefined();
    expect(budget.tryTake(1)).toBeDefined();
    first?.();
    first?.();
    expect(budget.free).toBe(2);
  });

  it('lets nobody past one who asked before for more', async () => {
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

  it('takes what is more than everything for everything', async () => {
    const budget = new Budget(4);
    const giveBack = await budget.take(100);
    expect(budget.free).toBe(0);
    giveBack();
    expect(budget.free).toBe(4);
  });

  it('lets go of one who waits no more, and serves the next', async () => {
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
