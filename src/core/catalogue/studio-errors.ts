/** @file What `clad studio` says of its workspace and its jobs. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const studioErrors = {
  WORKSPACE_OUTSIDE: {
    kind: 'input',
    status: 403,
    message:
      '{path} leads out of the workspace folder, by its name or by a link. The studio reads and writes only within it: copy the files there.',
  },
  WORKSPACE_UNUSABLE: {
    kind: 'input',
    status: 500,
    message:
      '{path}: what the studio remembers cannot be read or written ({reason}). Check its permissions and the space left; without the file the studio begins a new one, and images, runs and detectors stay.',
  },
  NAME_UNUSABLE: {
    kind: 'input',
    status: 400,
    message: 'The {what} {name} cannot be used as a name here: {reason}. Rename it and try again.',
  },
  UPLOAD_REFUSED: {
    kind: 'input',
    status: 422,
    message: '{name} was not taken: {reason}.',
  },
  MASK_REFUSED: {
    kind: 'input',
    status: 422,
    message: 'The ground truth of {name} is as it was: {reason}.',
  },
  REGION_REFUSED: {
    kind: 'input',
    status: 422,
    message: 'The region of interest of {name} is as it was: {reason}.',
  },
  NOT_THERE: {
    kind: 'input',
    status: 404,
    message: 'There is no {what} {name} in this workspace. Load the page again to see what there is.',
  },
  JOB_STATE: {
    kind: 'input',
    status: 409,
    message: 'Job {id} is {state}, so it cannot be {asked}.',
  },
  RUN_LEARNS: {
    kind: 'input',
    status: 409,
    message:
      'Run {run} is learning from marked judgements already. Wait until that is done, then look at what is still marked.',
  },
  WATCH_OUTSIDE: {
    kind: 'input',
    status: 403,
    message:
      '{path} may not be watched: {reason}. Expected a folder of its own in the workspace, or one that the studio was started with (`clad studio --watch-folder DIR`).',
  },
  WATCH_MOVE: {
    kind: 'input',
    status: 403,
    message:
      "Photographs of {folder} may not be moved into {path}: {reason}. Expected a folder of the workspace that is none of the studio's own, e.g. `sorted`; what lies outside the workspace is moved only where the studio was started with `--watch-move`.",
  },
  WATCH_AWAY: {
    kind: 'input',
    status: 409,
    message:
      '{path} is not there: its drive may be away, or the folder was removed. Nothing is judged until it is there again.',
  },
  WATCH_TAKEN: {
    kind: 'input',
    status: 409,
    message: '{path} cannot be watched now: {reason}.',
  },
  MARKS_STALE: {
    kind: 'input',
    status: 409,
    message:
      'The detector of this run has changed since these judgements were marked, so nothing was learnt from them. Evaluate it, and look at them again.',
  },
  STUDIO_PAGE_MISSING: {
    kind: 'internal',
    message: 'The pages of the studio are not in {path}. Build them: npm run build.',
  },
} as const satisfies Record<string, CatalogueEntry>;
