/** @file A detector whose engine says of every image what it is told to. */
import { Detector } from '../../src/detector/detector.ts';
import { detectorBytes } from '../../src/detector/detector-bytes.ts';
import type { DetectorMetadata } from '../../src/detector/metadata.ts';
import { decodeModel, Graph, mul } from '../../src/graph/index.ts';
import { type Engine, float32 } from '../../src/runtime/engine.ts';

/** What it says. */
export interface Told {
  /** [height, width] of the metadata's geometry. */
  readonly map: Float32Array;
  readonly score: number;
  /** By class, in the metadata's order. */
  readonly shares: readonly number[];
}

export async function toldDetector(
  metadata: DetectorMetadata,
  { map, score, shares }: Told,
): Promise<Detector> {
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [1]), 2));
  const bytes = detectorBytes(decodeModel(graph.toBytes()), metadata);
  const { width, height } = metadata.geometry;
  const engine: Engine = {
    device: 'cpu',
    threads: 1,
    load: async () => ({
      run: async ({ image }) => {
        const count = image!.shape[0]!;
        const each = (values: ArrayLike<number>) =>
          Float32Array.from({ length: count * values.length }, (_, at) => values[at % values.length]!);
        return {
          anomaly_map: float32(each(map), [count, height, width]),
          score: float32(each([score]), [count]),
          class_share: float32(each(shares), [count, shares.length]),
        };
      },
      release: async () => {},
    }),
  };
  return Detector.fromBytes(engine, bytes, 'model.onnx');
}
