/** @file What is said of any file or folder. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const fileErrors = {
  FILE_DAMAGED: {
    kind: 'input',
    message: '{path}: the file is damaged ({reason}). {remedy}',
  },
  FILE_EXISTS: {
    kind: 'input',
    message: '{path}: there is a file already. Remove it, or give another --out.',
  },
  FILE_NOT_FOUND: {
    kind: 'input',
    message: '{path}: no such file or folder. {hint}',
  },
  FILE_REFUSED: {
    kind: 'input',
    message:
      '{path}: the file system does not allow it ({reason}). Check the path, its permissions and the space left.',
  },
  FILE_UNREADABLE: {
    kind: 'input',
    message: '{path}: cannot be read ({reason}). Check the file and its permissions.',
  },
  JOURNAL_GONE: {
    kind: 'input',
    message:
      '{path}: the journal has been removed while it was written, so that judgements would be lost. Start the command again.',
  },
  JOURNAL_UNUSABLE: {
    kind: 'input',
    message:
      '{path}: the journal cannot be used ({reason}). Check that it is one, its permissions and the space left, or give another file to --journal.',
  },
  FOLDER_FOREIGN: {
    kind: 'input',
    message:
      '{path}: the folder holds files that `{command}` did not write. Give --out a new or empty folder.',
  },
  FOLDER_EXPECTED: {
    kind: 'input',
    message: '{path}: expected a folder, this is a file. {hint}',
  },
} as const satisfies Record<string, CatalogueEntry>;
