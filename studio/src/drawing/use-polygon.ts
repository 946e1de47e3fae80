/** @file The corners of a polygon that is being drawn; near its first corner it closes. */
import { useState } from 'preact/hooks';
import { outlined } from './surface.tsx';
import { onScreen, type Point, type View } from './view.ts';

/** Pixels of the page around the first corner. */
const closing = 14;

export interface Polygon {
  readonly corners: readonly Point[];
  /** Adds a corner, or closes it. @param scale - pixels of the page for each of the photograph; without it, it does not close */
  add(at: Point, scale?: number): void;
  /** Takes the last corner back. */
  back(): void;
  drop(): void;
  close(): void;
  draw(context: CanvasRenderingContext2D, view: View, colour: string): void;
}

/** @param onClosed - given its corners, three or more */
export function usePolygon(onClosed: (corners: readonly Point[]) => void): Polygon {
  const [corners, setCorners] = useState<readonly Point[]>([]);
  const close = () => {
    setCorners([]);
    if (corners.length > 2) onClosed(corners);
  };
  return {
    corners,
    close,
    add(at, scale = 0) {
      const [first] = corners;
      const isNear = first && scale > 0 && Math.hypot(at[0] - first[0], at[1] - first[1]) * scale < closing;
      if (isNear && corners.length > 2) close();
      else setCorners([...corners, at]);
    },
    back: () => setCorners(corners.slice(0, -1)),
    drop: () => setCorners([]),
    draw(context, view, colour) {
      if (corners.length === 0) return;
      const path = new Path2D();
      for (const corner of corners) path.lineTo(...(onScreen(view, corner) as [number, number]));
      for (const [x, y] of corners.map((corner) => onScreen(view, corner))) path.rect(x - 4, y - 4, 8, 8);
      outlined(context, path, colour, 1.5);
    },
  };
}
