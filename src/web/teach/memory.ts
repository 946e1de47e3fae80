/** @file How much memory teaching takes, told before it begins: in a page there is no disk to give way to. */
import { CladError, firstLineOf } from '../../core/errors.ts';

/** What does not grow with the pictures: ONNX Runtime with the backbone at work, decoded pictures, the finished file and copies of it. */
const fixedBytes = 700e6;
/** Of a picture beside its features: of a bank's candidates and entries, and of anomalies made of it. */
const beside = 2.5;

interface FeatureRows {
  /** Of a picture. */
  readonly patches: number;
  /** Values of a patch, in half precision. */
  readonly width: number;
}

/** Bytes that teaching takes at its highest, about. */
export function neededBytes(pictures: number, { patches, width }: FeatureRows): number {
  return fixedBytes + pictures * patches * width * 2 * beside;
}

/** @throws TEACH_TOO_MANY */
export function requireRoom(pictures: number, rows: FeatureRows, limit: number): void {
  const needed = neededBytes(pictures, rows);
  if (needed <= limit) return;
  const each = neededBytes(1, rows) - neededBytes(0, rows);
  throw new CladError('TEACH_TOO_MANY', {
    count: pictures,
    needed: Math.ceil(needed / 1e6),
    limit: Math.floor(limit / 1e6),
    most: Math.max(0, Math.floor((limit - fixedBytes) / each)),
  });
}

/** What browsers and ONNX Runtime say where memory is short. */
const shortage = /out of memory|allocat|bad_alloc|memory access out of bounds|the browser ended it/i;

/** What was said, where it means that memory was short; undefined where it means something else. */
export function memoryReason(error: unknown): string | undefined {
  const said = firstLineOf(error);
  return shortage.test(said) ? said : undefined;
}
