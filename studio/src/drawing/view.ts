/** @file Where a photograph lies in its place on the screen: moved, and so many pixels of the screen wide for each of its own. Pure. */

/** In pixels of the photograph, or of the screen. */
export type Point = readonly [x: number, y: number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface View {
  /** Pixels of the screen for each of the photograph. */
  readonly scale: number;
  /** Of the photograph's upper left corner, in its place. */
  readonly x: number;
  readonly y: number;
}

/** A pixel of the photograph is at most so large on the screen. */
const largestPixel = 40;

/** All of the photograph, in the middle of its place. */
export function fitted(image: Size, place: Size): View {
  const scale = Math.min(place.width / image.width, place.height / image.height);
  return within({ scale, x: 0, y: 0 }, image, place);
}

/** Larger or smaller by a factor, with what lies at a point of the place staying there. */
export function zoomed(view: View, factor: number, [x, y]: Point, image: Size, place: Size): View {
  const least = fitted(image, place).scale;
  const scale = Math.min(Math.max(largestPixel, least), Math.max(least, view.scale * factor));
  const by = scale / view.scale;
  return within({ scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by }, image, place);
}

export function moved(view: View, [x, y]: Point, image: Size, place: Size): View {
  return within({ ...view, x: view.x + x, y: view.y + y }, image, place);
}

/** So that a point of the photograph is seen, with a margin around it. */
export function showing(view: View, point: Point, image: Size, place: Size): View {
  const [x, y] = onScreen(view, point);
  const margin = Math.min(40, place.width / 4, place.height / 4);
  const by = (value: number, length: number) =>
    value < margin ? margin - value : value > length - margin ? length - margin - value : 0;
  return moved(view, [by(x, place.width), by(y, place.height)], image, place);
}

/** No room is left beside the photograph where it is larger than its place; else it lies in the middle. */
function within({ scale, x, y }: View, image: Size, place: Size): View {
  const inside = (at: number, length: number, room: number) =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
  return {
    scale,
    x: inside(x, image.width * scale, place.width),
    y: inside(y, image.height * scale, place.height),
  };
}

export function onImage({ scale, x, y }: View, [left, top]: Point): Point {
  return [(left - x) / scale, (top - y) / scale];
}

export function onScreen({ scale, x, y }: View, [left, top]: Point): Point {
  return [left * scale + x, top * scale + y];
}

/** The nearest point that is within the photograph. */
export function clamped([x, y]: Point, { width, height }: Size): Point {
  return [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))];
}
