/** @file Regions of interest between a page, which has shapes with what each is for, and the form that `clad train --roi` takes (jobs/roi/region-definition.ts). Pure. */
import type { ImageSize } from '../image/limits.ts';
import type { NamedDefinition, RegionDefinition, RegionShape } from '../jobs/roi/region-definition.ts';
import type { DrawnShape } from './api.ts';

/** Why shapes make no region, by a name of the reason that pages have words for; undefined where they do. */
export function regionProblem(shapes: readonly DrawnShape[]): 'some-named' | 'ignored-alone' | undefined {
  const names = new Set(shapes.filter(({ ignore }) => !ignore).map(({ name }) => name));
  if (names.has('') && names.size > 1) return 'some-named';
  const isAlone = shapes.some(({ ignore, name }) => ignore && name !== '' && !names.has(name));
  return isAlone ? 'ignored-alone' : undefined;
}

/**
 * The definition of shapes.
 * @param shapes - at least one, without `regionProblem`
 * @param reference - size in pixels of the image that they were drawn on
 */
export function definitionOf(shapes: readonly DrawnShape[], { width, height }: ImageSize): RegionDefinition {
  const of = (name: string, isIgnored: boolean) =>
    shapes.filter((each) => each.name === name && each.ignore === isIgnored).map(({ shape }) => shape);
  const names = new Set(shapes.filter(({ ignore, name }) => !ignore && name !== '').map(({ name }) => name));
  const [inside, ignore] = [of('', false), of('', true)];
  return {
    reference: `${width}x${height}`,
    ...(inside.length > 0 && { inside }),
    ...(names.size > 0 && {
      regions: [...names].map((name): NamedDefinition => {
        const own = of(name, true);
        return { name, inside: of(name, false), ...(own.length > 0 && { ignore: own }) };
      }),
    }),
    ...(ignore.length > 0 && { ignore }),
  };
}

/**
 * The shapes of a definition, on an image of another size.
 * @param by - what x and y are multiplied by
 * @returns undefined where it has masks, which are no shapes
 */
export function shapesOf(
  { inside = [], ignore = [], regions = [] }: RegionDefinition,
  by: readonly [x: number, y: number],
): DrawnShape[] | undefined {
  const drawn: DrawnShape[] = [];
  const add = (shapes: readonly RegionShape[], name: string, isIgnored: boolean) => {
    for (const shape of shapes) {
      const scaled = scaledShape(shape, by);
      if (!scaled) return false;
      drawn.push({ name, ignore: isIgnored, shape: scaled });
    }
    return true;
  };
  const isDrawn =
    add(inside, '', false) &&
    regions.every((each) => add(each.inside, each.name, false) && add(each.ignore ?? [], each.name, true)) &&
    add(ignore, '', true);
  return isDrawn ? drawn : undefined;
}

function scaledShape(shape: RegionShape, [x, y]: readonly [number, number]): DrawnShape['shape'] | undefined {
  // A pixel's hundredth is no more than what was drawn is worth.
  const scaled = (value: number, by: number) => Math.round(value * by * 100) / 100;
  if ('mask' in shape) return undefined;
  if ('polygon' in shape)
    return { polygon: shape.polygon.map(([left, top]) => [scaled(left, x), scaled(top, y)]) };
  const [left, top, width, height] = shape.rectangle;
  return { rectangle: [scaled(left, x), scaled(top, y), scaled(width, x), scaled(height, y)] };
}
