/** @file Scores of defects that are made on a run's good images, each image without its own entries in the memory bank: what can be said of misses where there is no defect yet. */
import { existsSync } from 'node:fs';
import { type ProgressListener, stoppable } from '../../core/progress.ts';
import { fileImages } from '../../data/file-images.ts';
import { listTextures } from '../../data/textures.ts';
import { askedWithoutOneImage } from '../../detector/bank-entries.ts';
import { bitsOf } from '../../detector/camera/camera.ts';
import { withoutCrop } from '../../detector/crop/crop-graph.ts';
import type { ScoredImage } from '../../evaluation/trade-off.ts';
import { encodeModel } from '../../graph/index.ts';
import type { CommonOptions } from '../../methods/contract.ts';
import type { Engine } from '../../runtime/engine.ts';
import { Cropper } from '../crop/cropper.ts';
import { leaveOneOutDetector } from '../good-images/good-images.ts';
import { RegionFinder } from '../roi/region-finder.ts';
import { madeDefects } from '../train/made-defects.ts';
import { imageOf, imagesLeft, type Subject } from '../update/subject.ts';

/** Of each class, where nothing else is asked for. */
const usual = 32;

/** Defects of each class in a report, for classes that have none to test with: fewer where there are many classes, so that the report does not take longer than its training. */
export function defectsInReport(classes: number): number {
  return Math.max(4, Math.min(usual, Math.floor(96 / classes)));
}

/**
 * @param names - classes that want some
 * @param perClass - how many of each
 * @returns defects by class, each with the photograph it was made on; nothing of classes whose photographs are not there any more
 */
export async function syntheticDefects(
  engine: Engine,
  subject: Subject,
  names: readonly string[],
  onProgress?: ProgressListener,
  perClass: number = usual,
): Promise<ReadonlyMap<string, readonly ScoredImage[]>> {
  const { metadata, model, file, config } = subject;
  const there = imagesLeft(subject).filter(({ path }) => existsSync(path));
  const training = [...file.images.keys()].map((id) => {
    const image = imageOf(subject, id);
    return { path: image.path, className: image.class };
  });
  // Those of the training; what it did not say has its default.
  const options = config.options as unknown as Pick<CommonOptions, 'seed' | 'synthesis'>;
  // Where they are gone, the built-in ones do: defects are an estimate in any case.
  const textures =
    config.textures !== null && existsSync(config.textures) ? await listTextures(config.textures) : null;
  const { geometry, grid } = metadata;
  const cropper = await Cropper.create(engine, metadata);
  const images = cropper?.images(fileImages) ?? fileImages;
  const making = {
    ...{ training, textures, options, images, bits: bitsOf(metadata) },
    view: { geometry, grid },
  };
  const regions = await RegionFinder.create(engine, metadata);
  const scores = new Map<string, readonly ScoredImage[]>();
  const oneOut = await leaveOneOutDetector(
    engine,
    // Defects are made on the crop.
    encodeModel(withoutCrop(askedWithoutOneImage(model, file.entryImages))),
  );
  const told = stoppable({ onProgress });
  let done = 0;
  try {
    for (const name of names) {
      const own = there.filter((image) => image.class === name);
      // What the networks have not seen comes first.
      const ids = [...own.filter(({ heldOut }) => heldOut), ...own.filter(({ heldOut }) => !heldOut)];
      if (ids.length === 0) continue;
      const made: ScoredImage[] = [];
      for await (const { score, image } of madeDefects(
        name,
        ids.slice(0, perClass).map(({ id }) => id),
        {
          ...making,
          classIndex: metadata.classes.indexOf(name),
          regionOf: (_, image) => regions.regionOf(name, image),
        },
        oneOut,
        perClass,
      )) {
        made.push({ path: training[image]!.path, score });
        const total = perClass * names.length;
        told({ task: 'synthetic defects', done: ++done, total, unit: 'defects' });
      }
      scores.set(name, made);
    }
  } finally {
    await oneOut.release();
    await regions.release();
    await cropper?.release();
  }
  return scores;
}
