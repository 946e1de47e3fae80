/** @file The error class of everything thrown on purpose; what each error says stands in error-catalogue.ts. */
import { type CatalogueEntry, errorCatalogue } from './error-catalogue.ts';

/** Every error code; `docs/errors.md` explains each. */
export type ErrorCode = keyof typeof errorCatalogue;

/** What the library throws on purpose; a TypeError or RangeError beside it is a caller's mistake in code. */
export class CladError extends Error {
  override readonly name = 'CladError';
  readonly code: ErrorCode;
  readonly kind: 'input' | 'internal';

  /**
   * @param code - an entry of the catalogue
   * @param values - what replaces each `{name}` of its message
   */
  constructor(code: ErrorCode, values: Readonly<Record<string, string | number>>, options?: ErrorOptions) {
    const entry: CatalogueEntry = errorCatalogue[code];
    super(
      entry.message
        .replaceAll(/\{(\w+)\}/g, (_, key: string) =>
          Object.hasOwn(values, key) ? String(values[key]) : `{${key}}`,
        )
        .trimEnd(),
      options,
    );
    this.code = code;
    this.kind = entry.kind;
  }

  /** What programs are told of it. */
  get words(): { readonly code: ErrorCode; readonly message: string } {
    return { code: this.code, message: this.message };
  }

  /** The error that another thread told of, with its words. */
  static told({ code, message }: { readonly code: ErrorCode; readonly message: string }): CladError {
    const error = new CladError(code, {});
    error.message = message;
    return error;
  }
}

/** The message of anything thrown, for putting into another message. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Its first line: engines and image libraries write several, and the first says what went wrong. */
export function firstLineOf(thrown: unknown): string {
  return reasonOf(thrown).trim().split('\n')[0] ?? '';
}
