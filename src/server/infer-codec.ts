/**
 * @file Bodies of the Open Inference Protocol's `infer` (version 2, github.com/kserve/open-inference-protocol), with tensors as JSON or
 * as bytes behind it: the binary tensor data extension as NVIDIA Triton describes it. Bytes are little endian, as all
 * machines that Node runs on are.
 */
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import type { RgbImage } from '../image/rgb.ts';

/** Names of a detector file's outputs, in its order. */
export const outputNames = ['anomaly_map', 'score', 'class_probability'] as const;
export type OutputName = (typeof outputNames)[number];

/** What a request may ask for. */
export interface InferLimits {
  /** First dimension of the tensor, at most. */
  readonly maxImages: number;
  /** Width times height of each image, at most. */
  readonly maxPixels: number;
}

/** A request, understood. */
export interface InferRequest {
  readonly id: string | undefined;
  /** The tensor `image` [N, H, W, 3], cut into its N images. Each has a buffer of its own. */
  readonly images: readonly RgbImage[];
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

type Request = z.infer<typeof requestSchema>;

function refuse(reason: string): CladError {
  return new CladError('REQUEST_INVALID', { reason });
}

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
    throw refuse(`Inference-Header-Content-Length is ${headerLength}, but the body has ${body.length} bytes`);
  }
  const request = parseHeader(body.subarray(0, headerLength ?? body.length));
  const binary = headerLength === undefined ? undefined : body.subarray(headerLength);
  return { id: request.id, images: readImages(request, binary, limits), outputs: wantedOutputs(request) };
}

function parseHeader(bytes: Uint8Array): Request {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuse('it is no JSON');
  }
  const result = requestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`${issue?.path.join('.') || 'the request'}: ${issue?.message}`);
}

function readImages(
  { inputs }: Request,
  binary: Uint8Array | undefined,
  { maxImages, maxPixels }: InferLimits,
): RgbImage[] {
  const [input] = inputs;
  if (inputs.length !== 1 || input?.name !== 'image')
    throw refuse('expected exactly one input, called image');
  const { shape, datatype } = input;
  if (datatype !== 'UINT8') throw refuse(`expected input image to be UINT8, got ${datatype}`);
  const [count = 0, height = 0, width = 0] = shape;
  if (shape.length !== 4 || shape[3] !== 3 || count < 1 || height < 1 || width < 1)
    throw refuse(`expected input image to have shape [N, H, W, 3], got [${shape.join(', ')}]`);
  if (count > maxImages) throw refuse(`${count} images are more than the ${maxImages} of one request`);
  if (width * height > maxPixels)
    throw refuse(`${width} x ${height} pixels are more than the ${maxPixels} that are allowed`);
  const length = width * height * 3;
  const data = tensorBytes(input, count * length, binary);
  return Array.from({ length: count }, (_, index) => ({
    width,
    height,
    data: data.slice(index * length, (index + 1) * length),
  }));
}

/** The tensor's values, from the bytes behind the JSON or from its `data`. */
function tensorBytes(
  { parameters, data }: Request['inputs'][number],
  size: number,
  binary: Uint8Array | undefined,
): Uint8Array {
  const said = parameters?.binary_data_size;
  if (said === undefined) {
    if (binary !== undefined && binary.length > 0)
      throw refuse(`${binary.length} bytes stand behind the JSON, but no input has binary_data_size`);
    if (data === undefined) throw refuse('input image has neither data nor binary_data_size');
    return fromJson(data, size);
  }
  if (data !== undefined) throw refuse('input image has both data and binary_data_size');
  if (binary === undefined) throw refuse('binary_data_size needs the header Inference-Header-Content-Length');
  if (said !== size) throw refuse(`expected binary_data_size ${size} for this shape, got ${String(said)}`);
  if (binary.length !== size) throw refuse(`expected ${size} bytes behind the JSON, got ${binary.length}`);
  return binary;
}

/** Numbers in one list or in nested lists, row by row. */
function fromJson(data: unknown, size: number): Uint8Array {
  // Counted before memory is taken: a shape is written quickly.
  const count = countOf(data);
  if (count < size) throw refuse(`data has ${count} values, its shape ${size}`);
  const values = new Uint8Array(size);
  let at = 0;
  const take = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) {
      if (depth === 4) throw refuse('data is nested deeper than its shape');
      for (const each of value) take(each, depth + 1);
      return;
    }
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255)
      throw refuse('data must be whole numbers from 0 to 255');
    if (at === size) throw refuse(`data has more than the ${size} values of its shape`);
    values[at++] = value;
  };
  if (!Array.isArray(data)) throw refuse('data must be a list');
  take(data, 0);
  return values;
}

/** How many values nested lists hold; lists deeper than a tensor's are one each. */
function countOf(data: unknown, depth = 0): number {
  if (!Array.isArray(data) || depth === 4) return 1;
  return data.reduce<number>((sum, each) => sum + countOf(each, depth + 1), 0);
}

function wantedOutputs({ outputs, parameters }: Request): InferRequest['outputs'] {
  const all = parameters?.binary_data_output === true;
  const names = outputs ?? outputNames.map((name) => ({ name, parameters: undefined }));
  const seen = new Set<string>();
  return names.map(({ name, parameters }) => {
    const known = outputNames.find((each) => each === name);
    if (!known) throw refuse(`no output is called ${name}; there are ${outputNames.join(', ')}`);
    if (seen.has(name)) throw refuse(`output ${name} is asked for twice`);
    seen.add(name);
    if (parameters?.classification !== undefined)
      throw refuse('the classification extension is not supported');
    const binary = parameters?.binary_data;
    return { name: known, binary: typeof binary === 'boolean' ? binary : all };
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
