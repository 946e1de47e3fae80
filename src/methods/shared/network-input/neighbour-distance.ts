/**
 * @file How far a normal patch lies from the nearest normal patch of another image: what the length of noise is measured by. Noise much shorter than
 * that stays inside normal variation and cannot be learnt, whatever the backbone's scale is (docs/decisions/0063-the-noise-of-the-paper.md).
 */
import { pickRows, squaredLengths } from '../../../core/arrays.ts';
import { CladError } from '../../../core/errors.ts';
import { halvesToFloats } from '../../../core/half.ts';
import { Random } from '../../../core/random.ts';
import { drawNormal, type FitSource } from '../../../features/store/sample-rows.ts';
import {
  add,
  equal,
  Graph,
  matmul,
  maximum,
  mul,
  neg,
  reduceMax,
  sqrt,
  sub,
  where,
} from '../../../graph/index.ts';
import { type Engine, float32, floats, int64 } from '../../../runtime/engine.ts';

/** Patches of each class that neighbours are looked for among; as many whatever number of classes there is, since the distance falls with more. */
const candidatesOfClass = 4096;
/** Of all classes together, at most: from 17 classes on, each has fewer. */
const mostCandidates = 65_536;
/** Of these, the patches of each class whose nearest is looked for. */
const measuredOfClass = 512;

/**
 * Mean Euclidean distance of normal patches to the nearest of 4096 patches of their own class, those of their own image left out.
 * @param source - what is learnt from; a class with patches of one image only is passed over
 * @returns in the units of the features
 * @throws OPTION_INVALID where no class has two images
 */
export async function meanNeighbourDistance(
  engine: Engine,
  source: FitSource,
  seed: number,
): Promise<number> {
  const { width, classes } = source.index;
  const count = Math.min(mostCandidates, candidatesOfClass * classes.length);
  const drawn = await drawNormal(source, count, new Random(seed, 'neighbour distance'));
  const rowsOf = classes.map((): number[] => []);
  drawn.classes.forEach((classIndex, row) => {
    rowsOf[classIndex]!.push(row);
  });
  const session = await engine.load(distanceGraph(width).toBytes());
  let [sum, measured] = [0, 0];
  try {
    for (const rows of rowsOf) {
      const images = rows.map((row) => drawn.images[row]!);
      if (new Set(images).size < 2) continue;
      const candidates = centred(
        halvesToFloats(pickRows(Uint16Array, drawn.features, width, rows)),
        width,
        rows.length,
      );
      const few = Math.min(measuredOfClass, rows.length);
      const patches = candidates.subarray(0, few * width);
      const { distance } = await session.run({
        patches: float32(patches, [few, width]),
        lengths: float32(squaredLengths(patches, width), [few, 1]),
        images: int64(images.slice(0, few), [few, 1]),
        candidates: float32(candidates, [rows.length, width]),
        candidate_lengths: float32(squaredLengths(candidates, width), [1, rows.length]),
        candidate_images: int64(images, [1, rows.length]),
      });
      for (const each of floats(distance)) sum += each;
      measured += few;
    }
  } finally {
    await session.release();
  }
  if (measured > 0) return sum / measured;
  throw new CladError('OPTION_INVALID', {
    option: 'globalAnomalies.noiseUnit',
    expected: 'deviation, as no class has two images whose patches could be compared',
    actual: 'neighbour',
  });
}

/** The rows less their mean, so that squared lengths are no larger than they must be. */
function centred(rows: Float32Array, width: number, count: number): Float32Array {
  const mean = new Float64Array(width);
  rows.forEach((value, at) => {
    mean[at % width]! += value / count;
  });
  return rows.map((value, at) => value - mean[at % width]!);
}

/** Of each of the patches [few, width] the distance to the nearest candidate of another image, [few, 1]. */
function distanceGraph(width: number): Graph {
  const graph = new Graph();
  const patches = graph.input('patches', 'float32', ['few', width]);
  const candidates = graph.input('candidates', 'float32', ['many', width]);
  const own = equal(
    graph.input('images', 'int64', ['few', 1]),
    graph.input('candidate_images', 'int64', [1, 'many']),
  );
  const lengths = add(
    graph.input('lengths', 'float32', ['few', 1]),
    graph.input('candidate_lengths', 'float32', [1, 'many']),
  );
  const negative = sub(mul(matmul(patches, candidates, { transB: true }), 2), lengths);
  const nearest = reduceMax(where(own, -3e38, negative), { axes: [1] });
  graph.output('distance', sqrt(maximum(neg(nearest), 0)));
  return graph;
}
