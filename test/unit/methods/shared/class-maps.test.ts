/** @file Each class's mean photograph in feature space, against plain loops. */
import { describe, expect, it } from 'vitest';
import { fitClassMaps } from '../../../../src/methods/shared/class-maps.ts';
import { makeStore, withFolder } from '../../../helpers/made-store.ts';

const [width, patches] = [2, 4];
/** Exact in half precision. */
const value = (id: number, position: number, axis: number) => 2 * id + position / 4 - 8 * axis;

describe('class maps', () => {
  it('are means over the chosen images, place by place, of each class', () =>
    withFolder(async (folder) => {
      const made = await makeStore(folder, {
        width,
        gridSide: 2,
        classes: ['bolt', 'nut'],
        shards: [3, 4],
        rowOf: ({ id, position }) => [value(id, position, 0), value(id, position, 1)],
      });
      // Images 0, 2, 4, 6 are bolts; 4 is left out.
      const images = new Set([0, 1, 2, 3, 5, 6]);
      const { maps, centres, spread, ...sizes } = await fitClassMaps({ ...made, images });
      expect(sizes).toEqual({ classes: 2, patches, width });
      const entries = [
        [0, 2, 6],
        [1, 3, 5],
      ];
      const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
      const places = [...Array(patches).keys()];
      const meanOf = (id: number) => [0, 1].map((axis) => mean(places.map((at) => value(id, at, axis))));
      const distances = entries.flatMap((ids, classIndex) => {
        for (const at of places)
          for (const axis of [0, 1]) {
            const expected = mean(ids.map((id) => value(id, at, axis)));
            expect(maps[(classIndex * patches + at) * width + axis]).toBeCloseTo(expected, 4);
          }
        const centre = [0, 1].map((axis) => mean(ids.map((id) => meanOf(id)[axis]!)));
        centre.forEach((each, axis) => {
          expect(centres[classIndex * width + axis]).toBeCloseTo(each, 4);
        });
        return ids.map((id) => Math.hypot(...meanOf(id).map((each, axis) => each - centre[axis]!)));
      });
      expect(spread).toBeCloseTo(mean(distances), 4);
    }));
});
