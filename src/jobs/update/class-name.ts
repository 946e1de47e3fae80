/** @file The class that images are to join: one that the detector knows, a new one, or what each image is recognised as. */
import { basename, dirname, resolve } from 'node:path';
import { CladError } from '../../core/errors.ts';
import { hasInvisible } from '../../core/invisible.ts';
import { notProducts } from '../../data/plain.ts';

/** What a user says of it. */
export interface ClassRequest {
  readonly class?: string | undefined;
  readonly newClass: boolean;
  /** Images or folders as given. */
  readonly images: readonly string[];
}

/** The class; undefined where each image joins the one that it is recognised as. */
export type JoinedClass = { readonly name: string; readonly isNew: boolean } | undefined;

/**
 * Finds the class that is meant. A name that is nearly one of the detector's is taken for a slip of the pen, unless it is said to be new.
 * @param classes - of the detector
 * @param folders - whether each of the images given is a folder
 * @throws UPDATE_CLASS
 */
export function joinedClass(
  { class: given, newClass, images }: ClassRequest,
  classes: readonly string[],
  folders: readonly boolean[],
): JoinedClass {
  if (given === undefined && !newClass) return undefined;
  const name = (given ?? folderName(images, folders)).normalize('NFC');
  const refuse = (reason: string, expected: string) =>
    new CladError('UPDATE_CLASS', { name, reason, expected });
  if (classes.includes(name)) {
    if (newClass)
      throw refuse('the detector has it already', '--class with its name alone, to add more images of it');
    return { name, isNew: false };
  }
  if (name === '' || /[/\\]/.test(name) || hasInvisible(name) || notProducts.has(name.toLowerCase()))
    throw refuse('this is no name of a class', 'a name of its own, e.g. --class bottle');
  const near = newClass ? undefined : classes.find((each) => isNear(each, name));
  if (near !== undefined)
    throw refuse(
      `the detector has no such class, but ${near}`,
      `--class ${near}, or, if ${name} is a new class all the same, --new-class as well`,
    );
  return { name, isNew: true };
}

/** The name of the one folder that the images lie in, those of splits and states passed over. */
function folderName(images: readonly string[], folders: readonly boolean[]): string {
  const names = new Set(
    images.map((path, at) => {
      let folder = folders[at] ? resolve(path) : dirname(resolve(path));
      while (notProducts.has(basename(folder).toLowerCase())) folder = dirname(folder);
      return basename(folder);
    }),
  );
  const [name = '', ...others] = names;
  if (others.length === 0) return name;
  const reason = `the images lie in folders of several names (${[...names].join(', ')})`;
  throw new CladError('UPDATE_CLASS', { name, reason, expected: 'the name of the new class: --class NAME' });
}

/** Whether two names differ by a letter, by two if they are long, or by capitals alone. */
function isNear(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return edits(a, b) <= (Math.min(a.length, b.length) >= 8 ? 2 : Math.min(a.length, b.length) >= 4 ? 1 : 0);
}

/** Letters put in, taken away or replaced (Levenshtein). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
