/** @file How an image lies in its file, before its EXIF orientation turns it. Reads the header, decodes no pixel. */
import sharp from 'sharp';
import { readBytes } from '../core/files.ts';
import { bmpSize } from './bmp.ts';
import { withPathInError } from './decode.ts';
import { requireFormat } from './format.ts';

/** An image as stored. */
export interface StoredForm {
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 .. 8; 1 where the file says none. From 5 on, width and height change places. */
  readonly orientation: number;
}

/**
 * Reads it.
 * @throws CladError `FILE_UNREADABLE`, or `IMAGE_INVALID` when there is no header to read
 */
export async function storedForm(path: string): Promise<StoredForm> {
  const bytes = await readBytes(path);
  return withPathInError(path, async () => {
    if (requireFormat(bytes) === 'bmp') return { ...bmpSize(bytes), orientation: 1 };
    const { width, height, orientation = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height, orientation };
  });
}

/** Width and height once the orientation is applied. */
export function turnedSize({ width, height, orientation }: StoredForm): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
