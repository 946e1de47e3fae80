/** @file Names of files: their endings and stems. */
import { extname } from 'node:path';
import { imageExtensions } from '../image/format.ts';

/** Whether a file name ends as an image's does. */
export function isImageName(name: string): boolean {
  return imageExtensions.includes(extname(name).toLowerCase());
}

/** A file's name without folder and ending: the stem by which images and masks are matched. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
