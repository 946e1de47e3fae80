/** @file One entry of the catalogue of errors. */

/** What an error says, and whose it is. */
export interface CatalogueEntry {
  readonly kind: 'input' | 'internal';
  /** Of the service's answer to a request, 400 to 599; without one it is 500, and its words go to the log alone. */
  readonly status?: number;
  /** `{name}` stands for a value given when the error is made. */
  readonly message: string;
}
