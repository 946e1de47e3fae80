/** @file What pictures on a disk are known by in lists of pictures. */
import { fileImages } from '../../data/file-images.ts';
import { shortHash } from '../../data/picture-list.ts';
import { pixelHash } from '../../data/pixel-hash.ts';

/** Of the file's bytes. @throws CladError `FILE_UNREADABLE` */
export async function fileHash(path: string): Promise<string> {
  return shortHash((await fileImages.contentOf(path)).split(':')[1] ?? '');
}

/** Of the decoded pixels; 16 bits are read as the full range. @throws CladError `FILE_UNREADABLE`, `IMAGE_INVALID` */
export async function pixelsHash(path: string): Promise<string> {
  return shortHash(pixelHash(await fileImages.decode(path)));
}
