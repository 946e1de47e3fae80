/**
 * @file Bodies of the Open Inference Protocol's `infer` (version 2, github.com/kserve/open-inference-protocol), with tensors as JSON or
 * as bytes behind it: the binary tensor data extension as NVIDIA Triton describes it. Bytes are little endian, as all
 * machines that Node runs on are.
 */
import { z } from 'zod';
import { reasonOf } from '../core/errors.ts';
import { regionScoreOutput } from '../detector/roi/found-names.ts';
import type { ImageSize } from '../image/limits.ts';
import type { RgbImage } from '../image/rgb.ts';
import { badRequest } from './bad-request.ts';
import { readClasses } from './class-tensor.ts';
import { clipped } from './clipped.ts';
import type { GivenClass } from './given-classes.ts';
import { splitRequest } from './tensor-json.ts';

/** Names of a detector file's outputs, in its order; the last one where the detector has named regions. */
const allOutputs = ['anomaly_map', 'score', 'class_share', regionScoreOutput] as const;
export type OutputName = (typeof allOutputs)[number];

/** The outputs that a detector has. @param named - whether it has named regions */
export function outputNames(named: boolean): readonly OutputName[] {
  return named ? allOutputs : allOutputs.slice(0, -1);
}

/** What a request may ask for. */
export interface InferLimits {
  /** First dimension of the tensor, at most. */
  readonly maxImages: number;
  /** Width times height of each image, at most. */
  readonly maxPixels: number;
  /** That the detector has. */
  readonly outputs: readonly OutputName[];
}

/** A request, understood. */
export interface InferRequest {
  readonly id: string | undefined;
  /** The tensor `image` [N, H, W, 3], cut into its N images. Each has a buffer of its own. */
  readonly images: readonly RgbImage[];
  /** The class of each image, from the tensor `class`; all undefined where there is none. */
  readonly classes: readonly GivenClass[];
  /** Wanted, in this order; `binary` as bytes. */
  readonly outputs: readonly { readonly name: OutputName; readonly binary: boolean }[];
}

/** What a response says beside its tensors. */
export interface InferResponse {
  readonly model: string;
  readonly version: string;
  readonly id: string | undefined;
}

/** A float32 tensor of a response. */
export interface OutputTensor {
  readonly name: OutputName;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly binary: boolean;
}

const parameters = z.record(z.string(), z.unknown()).optional();

const requestSchema = z.object({
  id: z.string().optional(),
  parameters,
  inputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.number().int().nonnegative()),
      datatype: z.string(),
      parameters,
      data: z.unknown().optional(),
    }),
  ),
  outputs: z.array(z.object({ name: z.string(), parameters })).optional(),
});

/** A request's JSON, and the values of its tensor where they stood in it. */
type Request = z.infer<typeof requestSchema> & { readonly values: Uint8Array | undefined };

/** Map values written as text in one answer, at most: some 20 bytes each. */
const mostAsText = 8 * 2 ** 20;

/**
 * Understands a request's body.
 * @param headerLength - bytes of JSON at its start (`Inference-Header-Content-Length`); undefined where all of it is JSON
 * @throws REQUEST_INVALID
 */
export function readInferRequest(
  body: Uint8Array,
  headerLength: number | undefined,
  limits: InferLimits,
): InferRequest {
  if (headerLength !== undefined && headerLength > body.length) {
    throw badRequest(
      `Inference-Header-Content-Length is ${headerLength}, but the body has ${body.length} bytes`,
    );
  }
  const request = parseHeader(body.subarray(0, headerLength ?? body.length));
  const binary = headerLength === undefined ? undefined : body.subarray(headerLength);
  return {
    id: request.id,
    ...readInputs(request, binary, limits),
    outputs: wantedOutputs(request, limits.outputs),
  };
}

function parseHeader(bytes: Uint8Array): Request {
  const { json, values } = split(bytes);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw badRequest('it is no JSON');
  }
  const result = requestSchema.safeParse(value);
  if (result.success) return { ...result.data, values };
  const [issue] = result.error.issues;
  throw badRequest(clipped(`${issue?.path.join('.') || 'the request'}: ${issue?.message}`, 200));
}

function split(bytes: Uint8Array): ReturnType<typeof splitRequest> {
  try {
    return splitRequest(bytes);
  } catch (error) {
    throw badRequest(reasonOf(error));
  }
}

function readInputs(
  { inputs, values }: Request,
  binary: Uint8Array | undefined,
  { maxImages, maxPixels }: InferLimits,
): Pick<InferRequest, 'images' | 'classes'> {
  const image = inputs.find(({ name }) => name === 'image');
  const given = inputs.find(({ name }) => name === 'class');
  if (!image || inputs.length !== (given ? 2 : 1))
    throw badRequest('expected one input called image, and beside it at most one called class');
  const { shape, datatype } = image;
  if (datatype !== 'UINT8') throw badRequest(`expected input image to be UINT8, got ${clipped(datatype)}`);
  const [count = 0, height = 0, width = 0] = shape;
  if (shape.length !== 4 || shape[3] !== 3 || count < 1 || height < 1 || width < 1)
    throw badRequest(
      `expected input image to have shape [N, H, W, 3], got [${clipped(shape.slice(0, 20).join(', '))}]`,
    );
  if (count > maxImages) throw badRequest(`${count} images are more than the ${maxImages} of one request`);
  if (width * height > maxPixels)
    throw badRequest(`${width} x ${height} pixels are more than the ${maxPixels} that are allowed`);
  const { classes, rest } = given
    ? readClasses(given, { bytes: binary, first: given === inputs[0] }, count)
    : { classes: Array.from({ length: count }, () => undefined), rest: binary };
  const length = width * height * 3;
  const data = tensorBytes({ ...image, values }, count * length, rest);
  const images = Array.from({ length: count }, (_, index) => ({
    width,
    height,
    data: data.slice(index * length, (index + 1) * length),
  }));
  return { images, classes };
}

/** The tensor's values, from the bytes behind the JSON or from its `data`. */
function tensorBytes(
  { parameters, data, values }: Request['inputs'][number] & Pick<Request, 'values'>,
  size: number,
  binary: Uint8Array | undefined,
): Uint8Array {
  const said = parameters?.binary_data_size;
  if (said === undefined) {
    if (binary !== undefined && binary.length > 0)
      throw badRequest(
        `${binary.length} bytes stand behind the JSON, but input image has no binary_data_size`,
      );
    if (data === undefined) throw badRequest('input image has neither data nor binary_data_size');
    return fromJson(values, size);
  }
  if (data !== undefined) throw badRequest('input image has both data and binary_data_size');
  if (binary === undefined)
    throw badRequest('binary_data_size needs the header Inference-Header-Content-Length');
  if (said !== size)
    throw badRequest(`expected binary_data_size ${size} for this shape, got ${clipped(String(said))}`);
  if (binary.length !== size)
    throw badRequest(`expected ${size} bytes behind the JSON, got ${binary.length}`);
  return binary;
}

/** @param values - undefined where `data` was no list */
function fromJson(values: Uint8Array | undefined, size: number): Uint8Array {
  if (!values) throw badRequest('data must be a list');
  if (values.length !== size) throw badRequest(`data has ${values.length} values, its shape ${size}`);
  return values;
}

/**
 * Refuses what could only be answered with a text of hundreds of megabytes.
 * @param size - of an anomaly map
 * @throws REQUEST_INVALID
 */
export function requireAnswerable({ images, outputs }: InferRequest, { width, height }: ImageSize): void {
  const asText = outputs.some(({ name, binary }) => name === 'anomaly_map' && !binary);
  const values = images.length * width * height;
  if (asText && values > mostAsText)
    throw badRequest(
      `${images.length} anomaly maps are ${values} values, at most ${mostAsText} are written as text; ask for them as bytes (binary_data), or send fewer images`,
    );
}

function wantedOutputs(
  { outputs, parameters }: Request,
  known: readonly OutputName[],
): InferRequest['outputs'] {
  const all = parameters?.binary_data_output === true;
  const names = outputs ?? known.map((name) => ({ name, parameters: undefined }));
  const seen = new Set<string>();
  return names.map(({ name, parameters }) => {
    const wanted = known.find((each) => each === name);
    if (!wanted) throw badRequest(`no output is called ${clipped(name)}; there are ${known.join(', ')}`);
    if (seen.has(name)) throw badRequest(`output ${name} is asked for twice`);
    seen.add(name);
    if (parameters?.classification !== undefined)
      throw badRequest('the classification extension is not supported');
    const binary = parameters?.binary_data;
    return { name: wanted, binary: typeof binary === 'boolean' ? binary : all };
  });
}

/**
 * The body of a response.
 * @returns `headerLength`: bytes of JSON at its start, where bytes follow; undefined where all of it is JSON
 */
export function writeInferResponse(
  { model, version, id }: InferResponse,
  outputs: readonly OutputTensor[],
): { readonly body: Uint8Array; readonly headerLength: number | undefined } {
  const header = JSON.stringify({
    model_name: model,
    model_version: version,
    id,
    outputs: outputs.map(({ name, shape, data, binary }) => ({
      name,
      datatype: 'FP32',
      shape,
      ...(binary ? { parameters: { binary_data_size: data.byteLength } } : { data: Array.from(data) }),
    })),
  });
  const json = Buffer.from(header, 'utf8');
  const behind = outputs.filter(({ binary }) => binary).map(({ data }) => bytesOf(data));
  if (behind.length === 0) return { body: json, headerLength: undefined };
  return { body: Buffer.concat([json, ...behind]), headerLength: json.length };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
