/** @file The last step of `clad train`: the detector file, and beside it what its good images showed. */
import { basename } from 'node:path';
import { writeFileAtomic } from '../../core/files.ts';
import type { DetectorMetadata } from '../../detector/metadata.ts';
import type { Fitted } from '../../methods/contract.ts';
import { goodImagesFile, writeGoodImagesFile } from '../good-images/good-images-file.ts';
import type { RankedImage } from '../good-images/ranked-images.ts';
import { writeGoodImages } from '../good-images/standing-out.ts';
import { version } from '../version.ts';
import { describeDetector, detectorFileOf } from './describe-detector.ts';
import type { Work } from './train-request.ts';

/** A finished detector, and the photographs it was made from as it sees them. */
export interface Written {
  readonly metadata: DetectorMetadata;
  readonly goodImages: readonly RankedImage[];
}

/** Sets thresholds by good images and writes the file with golden images. */
export async function calibrateAndWrite(work: Work, fitted: Fitted): Promise<Written> {
  const { run, dataset, request } = work;
  const { root } = dataset;
  const described = { ...work, preset: request.preset, dataName: basename(root), version };
  const detector = await describeDetector(
    described,
    fitted,
    async ({ metadata, predicted, goodImages }, oneOut) => {
      await writeGoodImages({ run, root }, oneOut, goodImages, metadata);
      const file = goodImagesFile(predicted, fitted.entryImages ?? [], root);
      await writeGoodImagesFile(run.goodImagesState, file);
    },
  );
  await writeFileAtomic(run.model, await detectorFileOf(described, fitted, detector, run.model));
  return { metadata: detector.metadata, goodImages: detector.goodImages };
}
