/** @file Words of a language that may not have all of them yet; those that it lacks are English. Pure. */

/** The same form, any part of which may be missing. */
export type Partly<T> = T extends (...given: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Partly<T[K]> }
    : T;

/** All words: those of the language where it has them. */
export function completed<T extends object>(all: T, own: NoInfer<Partly<T>>): T {
  const entries = Object.entries(all).map(([name, words]: [string, unknown]) => {
    const translated = (own as Readonly<Record<string, object | string | undefined>>)[name];
    if (translated === undefined) return [name, words];
    const isGroup = typeof words === 'object' && typeof translated === 'object';
    return [name, isGroup ? completed(words as object, translated) : translated];
  });
  return Object.fromEntries(entries) as T;
}
