/** @file Methods whose networks score patch features and say nothing of products: SimpleNet and GLASS. */
import { sharesOfCentres } from '../detector/class-centres.ts';
import { constantParameters } from '../detector/patch-scores.ts';
import type { ClassForegrounds } from '../features/class-foreground.ts';
import type { ExtractedStore } from '../features/extract.ts';
import { fitClassMaps } from '../training/class-maps.ts';
import type { TrainableNetworks } from '../training/trainable.ts';
import type { Trained } from './method.ts';
import { fitInput } from './train-features.ts';
import { trainOn } from './train-networks.ts';
import type { Work } from './train-work.ts';

/**
 * Trains them on the features themselves; the product of a picture is that of the nearest mean feature.
 * @param networksOf - networks for features of a width
 */
export async function trainScorer(
  work: Work,
  foregrounds: ClassForegrounds,
  extracted: ExtractedStore,
  networksOf: (width: number) => TrainableNetworks,
): Promise<Trained> {
  const { fitted, fitKey } = await fitInput(work, extracted);
  const networks = networksOf(fitted.width);
  const trained = await trainOn(work, foregrounds, extracted, fitted, fitKey, networks);
  const centres = await fitClassMaps({ ...extracted, images: work.split.fit });
  const { parameters, steps, chosen } = trained;
  return {
    steps,
    chosen,
    model: (graph, features, patches) => ({
      score: networks.score(features, constantParameters(graph, parameters)),
      shares: sharesOfCentres(graph, features, patches, centres),
    }),
  };
}
