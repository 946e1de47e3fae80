/**
 * @file Table of contents of what a page trains with, `clad/web/training`. docs/browser.md walks through it. The methods, the trainer and the
 * feature store are those of Node; what a host has of its own (files, images, the engine) is what a page has.
 */
export { memoryStorage } from '../core/memory-storage.ts';
export type { Storage } from '../core/storage.ts';
export type { Dataset, Sample } from '../data/dataset.ts';
export { fingerprint } from '../data/fingerprint.ts';
export type { ImageAccess } from '../data/image-access.ts';
export { detectorBytes } from '../detector/detector-bytes.ts';
export { detectorGraph } from '../detector/detector-graph.ts';
export { type DetectorMetadata, detectorFormat } from '../detector/metadata.ts';
export { builtinBackbone, builtinName } from '../features/backbones/builtin-backbone.ts';
export { reducedBackbone } from '../features/backbones/reduced-backbone.ts';
export {
  calibrateByGood,
  imagesToPredict,
  leaveOneOutDetector,
  predictGoodImages,
  scoreGapOf,
} from '../jobs/good-images/good-images.ts';
export { type StoredDetector, storedDetector } from '../jobs/good-images/stored-images.ts';
export { methods } from '../methods/builtin-methods.ts';
export type { FitContext, Fitted, Method, StoredImages } from '../methods/contract.ts';
export { presetOf, resolveOptions } from '../methods/resolve-options.ts';
export { splitHeldOut } from '../training/held-out.ts';
export { opfsStorage } from './opfs-storage.ts';
export { pageImages, produceInPage } from './page-images.ts';
export { fetchedWeights } from './page-weights.ts';
export { type WebEngineOptions, webEngine } from './web-engine.ts';
