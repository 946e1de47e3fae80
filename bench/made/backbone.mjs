/** The bare backbone: the layers that the default uses, of images that are numbers already, and nothing behind them. What every image costs at least. */
import { loadBackbone } from '../../dist/features/backbones/backbone.js';
import { attach, Graph, slice } from '../../dist/graph/index.js';
import { loadMethod } from '../../dist/methods/registry.js';
import { resolveOptions } from '../../dist/methods/resolve-options.js';
import { withOwnLayers } from '../../dist/methods/shared/patch-view.js';
import { float32 } from '../../dist/runtime/engine.js';

const { features: patches } = resolveOptions(await loadMethod('clad'));

/** Side of the networks' input, pixels. */
export const inputSize = patches.inputSize;

/** @returns `run(batch)`, and `release` */
export async function bareBackbone({ engine, random, backbone: name }) {
  const backbone = await loadBackbone(name, {}, engine);
  const { card, model } = backbone;
  const { fineLayers, layers } = withOwnLayers({ features: patches }, backbone).features;
  const used = card.layers.filter((layer) => [...fineLayers, ...layers].includes(layer.name));
  const graph = new Graph();
  const input = graph.input('x', 'float32', ['N', 3, inputSize, inputSize]);
  const wanted = used.map((layer, at) => ({
    name: layer.name,
    shape: ['N', layer.channels, `H${at}`, `W${at}`],
  }));
  for (const [at, level] of attach(graph, model, { [card.inputName]: input }, wanted).entries())
    graph.output(`level${at}`, slice(level, 1, 0, 1));
  const session = await engine.load(graph.toBytes());
  const feeds = new Map();
  return {
    run(batch) {
      if (!feeds.has(batch)) {
        const data = random.fillNormal(new Float32Array(batch * 3 * inputSize ** 2));
        feeds.set(batch, { x: float32(data, [batch, 3, inputSize, inputSize]) });
      }
      return session.run(feeds.get(batch));
    },
    release: () => session.release(),
  };
}
