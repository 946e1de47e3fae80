/** @file What the pages draw with: where a photograph lies on the screen, and a mask with its way back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskDrawing } from '../../../studio/src/drawing/mask-drawing.ts';
import { fitted, moved, onImage, onScreen, showing, zoomed } from '../../../studio/src/drawing/view.ts';

const image = { width: 400, height: 200 };
const place = { width: 200, height: 200 };

describe('the view', () => {
  it('shows all of a photograph, in the middle', () => {
    expect(fitted(image, place)).toEqual({ scale: 0.5, x: 0, y: 50 });
  });
  it('keeps what lies below the pointer there, and never less than the whole', () => {
    const near = zoomed(fitted(image, place), 8, [100, 100], image, place);
    expect(onImage(near, [100, 100])).toEqual([200, 100]);
    expect(zoomed(near, 0.001, [0, 0], image, place)).toEqual(fitted(image, place));
  });
  it('leaves no room beside a photograph that is larger than its place', () => {
    const near = zoomed(fitted(image, place), 4, [100, 100], image, place);
    expect(moved(near, [9999, 9999], image, place)).toMatchObject({ x: 0, y: 0 });
    const corner = showing(near, [400, 200], image, place);
    expect(onScreen(corner, [400, 200])).toEqual([200, 200]);
  });
});

const point = fc.tuple(fc.integer({ min: -20, max: 170 }), fc.integer({ min: -20, max: 120 }));
const step = fc.oneof(
  fc.record({
    line: fc.tuple(point, point),
    radius: fc.integer({ min: 0, max: 30 }),
    value: fc.constantFrom(0, 1),
  }),
  fc.record({ polygon: fc.array(point, { minLength: 3, maxLength: 6 }) }),
  fc.constant('clear' as const),
);

describe('a mask that is painted', () => {
  it('goes back step by step to what it was', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const drawing = new MaskDrawing({ width: 150, height: 100 });
        for (const each of steps) {
          drawing.begin();
          if (each === 'clear') drawing.clear();
          else if ('polygon' in each) drawing.polygon(each.polygon, 1);
          else drawing.line(...each.line, each.radius, each.value as 0 | 1);
          drawing.end();
        }
        while (drawing.canUndo) drawing.undo();
        expect(drawing.data.every((value) => value === 0)).toBe(true);
        expect(drawing.isChanged).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('has the pixels near the line, and one at least', () => {
    const drawing = new MaskDrawing({ width: 20, height: 10 });
    drawing.line([3.5, 4.5], [3.5, 4.5], 0, 1);
    expect([...drawing.data].filter(Boolean)).toHaveLength(1);
    expect(drawing.data[4 * 20 + 3]).toBe(1);
    drawing.line([4, 5], [18, 5], 2, 1);
    const inside = (x: number, y: number) => drawing.data[y * 20 + x];
    expect([inside(10, 3), inside(10, 6), inside(10, 2), inside(19, 5), inside(0, 5)]).toEqual([
      1, 1, 0, 1, 0,
    ]);
  });

  it('knows whether it is the one that was saved', () => {
    const drawing = new MaskDrawing({ width: 9, height: 9 });
    const paint = () => {
      drawing.begin();
      drawing.line([1, 1], [5, 5], 1, 1);
      drawing.end();
    };
    paint();
    drawing.saved();
    expect(drawing.isChanged).toBe(false);
    drawing.undo();
    expect(drawing.isChanged).toBe(true);
    paint();
    expect(drawing.isChanged).toBe(true);
  });

  it('takes back a stroke that was not meant', () => {
    const drawing = new MaskDrawing({ width: 9, height: 9 });
    drawing.begin();
    drawing.line([1, 1], [5, 5], 1, 1);
    drawing.cancel();
    expect([drawing.isEmpty, drawing.canUndo, drawing.isChanged]).toEqual([true, false, false]);
  });
});
