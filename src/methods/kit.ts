/**
 * @file What a method from outside is made with (docs/plugins.md): its file's default export may be a function, which is given this, so that it
 * needs to find no package from where it lies.
 */
export { z } from 'zod';
export { CladError } from '../core/errors.ts';
export { Random } from '../core/random.ts';
export { anomalyMap, imageScore } from '../detector/heat/anomaly-map.ts';
export { normalize, resizeToInput } from '../features/patches/preprocess.ts';
export { imageFeatures } from '../features/store/image-features.ts';
/** Operations and graphs, e.g. `graph.add`, `graph.matmul`. */
export * as graph from '../graph/index.ts';
export { decodeImage } from '../image/decode.ts';
export { sizeOf } from '../image/size-option.ts';
export { oneHot } from '../nn/losses.ts';
export * as perceptrons from '../nn/perceptron.ts';
export { trainStages } from '../training/trainer.ts';
export { defineMethod } from './contract.ts';
export { fitClassMaps } from './shared/class-maps.ts';
export { onPatches } from './shared/on-patches.ts';
/** Groups of options, and usual values: `asCompared`, `asPublished`. */
export * as options from './shared/option-groups.ts';
export { sharesOfVotes, weighedVotes } from './shared/patch-model.ts';
