/** @file A shape that is held: by a mouse, a finger, or the cursor of the keyboard, until it is put down. */
import { useState } from 'preact/hooks';
import type { DrawnShape } from '../../../src/studio/api.ts';
import { type Grip, gripAt, nextCorner, pulledShape } from './shape-grips.ts';
import type { Point, Size } from './view.ts';

type Shapes = readonly DrawnShape[];

export interface ShapeDrag {
  /** The shapes as they are while one is held. */
  readonly shapes: Shapes;
  readonly held: Grip | undefined;
  /** Takes hold of what lies there. @returns it; undefined where there is nothing */
  take(at: Point, scale: number): Grip | undefined;
  move(to: Point): void;
  /** Puts it down where it is. */
  put(): void;
  /** Puts it back where it was. */
  drop(): void;
  /** The next corner for the keyboard, which is not held yet. */
  next(step: 1 | -1): { readonly grip: Grip; readonly at: Point } | undefined;
}

interface Drag {
  /** The shapes that one was taken from. */
  readonly of: Shapes;
  readonly grip: Grip;
  readonly from: Point;
  readonly to: Point;
}

/** @param onPut - given the shapes, where one is another than before */
export function useShapeDrag(shapes: Shapes, image: Size, onPut: (shapes: Shapes) => void): ShapeDrag {
  const [taken, setDrag] = useState<Drag>();
  const [last, setLast] = useState<Grip>();
  // Of shapes that are others by now, as after a step forth, its place may be another shape's.
  const drag = taken?.of === shapes ? taken : undefined;
  const { grip, from, to } = drag ?? {};
  const pulled =
    grip && from && to
      ? shapes.map((each, at) => {
          if (at !== grip.shape) return each;
          const by: Point = [to[0] - from[0], to[1] - from[1]];
          return { ...each, shape: pulledShape(each.shape, grip.corner, by, image) };
        })
      : shapes;
  const isMoved = from && to && (from[0] !== to[0] || from[1] !== to[1]);
  return {
    shapes: pulled,
    held: grip,
    take(at, scale) {
      const found = gripAt(shapes, at, scale);
      setLast(found);
      setDrag(found && { of: shapes, grip: found, from: at, to: at });
      return found;
    },
    move: (at) => drag && setDrag({ ...drag, to: at }),
    put() {
      setDrag(undefined);
      if (isMoved) onPut(pulled);
    },
    drop: () => setDrag(undefined),
    next(step) {
      // What is held is put down where it is now.
      const found = nextCorner(pulled, last, step);
      setLast(found?.grip);
      return found;
    },
  };
}
