/** @file What the requests of the jobs may hold, for programs that pass them without types (core/arguments.ts). */
import {
  anything,
  callback,
  flag,
  type Kind,
  list,
  number,
  oneOf,
  optional,
  path,
  requireFields,
  signal,
  text,
  wholeFrom,
} from '../core/arguments.ts';
import { layouts } from '../data/dataset.ts';
import { sampleBits } from '../image/samples.ts';
import { devices } from '../runtime/engine.ts';
import type { CalibrateRequest } from './calibrate/calibrate.ts';
import type { EvaluateRequest } from './evaluate/evaluate.ts';
import type { ExportRequest } from './export/export.ts';
import type { TrainRequest } from './train/prepare.ts';
import type { VerifyRequest } from './verify.ts';

type Fields<T> = { readonly [K in keyof Required<T>]: Kind };

const machine = { device: optional(oneOf(devices)), threads: optional(wholeFrom(1)) };
const talk = { onProgress: optional(callback), note: optional(callback) };

const train: Fields<TrainRequest> = {
  data: path,
  layout: optional(oneOf(layouts)),
  out: path,
  backbone: path,
  // Checked by name where they are used.
  backboneFlags: anything,
  textures: optional(path),
  // Name or file; found out where it is loaded.
  method: text,
  preset: text,
  // Checked by the method's schema.
  options: anything,
  ...machine,
  skipBroken: optional(flag),
  bits: optional(oneOf(sampleBits)),
  exclude: optional(list(path)),
  excludeOutliers: optional(flag),
  resume: optional(flag),
  evaluated: optional(flag),
  cache: optional(path),
  onTasks: optional(callback),
  ...talk,
  signal: optional(signal),
};

const evaluate: Fields<EvaluateRequest> = {
  run: path,
  data: optional(path),
  layout: optional(oneOf(layouts)),
  ...machine,
  skipBroken: optional(flag),
  ...talk,
};

const calibrate: Fields<CalibrateRequest> = {
  run: path,
  good: list(path),
  anomalous: list(path),
  out: path,
  minImages: wholeFrom(1),
  falseAlarmRate: optional(number),
  keepOutliers: optional(flag),
  ...machine,
  ...talk,
};

const exported: Fields<ExportRequest> = {
  run: path,
  precision: oneOf(['fp32', 'fp16', 'int8']),
  out: path,
  to: oneOf(['onnx', 'triton']),
  triton: {
    expected: 'an object with maxBatch, queueDelay, instances and kind',
    holds: (value) => typeof value === 'object' && value !== null,
  },
  data: optional(path),
  images: wholeFrom(0),
  ...machine,
  ...talk,
};

const verify: Fields<VerifyRequest> = { run: path, ...machine, tolerance: optional(number) };

const fields = { train, evaluate, calibrate, exported, verify } as const;

/**
 * Checks a request.
 * @param of - the function, as its caller writes it
 * @param more - fields that this function has beside those of the job
 * @throws ARGUMENT_INVALID, OPTION_UNKNOWN
 */
export function requireRequest(
  of: string,
  job: keyof typeof fields,
  request: object,
  more: Readonly<Record<string, Kind>> = {},
): void {
  requireFields(of, 'request', request as Record<string, unknown>, {
    ...fields[job],
    ...more,
  });
}
