/** @file Published layouts through the built command line: each miniature inspected, one trained on and evaluated. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../src/data/inspect.ts';
import type { EvaluationDocument } from '../../src/jobs/evaluate/evaluate.ts';
import { clad } from '../helpers/clad.ts';
import { type Files, withFiles, writeFiles } from '../helpers/images.ts';
import { btad, dagm, kolektorSdd, kolektorSdd2, mpdd, mvtecAd2, realIad } from '../helpers/miniatures.ts';
import { expectRefused } from '../helpers/refused.ts';
import { trainSmall } from '../helpers/small-training.ts';

/** Training images, good and anomalous test images, masks. */
const counts: readonly [string, () => Promise<Files>, readonly number[]][] = [
  ['mvtec', mpdd, [4, 1, 1, 1]],
  ['mvtec-ad-2', mvtecAd2, [4, 1, 1, 1]],
  ['btad', btad, [6, 1, 2, 2]],
  ['real-iad', realIad, [4, 1, 1, 1]],
  ['kolektor-sdd', kolektorSdd, [15, 3, 2, 2]],
  ['kolektor-sdd2', kolektorSdd2, [4, 1, 1, 1]],
  ['dagm', dagm, [4, 1, 1, 1]],
];

describe('clad data inspect', () => {
  it.each(counts)('recognises %s, decodes all of it and finds nothing wrong', async (name, files, expected) =>
    withFiles(await files(), async (root) => {
      const { status, stdout, stderr } = await clad('data', 'inspect', root, '--json');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { layout, total, problems } = JSON.parse(stdout) as Inspection;
      expect(layout).toBe(name);
      expect([total.train, total.testGood, total.testAnomalous, total.masks]).toEqual(expected);
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    }),
  );

  it('reads another layout where one is named', async () =>
    withFiles(await btad(), async (root) => {
      expectRefused(await clad('data', 'inspect', root, '--layout', 'dagm'), /DAGM|Labels\.txt/);
    }));
});

it('trains on Real-IAD, remembers its layout and evaluates it', async () =>
  withFiles({ '.keep': '' }, async (folder) => {
    const data = join(folder, 'data');
    await writeFiles(data, await realIad());
    const { stderr } = await trainSmall(folder, data, 'run');
    expect(stderr).toContain('image that is in no list');
    const evaluated = await clad('evaluate', join(folder, 'run'), '--json', '--intervals');
    expect(evaluated.status).toBe(0);
    const { classes, intervals } = JSON.parse(evaluated.stdout) as EvaluationDocument;
    expect(classes).toMatchObject({ audiojack: { good: 1, anomalous: 1 } });
    expect(classes.audiojack?.pixelAuroc).toBeGreaterThan(0);
    expect(intervals?.classes.audiojack?.pixelAuroc).not.toBeNull();
  }));
