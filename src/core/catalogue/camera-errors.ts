/** @file What is said of cameras and videos. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const cameraErrors = {
  CAMERA_FAILED: {
    kind: 'input',
    message:
      '{source}: no picture comes from it ({reason}). Check the address or the file, and whether `ffplay` shows it; --camera-options gives ffmpeg more to go by.',
  },
  FFMPEG_MISSING: {
    kind: 'input',
    message:
      '{path}: there is no such program ({reason}). Cameras and videos are read by ffmpeg {least} or newer. Install it (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg), or say where it is with --ffmpeg.',
  },
  FFMPEG_OLD: {
    kind: 'input',
    message:
      '{path}: this is {found}, and cameras and videos are read by ffmpeg {least} or newer. Install a newer one, or say where it is with --ffmpeg.',
  },
} as const satisfies Record<string, CatalogueEntry>;
