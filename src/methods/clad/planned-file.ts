/** @file How large the file of a detector will be: it is built of numbers that are all 0, in the sizes that the real ones will have. */

import { Random } from '../../core/random.ts';
import { detectorGraph } from '../../detector/detector-graph.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { codedWidthOf } from '../../features/memory-bank/class-search.ts';
import type { FittedInput } from '../shared/network-input/network-input.ts';
import { patchDetector } from '../shared/on-patches.ts';
import type { PatchView } from '../shared/patch-view.ts';
import type { CladOptions } from './clad-options.ts';
import { initialParameters } from './networks.ts';
import { cladModel } from './patch-scores.ts';

/**
 * Bytes of the file, but for its metadata and the self-test's images, together less than a megabyte.
 * @param widths - of a patch feature, and of what enters the networks
 * @param entriesOf - how many entries each class will have
 */
export function plannedFileBytes(
  {
    options,
    view,
    backbone,
    classes,
  }: {
    readonly options: CladOptions;
    readonly view: PatchView;
    readonly backbone: Backbone;
    readonly classes: readonly string[];
  },
  widths: { readonly feature: number; readonly input: number },
  entriesOf: readonly number[],
): number {
  const parameters = options.networks
    ? initialParameters(
        {
          inputWidth: widths.input,
          adaptorWidths: options.adaptor,
          discriminatorWidths: options.discriminator,
          classes: classes.length,
        },
        new Random('planned'),
      )
    : undefined;
  const fitted = emptyInput(options, widths, entriesOf);
  const { networkWeight } = options.score;
  const spreads = classes.map(() => ({ mean: 0, deviation: 1 }));
  const fusion =
    fitted.kind === 'residual' && networkWeight !== null
      ? { distance: spreads, ...(parameters && { network: spreads }), networkWeight }
      : undefined;
  const model = cladModel({ fitted, parameters, classes }, fusion);
  const detector = patchDetector({ backbone, view, model, score: options.score });
  return detectorGraph(detector, classes, { size: view.geometry }).toBytes().length;
}

function emptyInput(
  { input, memoryBank }: CladOptions,
  widths: { readonly feature: number; readonly input: number },
  entriesOf: readonly number[],
): FittedInput {
  const { feature, input: width } = widths;
  const noiseDeviation = new Float32Array(width);
  if (input === 'feature') return { kind: 'feature', width, noiseDeviation };
  const zeros = (...shape: readonly number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });
  const entries = entriesOf.reduce((sum, each) => sum + each, 0);
  return {
    kind: 'residual',
    width,
    noiseDeviation,
    search: { neighbours: memoryBank.neighbours, shortlist: memoryBank.shortlist },
    searchWidth: codedWidthOf(memoryBank.searchWidth, width),
    arrays: {
      mean: zeros(feature),
      projection: zeros(feature, width),
      entries: zeros(entries, width),
      norms: zeros(entries),
      whitening: zeros(width),
    },
    entryClasses: entriesOf.flatMap((count, index) => new Array<number>(count).fill(index)),
    entryImages: new Array<number>(entries).fill(0),
  };
}
