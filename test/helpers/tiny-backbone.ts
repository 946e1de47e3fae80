/** @file A backbone of two random convolutions, small enough that a whole training takes seconds. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/core/random.ts';
import { cardText, type WrittenCard } from '../../src/features/backbones/backbone-card.ts';
import type { Backbone } from '../../src/features/backbones/loaded-backbone.ts';
import { averagePool, conv, decodeModel, Graph, relu } from '../../src/graph/index.ts';

/** Its card, without the sha256. */
export const tinyCard: WrittenCard = {
  name: 'tiny',
  inputName: 'pixels',
  inputSize: 64,
  mean: [0.5, 0.45, 0.4],
  std: [0.25, 0.2, 0.3],
  layers: [
    { name: 'layer2', channels: 12, stride: 8 },
    { name: 'layer3', channels: 10, stride: 16 },
  ],
  licence: 'Apache-2.0',
  source: 'made by a test',
};

/**
 * The ONNX file: any input size, `layer2` [N, 12, H / 8, W / 8] and `layer3` [N, 10, H / 16, W / 16].
 * @param names - of the outputs
 */
export function tinyBackboneBytes(
  seed = 0,
  names: readonly [string, string] = ['layer2', 'layer3'],
): Uint8Array {
  const graph = new Graph();
  const random = new Random('tiny backbone', seed);
  const weight = (outputs: number, inputs: number) => {
    const values = random.fillNormal(new Float32Array(outputs * inputs * 9));
    const scale = Math.sqrt(2 / (inputs * 9));
    return graph.constant(
      'weight',
      values.map((value) => value * scale),
      [outputs, inputs, 3, 3],
    );
  };
  const pixels = graph.input('pixels', 'float32', ['N', 3, 'H', 'W']);
  const pooled = averagePool(pixels, { kernel: 4, stride: 4 });
  const shallow = relu(conv(pooled, weight(12, 3), undefined, { stride: 2, padding: 1 }));
  graph.output(names[0], shallow);
  graph.output(names[1], relu(conv(shallow, weight(10, 12), undefined, { stride: 2, padding: 1 })));
  return graph.toBytes();
}

/** The backbone as `loadBackbone` would give it. */
export function tinyBackbone(seed = 0): Backbone {
  const bytes = tinyBackboneBytes(seed);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    card: { ...tinyCard, sha256 },
    model: decodeModel(bytes),
    path: '/tiny.onnx',
    sha256,
    assumed: [],
  };
}

/** Writes the ONNX file and its card into a folder; gives the ONNX file's path. */
export async function writeTinyBackbone(folder: string, seed = 0): Promise<string> {
  const path = join(folder, 'tiny.onnx');
  await writeFile(path, tinyBackboneBytes(seed));
  await writeFile(`${path}.json`, cardText(tinyCard));
  return path;
}
