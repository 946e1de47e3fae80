/** @file A file that is made for images of one size, as a graph of ours with one image in that size: what the rewriting to other sizes begins with. */
import {
  attach,
  cast,
  type DeclaredValue,
  declaredInputs,
  declaredOutputs,
  Graph,
  type ModelProto,
  type Tensor,
  transpose,
} from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { fixedSizeOf, unsuitable, withPath } from './backbone-file.ts';

/** What a file wants of its one image. */
export interface OneImage {
  readonly name: string;
  /** What it is made for; a file that is fixed in one direction alone is taken for a square. */
  readonly size: ImageSize;
  /** Whether it takes several images at once, as it says. */
  readonly several: boolean;
  /** Whether it takes images of another size as it is. */
  takes(size: ImageSize): boolean;
  /** Whether colours are its last axis: [1, H, W, 3]. */
  readonly coloursLast: boolean;
  /** Whether it takes bytes. */
  readonly bytes: boolean;
}

/** The one image of a fixed size that a file takes; undefined where it takes another, or anything else. */
export function oneImage(model: ModelProto, path: string): OneImage | undefined {
  const inputs = withPath(path, () => declaredInputs(model));
  const [input] = inputs;
  if (!input || inputs.length > 1 || input.shape.length !== 4) return undefined;
  const { name, dtype, shape } = input;
  if (dtype !== 'float32' && dtype !== 'uint8') return undefined;
  const coloursLast = shape[1] !== 3 && shape[3] === 3;
  const sides: DeclaredValue = coloursLast
    ? { ...input, shape: [shape[0] ?? 1, 3, ...shape.slice(1, 3)] }
    : input;
  const size = fixedSizeOf(sides);
  if (!size || (typeof sides.shape[1] === 'number' && sides.shape[1] !== 3)) return undefined;
  const [height, width] = sides.shape.slice(2);
  const fits = (side: unknown, given: number) => typeof side !== 'number' || side === given;
  const takes = (given: ImageSize) => fits(height, given.height) && fits(width, given.width);
  const several = typeof shape[0] !== 'number';
  return { name, size, several, takes, coloursLast, bytes: dtype === 'uint8' };
}

/** The file in our operator set, behind one image [1, 3, H, W], and where its values are there. */
export interface OneSize {
  readonly model: ModelProto;
  /** Name of a value of the file in the model. */
  nameOf(value: string): string;
  /** The other way round. */
  shownAs(name: string): string;
}

/**
 * @param count - of images
 * @param values - of the file, that are wanted; nodes that none of them needs are left out
 * @throws BACKBONE_UNSUITABLE for a value that the file has not, and operators that cannot be converted
 */
export function forOneSize(
  path: string,
  model: ModelProto,
  image: OneImage,
  values: readonly string[],
  count = 1,
): OneSize {
  const graph = new Graph();
  const { width, height } = image.size;
  const input = graph.input(image.name, 'float32', [count, 3, height, width]);
  const inputs = { [image.name]: asTaken(input, image) };
  const attached = withPath(path, () =>
    attach(
      graph,
      model,
      inputs,
      values.map((name) => ({ name })),
    ),
  );
  attached.forEach((value) => {
    graph.output(value.name, value);
  });
  const made = graph.toModel();
  const names = new Map(values.map((value, at) => [value, attached[at]?.name ?? '']));
  const prefix = 'attached/';
  return {
    model: made,
    nameOf: (value) => names.get(value) ?? `${prefix}${value}`,
    shownAs: (name) => [...names].find(([, own]) => own === name)?.[0] ?? name.replace(prefix, ''),
  };
}

/** The image as the file takes it. Bytes are what our normalisation leaves of 0 to 255. */
function asTaken(image: Tensor, { coloursLast, bytes }: OneImage): Tensor {
  const turned = coloursLast ? transpose(image, [0, 2, 3, 1]) : image;
  if (!bytes) return turned;
  const [whole] = turned.graph.add('Round', [turned], [{ dtype: 'float32', shape: turned.shape }]);
  return cast(whole ?? turned, 'uint8');
}

/** The values that a file gives out. */
export function outputsOf(path: string, model: ModelProto): string[] {
  const outputs = withPath(path, () => declaredOutputs(model)).map(({ name }) => name);
  return outputs.length > 0 ? outputs : unsuitable(path, 'it has no outputs');
}
