/** @file Scores of tiles and of the whole made small: the larger of both at each patch of the map. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { mapMatrix } from '../../../../src/detector/heat/anomaly-map.ts';
import { ofMapAlone, withWhole } from '../../../../src/detector/heat/whole-scores.ts';
import { mul, reshape } from '../../../../src/graph/index.ts';
import { runGraph } from '../../../helpers/run-graph.ts';

const grid = { rows: 6, columns: 8, whole: { rows: 2, columns: 3 } };
const [fine, all] = [48, 54];
const scores = new Random('whole scores').fillNormal(new Float32Array(2 * all));

describe('scores of tiles and of the whole', () => {
  it('are the larger ones, those of the whole enlarged bilinearly, image by image', async () => {
    const { both } = await runGraph({ x: { data: scores, shape: [2 * all] } }, (_, inputs) => ({
      both: withWhole(inputs.x!, grid),
    }));
    const [down, across] = [mapMatrix(2, 6, 0), mapMatrix(3, 8, 0)];
    expect(both!.data).toHaveLength(2 * fine);
    for (const [at, value] of both!.data.entries()) {
      const [image, patch] = [Math.floor(at / fine), at % fine];
      const [row, column] = [Math.floor(patch / 8), patch % 8];
      let enlarged = 0;
      for (let from = 0; from < 6; from++)
        enlarged +=
          down[row * 2 + Math.floor(from / 3)]! *
          across[column * 3 + (from % 3)]! *
          scores[image * all + fine + from]!;
      expect(value).toBeCloseTo(Math.max(scores[image * all + patch]!, enlarged), 5);
    }
  });

  it('are changed by what is of the map alone, and left as they are where the whole is not seen', async () => {
    const { changed, same } = await runGraph({ x: { data: scores, shape: [2 * all] } }, (_, inputs) => {
      const images = reshape(inputs.x!, [-1, all], 'N');
      return {
        changed: reshape(
          ofMapAlone(images, grid, (own) => mul(own, 2)),
          [-1],
          'all',
        ),
        same: withWhole(inputs.x!, { rows: 9, columns: 12 }),
      };
    });
    expect(same!.data).toEqual([...scores]);
    expect(changed!.data).toEqual([...scores].map((value, at) => (at % all < fine ? 2 * value : value)));
  });
});
