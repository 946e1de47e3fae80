/** @file What the pages draw with: where a photograph lies on the screen, and a mask with its way back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cornersOf } from '../../../src/jobs/roi/shape-corners.ts';
import { MaskDrawing } from '../../../studio/src/drawing/mask-drawing.ts';
import { gripAt, nextCorner, pulledShape } from '../../../studio/src/drawing/shape-grips.ts';
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
  it('goes back step by step to what it was, and forth again', () => {
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
        const states = [drawing.data.slice()];
        while (drawing.canUndo) {
          drawing.undo();
          states.unshift(drawing.data.slice());
        }
        expect(drawing.data.every((value) => value === 0)).toBe(true);
        expect(drawing.isChanged).toBe(false);
        // And forth again, through the same states.
        for (const state of states.slice(1)) {
          drawing.redo();
          expect(drawing.data).toEqual(state);
        }
        expect(drawing.canRedo).toBe(false);
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
    drawing.redo();
    expect(drawing.isChanged).toBe(false);
    drawing.undo();
    paint();
    expect([drawing.isChanged, drawing.canRedo]).toEqual([true, false]);
  });

  it('takes back a stroke that was not meant', () => {
    const drawing = new MaskDrawing({ width: 9, height: 9 });
    drawing.begin();
    drawing.line([1, 1], [5, 5], 1, 1);
    drawing.cancel();
    expect([drawing.isEmpty, drawing.canUndo, drawing.isChanged]).toEqual([true, false, false]);
  });
});

describe('a shape that is pulled', () => {
  const size = { width: 150, height: 100 };
  const rectangle = { rectangle: [10, 20, 30, 40] as [number, number, number, number] };
  const polygon = {
    polygon: [
      [60, 10],
      [90, 10],
      [75, 50],
    ] as [number, number][],
  };
  const shapes = [rectangle, polygon].map((shape) => ({ name: '', ignore: false, shape }));

  it('is taken by its nearest corner, else as a whole', () => {
    expect(gripAt(shapes, [42, 58], 1)).toEqual({ shape: 0, corner: 2 });
    expect(gripAt(shapes, [25, 40], 1)).toEqual({ shape: 0, corner: undefined });
    expect(gripAt(shapes, [75, 30], 1)).toEqual({ shape: 1, corner: undefined });
    // The same distance is farther on the screen where the photograph is larger.
    expect(gripAt(shapes, [48, 60], 4)).toBeUndefined();
  });
  it('is led to from corner to corner, round and round', () => {
    const places = [];
    let grip: ReturnType<typeof gripAt>;
    for (let turn = 0; turn < 8; turn++) {
      const found = nextCorner(shapes, grip, 1);
      grip = found?.grip;
      places.push(found?.at);
    }
    expect(places.slice(3)).toEqual([[10, 60], ...polygon.polygon, [10, 20]]);
    expect(nextCorner(shapes, undefined, -1)?.at).toEqual([75, 50]);
    expect(nextCorner([], undefined, 1)).toBeUndefined();
  });
  it('has the opposite corner where it was, also when it is pulled over that', () => {
    expect(pulledShape(rectangle, 0, [5.4, -3], size)).toEqual({ rectangle: [15, 17, 25, 43] });
    expect(pulledShape(rectangle, 0, [50, 60], size)).toEqual({ rectangle: [40, 60, 20, 20] });
    expect(pulledShape(rectangle, 0, [30, 0], size)).toBe(rectangle);
    expect(pulledShape(polygon, 2, [0, -60], size)).toEqual({
      polygon: [
        [60, 10],
        [90, 10],
        [75, 0],
      ],
    });
    // Two corners are no polygon.
    expect(pulledShape(polygon, 2, [15, -40], size)).toBe(polygon);
  });
  it('stays within the photograph, in whole pixels, and keeps its form as a whole', () => {
    const far = fc.double({ min: -400, max: 400, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(rectangle, polygon),
        fc.option(fc.nat(2)),
        far,
        far,
        (shape, corner, x, y) => {
          const pulled = pulledShape(shape, corner ?? undefined, [x, y], size);
          const corners = cornersOf(pulled);
          expect(
            corners.every(([left, top]) => left >= 0 && top >= 0 && left <= size.width && top <= size.height),
          ).toBe(true);
          expect(corners.flat().every(Number.isInteger)).toBe(true);
          if (corner !== null) return;
          const [[left, top] = [0, 0]] = corners;
          const [[wasLeft, wasTop] = [0, 0]] = cornersOf(shape);
          const back = corners.map((each) => [each[0] - left + wasLeft, each[1] - top + wasTop]);
          expect(back).toEqual(cornersOf(shape).map((each) => [...each]));
        },
      ),
    );
  });
});
