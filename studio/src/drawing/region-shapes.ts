/** @file Shapes of a region of interest, drawn over a photograph. */
import { cornersOf } from '../../../src/jobs/roi/shape-corners.ts';
import type { DrawnShape } from '../../../src/studio/api.ts';
import { outlined } from './surface.tsx';
import { onScreen, type Point, type View } from './view.ts';

/** Of what is ignored, and of regions in the order of their names. */
export const ignoredColour = '#ff8a5c';
const colours = ['#4fd1ff', '#a3e635', '#f5d04c', '#e79bff', '#6ee7b7', '#ffb3c7'] as const;

/** A colour for each named region, and one where none has a name. */
export function colourOf(shape: DrawnShape, names: readonly string[]): string {
  if (shape.ignore) return ignoredColour;
  return colours[Math.max(0, names.indexOf(shape.name)) % colours.length] as string;
}

/** The names of regions, in the order of their first shapes. */
export function regionNames(shapes: readonly DrawnShape[]): string[] {
  return [...new Set(shapes.filter(({ ignore, name }) => !ignore && name !== '').map(({ name }) => name))];
}

/** @param chosen - place of the shape that somebody looks at @param grips - whether corners are shown that can be taken hold of */
export function drawShapes(
  context: CanvasRenderingContext2D,
  view: View,
  shapes: readonly DrawnShape[],
  chosen: number | undefined,
  grips: boolean,
): void {
  const names = regionNames(shapes);
  for (const [at, shape] of shapes.entries()) {
    const colour = colourOf(shape, names);
    const corners = cornersOf(shape.shape).map((corner) => onScreen(view, corner));
    const path = new Path2D();
    for (const [x, y] of corners) path.lineTo(x, y);
    path.closePath();
    context.fillStyle = `${colour}${at === chosen ? '66' : shape.ignore ? '55' : '22'}`;
    context.fill(path);
    outlined(context, path, colour, at === chosen ? 3.5 : 2);
    if (grips) drawGrips(context, corners, colour);
    const [x, y] = corners.reduce((best, corner) => (corner[1] < best[1] ? corner : best));
    labelled(context, [x + 4, y + 4], labelOf(shape, at), colour);
  }
}

function drawGrips(context: CanvasRenderingContext2D, corners: readonly Point[], colour: string): void {
  const path = new Path2D();
  for (const [x, y] of corners) path.rect(x - 6, y - 6, 12, 12);
  context.fillStyle = colour;
  context.fill(path);
  outlined(context, path, '#fff', 1.5);
}

/** `1 rim`, or `2` where it has no name. */
export function labelOf({ name }: Pick<DrawnShape, 'name'>, at: number): string {
  return `${at + 1}${name === '' ? '' : ` ${name}`}`;
}

function labelled(context: CanvasRenderingContext2D, [x, y]: Point, text: string, colour: string): void {
  context.font = '600 13px system-ui, sans-serif';
  context.textBaseline = 'top';
  const { width } = context.measureText(text);
  context.fillStyle = '#000b';
  context.fillRect(x, y, width + 8, 19);
  context.fillStyle = colour;
  context.fillText(text, x + 4, y + 3);
}
