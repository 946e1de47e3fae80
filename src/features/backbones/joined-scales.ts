/**
 * @file How much the networks of a joined backbone vary, measured on drawn textures, so that none drowns another. Neither photographs nor anything
 * else of a user's has a part in it, and so a joined backbone depends on its files alone.
 */
import { averagePool, mean, square, sub, type Tensor } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { type Engine, floats, type TensorValue } from '../../runtime/engine.ts';
import type { BackboneCard } from './backbone-card.ts';
import { drawnInputs } from './drawn-inputs.ts';
import type { JoinedGraph } from './joined-graph.ts';

/**
 * The variance of each layer's values over places and textures, summed over channels. As in patch features, a value is the mean of its 3 x 3
 * neighbourhood.
 * @param size - of the textures, pixels
 * @param card - whose mean and standard deviation the graph's input has
 */
export async function layerVariances(
  engine: Engine,
  { graph, layers }: JoinedGraph,
  names: readonly string[],
  size: ImageSize,
  card: Pick<BackboneCard, 'mean' | 'std'>,
): Promise<Map<string, number>> {
  names.forEach((name, index) => {
    const { means, variances } = overPlaces(layers.get(name)!);
    graph.output(`means${index}`, means);
    graph.output(`variances${index}`, variances);
  });
  const session = await engine.load(graph.toBytes());
  const seen: Record<string, TensorValue>[] = [];
  try {
    for (const image of drawnInputs('joined backbone', size, card)) seen.push(await session.run({ image }));
  } finally {
    await session.release();
  }
  return new Map(
    names.map((name, index) => {
      const outputs = (output: string) => seen.map((each) => floats(each[`${output}${index}`]));
      return [name, totalVariance(outputs('means'), outputs('variances'))];
    }),
  );
}

/** Mean and variance over the places of an image, [N, C] each. */
function overPlaces(layer: Tensor): { means: Tensor; variances: Tensor } {
  const values = averagePool(layer, { kernel: 3, padding: 1 });
  const axes = { axes: [2, 3] };
  const around = sub(values, mean(values, { ...axes, keepDims: true }));
  return { means: mean(values, axes), variances: mean(square(around), axes) };
}

/** Variance within images and between them, by channel, in sum. @param means, variances - of each image, by channel */
function totalVariance(means: readonly Float32Array[], variances: readonly Float32Array[]): number {
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  let total = 0;
  for (let channel = 0; channel < (means[0]?.length ?? 0); channel++) {
    const own = means.map((each) => each[channel] as number);
    const middle = average(own);
    total += average(variances.map((each) => each[channel] as number));
    total += average(own.map((value) => (value - middle) ** 2));
  }
  return total;
}
