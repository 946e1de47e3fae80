/** @file What an ONNX file itself says of its use as a backbone: whether it can be read, its one input, and the size it is fixed to. */
import { CladError, reasonOf } from '../../core/errors.ts';
import { type DeclaredValue, declaredInputs, decodeModel, type ModelProto } from '../../graph/index.ts';

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
export function pictureInput(model: ModelProto, path: string): DeclaredValue {
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
  if (typeof shape[2] === 'number' && typeof shape[3] === 'number' && shape[2] !== shape[3]) {
    return unsuitable(path, `its input is fixed to ${shape[3]} x ${shape[2]} pixels; expected a square`);
  }
  return input;
}

/** The side an input insists on, pixels; undefined where it takes any. */
export function fixedSizeOf({ shape }: DeclaredValue): number | undefined {
  return shape.slice(2).find((size) => typeof size === 'number') as number | undefined;
}

/** @throws OPTION_INVALID for another side than the one a file is fixed to */
export function checkFixedSize(input: DeclaredValue, actual: number): void {
  const fixedSize = fixedSizeOf(input);
  if (fixedSize === undefined || fixedSize === actual) return;
  throw new CladError('OPTION_INVALID', {
    option: "the backbone's input size",
    expected: `${fixedSize} pixels, to which the ONNX file is fixed (--input-size ${fixedSize})`,
    actual,
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
