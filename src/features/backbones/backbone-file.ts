/** @file What an ONNX file itself says of its use as a backbone: whether it can be read, its one input, and the size it is fixed to. */
import { CladError, reasonOf } from '../../core/errors.ts';
import { type DeclaredValue, declaredInputs, decodeModel, type ModelProto } from '../../graph/index.ts';
import type { ImageSize } from '../../image/limits.ts';
import { sizeText } from '../../image/size-option.ts';

/**
 * Reads an ONNX file.
 * @throws BACKBONE_UNSUITABLE when it is none
 */
export function decode(bytes: Uint8Array, path: string): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (error) {
    return unsuitable(path, `it is no ONNX file (${reasonOf(error)})`);
  }
}

/** The one input, checked: float32 [N, 3, H, W]. */
export function imageInput(model: ModelProto, path: string): DeclaredValue {
  const inputs = withPath(path, () => declaredInputs(model));
  const [input] = inputs;
  if (!input || inputs.length > 1) {
    return unsuitable(path, `it has ${inputs.length} inputs; expected one, float32 [N, 3, H, W]`);
  }
  const { shape, dtype, name } = input;
  const channels = shape[1];
  if (dtype !== 'float32' || shape.length !== 4 || (typeof channels === 'number' && channels !== 3)) {
    return unsuitable(
      path,
      `its input ${name} is ${dtype} [${shape.join(', ')}]; expected float32 [N, 3, H, W]`,
    );
  }
  return input;
}

/** The size an input insists on; undefined where it takes any. A file that is fixed in one direction alone is taken for a square. */
export function fixedSizeOf({ shape }: DeclaredValue): ImageSize | undefined {
  const [height, width] = shape.slice(2).map((size) => (typeof size === 'number' ? size : undefined));
  const given = height ?? width;
  return given === undefined ? undefined : { width: width ?? given, height: height ?? given };
}

/**
 * @param part - the network's name, where it is one of several
 * @throws OPTION_INVALID for another height or width than a file is fixed to
 */
export function checkFixedSize(input: DeclaredValue, actual: ImageSize, part?: string): void {
  const [height, width] = input.shape.slice(2);
  const other = (fixed: unknown, given: number) => typeof fixed === 'number' && fixed !== given;
  if (!other(height, actual.height) && !other(width, actual.width)) return;
  const fixed = sizeText(fixedSizeOf(input) ?? actual);
  throw new CladError('OPTION_INVALID', {
    option: part === undefined ? "the backbone's input size" : `the input size of ${part}`,
    expected: `${fixed} pixels, to which the ONNX file is fixed${part === undefined ? ` (--input-size ${fixed})` : ''}`,
    actual: sizeText(actual),
  });
}

/** Refuses a file. */
export function unsuitable(path: string, reason: string): never {
  throw new CladError('BACKBONE_UNSUITABLE', { path, reason });
}

/** Names the file in errors of the graph layer, which knows only the model. */
export function withPath<T>(path: string, use: () => T): T;
export function withPath<T>(path: string, use: () => Promise<T>): Promise<T>;
export function withPath<T>(path: string, use: () => T | Promise<T>): T | Promise<T> {
  const rename = (error: unknown): never => {
    if (!(error instanceof CladError) || error.code !== 'MODEL_UNSUITABLE') throw error;
    return unsuitable(path, error.message.replace(/^The ONNX file cannot be used: (.*)\.$/s, '$1'));
  };
  try {
    const result = use();
    return result instanceof Promise ? result.catch(rename) : result;
  } catch (error) {
    return rename(error);
  }
}
