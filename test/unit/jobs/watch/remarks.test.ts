import { describe, expect, it } from 'vitest';
import { Remarks } from '../../../../src/jobs/watch/remarks.ts';

describe('remarks on a watched folder', () => {
  it('tell of what stays and cannot be judged, once, and not of what is being written', () => {
    const notes: string[] = [];
    const remarks = new Remarks((text) => notes.push(text));
    const locked = { path: 'in/locked', reason: 'folder that may not be read' };
    const part = { path: 'in/1.png.part', reason: 'not an image' };
    const empty = { path: 'in/empty', reason: 'empty folder' };
    remarks.passedOver([locked, part, empty], 0, false);
    expect(notes).toEqual([]);
    remarks.passedOver([locked, empty], 11_000, false);
    // It was away in between, and is new again.
    remarks.passedOver([locked, part, empty], 12_000, false);
    expect(notes).toEqual(['in/locked is passed over: folder that may not be read.']);
    remarks.passedOver([part], 12_000, true);
    expect(notes).toHaveLength(2);
  });

  it('name no more than twenty', () => {
    const notes: string[] = [];
    const remarks = new Remarks((text) => notes.push(text));
    const many = Array.from({ length: 50 }, (_, at) => ({ path: `in/${at}.txt`, reason: 'not an image' }));
    remarks.passedOver(many, 0, true);
    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toMatch(/not named any more/);
  });
});
