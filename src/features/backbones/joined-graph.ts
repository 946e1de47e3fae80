/**
 * @file Several networks behind one image, as nodes: each gets the image in the size and with the normalisation that it was trained for, and the
 * layers of all but the first are brought onto the grid of one of the first's, each by itself and the usual ones as one.
 */
import { add, attach, concat, Graph, mul, resizeMap, type Tensor } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeText } from '../../image/size-option.ts';
import type { BackboneCard } from './backbone-card.ts';
import type { Backbone } from './loaded-backbone.ts';

/** One network, with what it does in a joined backbone. */
export interface PlacedPart {
  readonly backbone: Backbone;
  /** Its name among the networks; that of all its usual layers as one, and, with a slash, before the names of each. The first network's layers keep theirs. */
  readonly label: string;
  /** Its layers that a training uses. */
  readonly usual: readonly string[];
  /** Size of the image that it sees; undefined: that of the joined backbone. */
  readonly size: ImageSize | undefined;
}

/** The graph with the values of all layers by name. It has no outputs yet. */
export interface JoinedGraph {
  readonly graph: Graph;
  readonly layers: ReadonlyMap<string, Tensor>;
}

/**
 * @param parts - the first one's normalisation is that of the graph's input, so that its own numbers stay what they are
 * @param base - the first network's layer whose grid the others' layers get
 * @param size - of the input `image`; undefined: any
 * @param scales - what the layers of each part are multiplied by; those of the first are left alone
 */
export function joinedGraph(
  parts: readonly [PlacedPart, ...PlacedPart[]],
  base: string,
  size: ImageSize | undefined,
  scales?: readonly number[],
): JoinedGraph {
  const graph = new Graph();
  const image = graph.input('image', 'float32', ['N', 3, size?.height ?? 'H', size?.width ?? 'W']);
  const layers = new Map<string, Tensor>();
  const given = parts[0].backbone.card;
  for (const [index, { backbone, label, usual, size: own }] of parts.entries()) {
    const { card, model } = backbone;
    const sized =
      own === undefined || (size && sizeText(own) === sizeText(size))
        ? image
        : resizeMap(image, [own.height, own.width]);
    const wanted = card.layers.map(({ name, channels }) => ({
      name,
      shape: ['N', channels, `${label}/${name}_rows`, `${label}/${name}_columns`],
    }));
    const values = attach(graph, model, { [card.inputName]: normalized(sized, given, card) }, wanted);
    for (const [at, value] of values.entries()) {
      const { name } = wanted[at]!;
      if (index === 0) layers.set(name, value);
      else {
        const key = `${label}/${name}`;
        layers.set(key, scaled(resizeMap(value, layers.get(base)!), scales?.[index], key));
      }
    }
    if (index > 0)
      layers.set(
        label,
        concat(
          usual.map((name) => layers.get(`${label}/${name}`)!),
          1,
        ),
      );
  }
  return { graph, layers };
}

/** An image normalised for one network, normalised for another. */
function normalized(image: Tensor, from: BackboneCard, to: BackboneCard): Tensor {
  if (`${from.mean} ${from.std}` === `${to.mean} ${to.std}`) return image;
  const constant = (name: string, value: (channel: number) => number) =>
    image.graph.constant(name, [0, 1, 2].map(value), [1, 3, 1, 1]);
  const scale = constant('normalise_scale', (channel) => from.std[channel]! / to.std[channel]!);
  const shift = constant(
    'normalise_shift',
    (channel) => (from.mean[channel]! - to.mean[channel]!) / to.std[channel]!,
  );
  return add(mul(image, scale), shift);
}

function scaled(layer: Tensor, scale: number | undefined, name: string): Tensor {
  return scale === undefined ? layer : mul(layer, layer.graph.constant(`${name}/scale`, [scale], []));
}
