/**
 * @file The one catalogue of errors. Every message says which file or option is meant, what was expected and how
 * to mend it; docs/errors.md is written from this file (`npm run docs:errors`).
 *
 * `input` errors are the user's to mend (exit status 2), `internal` ones are ours (exit status 1).
 */

interface CatalogueEntry {
  readonly kind: 'input' | 'internal';
  /** `{name}` stands for a value given when the error is made. */
  readonly message: string;
}

const catalogue = {
  OPTION_INVALID: {
    kind: 'input',
    message: 'Expected {option} to be {expected}, got {actual}.',
  },
  OPTION_UNKNOWN: {
    kind: 'input',
    message: 'Unknown option {option} in {where}. Known options: {known}.',
  },
  FILE_NOT_FOUND: {
    kind: 'input',
    message: '{path}: no such file or folder. {hint}',
  },
  FILE_UNREADABLE: {
    kind: 'input',
    message: '{path}: cannot be read ({reason}).',
  },
  INTERNAL: {
    kind: 'internal',
    message: '{reason} This is a defect of clad: please report it with the command you ran.',
  },
  METRIC_INPUT: {
    kind: 'input',
    message: 'Cannot evaluate {what}: {reason}.',
  },
  MODEL_UNSUITABLE: {
    kind: 'input',
    message: 'The ONNX file cannot be used: {reason}.',
  },
  DEVICE_UNAVAILABLE: {
    kind: 'input',
    message: 'Device {device} cannot be used here: {reason}. Use --device cpu, or {hint}.',
  },
  GRAPH_SHAPE: {
    kind: 'internal',
    message: '{operation}: {reason}; shapes {shapes}.',
  },
  GRAPH_NO_GRADIENT: {
    kind: 'internal',
    message: '{operation}: no gradient is defined for this operation.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** Every error code; `docs/errors.md` explains each. */
export type ErrorCode = keyof typeof catalogue;

/** The catalogue as data, for the documentation and its test. */
export const errorCatalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = catalogue;

/** The only error class the library throws on purpose. */
export class CladError extends Error {
  override readonly name = 'CladError';
  readonly code: ErrorCode;
  readonly kind: 'input' | 'internal';

  /**
   * @param code - an entry of the catalogue
   * @param values - what replaces each `{name}` of its message
   */
  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>>, options?: ErrorOptions) {
    const entry: CatalogueEntry = catalogue[code];
    super(
      entry.message.replaceAll(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? `{${key}}`)).trimEnd(),
      options,
    );
    this.code = code;
    this.kind = entry.kind;
  }
}

/** The message of anything thrown, for putting into another message. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
