import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { innerZone, rimZones, zonesOfPatches } from '../../../src/image/rim.ts';

const grids = fc.record({ rows: fc.integer({ min: 1, max: 30 }), columns: fc.integer({ min: 1, max: 30 }) });

describe('zones of patches', () => {
  it('tell corners from sides and both from what is within', () => {
    const zones = zonesOfPatches({ rows: 14, columns: 15 });
    const at = (row: number, column: number) => zones[row * 15 + column];
    expect([at(0, 0), at(0, 14), at(13, 0), at(13, 14)]).toEqual([0, 0, 0, 0]);
    expect(at(0, 7)).toBe(at(13, 7));
    expect(at(0, 7)).not.toBe(at(7, 0));
    expect([at(6, 6), at(7, 8)]).toEqual([innerZone, innerZone]);
    expect(at(5, 7)).not.toBe(innerZone);
  });

  it('are others for the whole made small, which stands behind', () => {
    const zones = zonesOfPatches({ rows: 14, columns: 15, whole: { rows: 3, columns: 2 } });
    expect(zones.slice(0, 14 * 15)).toEqual(zonesOfPatches({ rows: 14, columns: 15 }));
    expect(zones.slice(14 * 15)).toEqual(
      zonesOfPatches({ rows: 3, columns: 2 }).map((zone) => rimZones + zone),
    );
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
