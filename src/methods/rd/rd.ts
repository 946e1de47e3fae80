/**
 * @file RD (Deng and Li, "Anomaly Detection via Reverse Distillation from One-Class Embedding", CVPR 2022): a student that never sees the image learns to give
 * the maps of a frozen teacher back from a narrow embedding of them. What is anomalous does not pass the embedding as it was, so the cosine distance of both, level by
 * level, is the anomaly map.
 *
 * Four things differ from its code: maps are enlarged with half-pixel centres, where it aligns corners; the last state is taken, where it reports one chosen
 * by the test images; the class is that of the nearest mean of the teacher's maps, which it is told; and one student learns all classes.
 */
import { imageScore } from '../../detector/heat/anomaly-map.ts';
import { levelsOf, type MapLevel, mapsOfStored } from '../../features/store/extract-maps.ts';
import { reshape, type Tensor } from '../../graph/index.ts';
import { batchNormaliser, runningNormaliser } from '../../nn/normalize.ts';
import type { StepBuilder } from '../../training/program.ts';
import { defineMethod, type FitContext } from '../contract.ts';
import { distanceMap } from '../shared/maps/cosine.ts';
import { fitOnMaps, type MapNetwork, type MapView } from '../shared/maps/fit-on-maps.ts';
import { addedLevels } from '../shared/maps/level-maps.ts';
import { planOnMaps } from '../shared/maps/plan-maps.ts';
import { distillationLosses } from './distillation-losses.ts';
import { type RdOptions, rdOptions, rdPresets } from './rd-options.ts';
import { rdImageBytes, rdImageSeconds, rdStoredSeconds, rdTasks } from './rd-seconds.ts';
import { mapView, withMapLayers } from './rd-view.ts';
import { reconstruct, type StudentShape, studentParameters, studentShape } from './student.ts';

export const rd = defineMethod<RdOptions, MapView>({
  name: 'rd',
  summary: 'a student gives the feature maps of the backbone back from a narrow embedding',
  options: rdOptions,
  presets: rdPresets,
  inputSize: ({ features }) => features.inputSize,
  adapt: withMapLayers,
  view: mapView,
  tasks: rdTasks,
  imageSeconds: rdImageSeconds,
  storedSeconds: rdStoredSeconds,

  fit: (context) => fitOnMaps(context, studentFor(context)),
  plan: (context) => {
    const levels = levelsOf(context.backbone, context.view);
    return planOnMaps(context, studentFor(context), rdImageBytes(levels, context.options.student));
  },
});

/** What is trained, once its levels are known. */
export const studentFor =
  ({ options, view }: Pick<FitContext<RdOptions, MapView>, 'options' | 'view'>) =>
  async (levels: readonly MapLevel[]) =>
    studentOn(levels, options, view);

/** The student of a teacher's levels, and the map that is made of both. */
function studentOn(levels: readonly MapLevel[], options: RdOptions, { geometry }: MapView): MapNetwork {
  const shape = studentShape(levels, options.student);
  return {
    parameters: (random) => studentParameters(shape, random),
    step: rdStep(shape, levels, options.cosine),
    said(teacher, parameters) {
      const student = reconstruct(teacher, shape, parameters, runningNormaliser(parameters));
      const distances = teacher.map((level, at) =>
        reshape(distanceMap(level, student[at] as Tensor), [-1], 'places'),
      );
      const { width, height } = geometry;
      const map = addedLevels(distances, levels, { width, height, blurSigma: options.score.blurSigma });
      return { map, score: imageScore(map, geometry, options.score.topShare) };
    },
  };
}

/** One gradient step on a batch of stored maps. */
export function rdStep(
  shape: StudentShape,
  levels: readonly MapLevel[],
  cosine: RdOptions['cosine'],
): StepBuilder {
  return (parameters, batch) => {
    const teacher = mapsOfStored(batch.maps as Tensor, levels);
    const { normalise, statistics } = batchNormaliser(parameters);
    const student = reconstruct(teacher, shape, parameters, normalise);
    return { losses: distillationLosses(teacher, student, cosine), statistics };
  };
}
