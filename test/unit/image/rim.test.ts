import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { innerZone, rimZones, zonesOfPatches } from '../../../src/image/rim.ts';

const grids = fc.record({ rows: fc.integer({ min: 1, max: 20 }), columns: fc.integer({ min: 1, max: 20 }) });

describe('zones of patches', () => {
  it('tell corners from sides and both from what is within', () => {
    const zones = zonesOfPatches({ rows: 8, columns: 9 });
    const at = (row: number, column: number) => zones[row * 9 + column];
    expect([at(0, 0), at(0, 8), at(7, 0), at(7, 8)]).toEqual([0, 0, 0, 0]);
    expect(at(0, 4)).toBe(at(7, 4));
    expect(at(0, 4)).not.toBe(at(4, 0));
    expect([at(3, 3), at(4, 5)]).toEqual([innerZone, innerZone]);
    expect(at(2, 4)).not.toBe(innerZone);
  });

  it('are the same in an image that is turned over, and are within their number', () => {
    fc.assert(
      fc.property(grids, ({ rows, columns }) => {
        const zones = zonesOfPatches({ rows, columns });
        expect(zones).toHaveLength(rows * columns);
        expect(zones.toReversed()).toEqual(zones);
        for (const zone of zones) expect(zone >= 0 && zone < rimZones).toBe(true);
      }),
    );
  });
});
