/** @file What a file says of its own past. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { detectorBytes } from '../../../../src/detector/detector-bytes.ts';
import type { DetectorMetadata } from '../../../../src/detector/metadata.ts';
import { Graph } from '../../../../src/graph/index.ts';
import { rememberImages } from '../../../../src/jobs/remembered-images.ts';
import { detectorHistory } from '../../../../src/jobs/update/history.ts';
import { madeMetadata } from '../../../helpers/made-metadata.ts';

async function historyOf(
  changes: Partial<DetectorMetadata>,
  exclusions?: DetectorMetadata['provenance']['exclusions'],
) {
  const folder = await mkdtemp(join(tmpdir(), 'clad-history-'));
  try {
    const data = {
      ...madeMetadata.provenance.data,
      trainingImages: { bolt: 20 },
      heldOutImages: { bolt: 4 },
    };
    const provenance = { ...madeMetadata.provenance, data, ...(exclusions && { exclusions }) };
    const path = join(folder, 'model.onnx');
    await writeFile(path, detectorBytes(new Graph().toModel(), { ...madeMetadata, provenance, ...changes }));
    return await detectorHistory(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const hash = 'ab'.repeat(32);

it('begins with the training, and counts back to what it began with', async () => {
  const { versions } = await historyOf({
    history: [
      {
        version: 2,
        created: '2026-02-01T00:00:00.000Z',
        action: 'add',
        source: 's1',
        classes: { bolt: { images: 5, entries: 70, thresholdBefore: 1, thresholdAfter: 1.25 } },
        remembered: rememberImages([hash]),
      },
      {
        version: 3,
        created: '2026-03-01T00:00:00.000Z',
        action: 'remove-class',
        source: 's2',
        classes: { nut: { images: -9, entries: -40, thresholdBefore: 2, thresholdAfter: null } },
      },
    ],
  });
  expect(versions.map(({ version, action }) => [version, action])).toEqual([
    [1, 'train'],
    [2, 'add'],
    [3, 'remove-class'],
  ]);
  expect(versions[0]!.classes.map((each) => [each.class, each.images, each.thresholdAfter])).toEqual([
    ['bolt', 19, 1],
    ['nut', 9, 2],
  ]);
  expect(versions[1]!.hashes).toEqual([hash.slice(0, 16)]);
});

it('has what was done before files kept a history, and what set thresholds', async () => {
  const images = { bolt: 2 };
  const exclusion = { created: '2026-01-20T00:00:00.000Z', source: 's0', images };
  const calibrated = { created: '2026-05-01T00:00:00.000Z', source: 's9', images: { bolt: 60 } };
  const { versions } = await historyOf({ calibrated }, [exclusion]);
  expect(versions.map(({ action, classes }) => [action, classes[0]!.images])).toEqual([
    ['train', 26],
    ['exclude', -2],
    ['calibrate', 60],
  ]);
});
