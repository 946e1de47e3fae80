/** @file The error class of everything thrown on purpose; what each error says stands in error-catalogue.ts. */
import { type CatalogueEntry, errorCatalogue } from './error-catalogue.ts';

/** Every error code; `docs/errors.md` explains each. */
export type ErrorCode = keyof typeof errorCatalogue;

/** The names in braces in a message. */
type Placeholder<Message extends string> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** The placeholders of a code's message; of several codes, those of all. */
type PlaceholderOf<Code extends ErrorCode> = Placeholder<(typeof errorCatalogue)[Code]['message']>;

/**
 * What replaces the placeholders of a code's message: each of them, and nothing else. Read from the template itself, so that
 * neither can be forgotten when a message is changed.
 */
export type ErrorValues<Code extends ErrorCode> = [PlaceholderOf<Code>] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [Name in PlaceholderOf<Code>]: string | number };

/**
 * What the library throws on purpose; a TypeError or RangeError beside it is a caller's mistake in code.
 * `Code` ties the values to the message where one is made, and says nothing of an error that was caught.
 */
export class CladError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CladError';
  readonly code: ErrorCode;
  readonly kind: 'input' | 'internal';

  /**
   * @param code - an entry of the catalogue
   * @param values - what replaces each `{name}` of its message
   */
  constructor(code: Code, values: ErrorValues<Code>, options?: ErrorOptions) {
    const entry: CatalogueEntry = errorCatalogue[code];
    super(filled(entry.message, values), options);
    this.code = code;
    this.kind = entry.kind;
  }

  /** What programs are told of it. */
  get words(): { readonly code: ErrorCode; readonly message: string } {
    return { code: this.code, message: this.message };
  }

  /** The error that another thread told of, with its words. */
  static told({ code, message }: { readonly code: ErrorCode; readonly message: string }): CladError {
    // Placeholders would be filled in vain: the words are those that were told.
    const error = new CladError(code, {} as ErrorValues<ErrorCode>);
    error.message = message;
    return error;
  }
}

/** A message with its placeholders replaced; an empty value leaves no space. */
function filled(message: string, values: Readonly<Record<string, string | number>>): string {
  return message
    .replaceAll(/( ?)\{(\w+)\}/g, (placeholder, space: string, name: string) => {
      if (!Object.hasOwn(values, name)) return placeholder;
      const value = String(values[name]);
      return value === '' ? '' : space + value;
    })
    .trimEnd();
}

/** The message of anything thrown, for putting into another message. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Its first line: engines and image libraries write several, and the first says what went wrong. */
export function firstLineOf(thrown: unknown): string {
  return reasonOf(thrown).trim().split('\n')[0] ?? '';
}
