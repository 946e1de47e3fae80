/** @file Damaged files that can be made again are no reason to end: they are told of, and made. */
import { CladError } from './errors.ts';

/** What `read` gives; undefined, with a note, where the file is damaged. */
export async function orMadeAgain<T>(
  read: () => Promise<T | undefined>,
  note?: (text: string) => void,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CladError) || error.code !== 'FILE_DAMAGED') throw error;
    note?.(madeAgain(error.message));
    return undefined;
  }
}

/** The note of it. @param damage - a sentence */
export function madeAgain(damage: string): string {
  return `${damage} It is made again.`;
}
