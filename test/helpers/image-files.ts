/** @file One small file of every kind of image that is read: formats, depths, channels, compressions, EXIF. */
import { encode as encodeBmp } from 'fast-bmp';
import sharp, { type Sharp } from 'sharp';
import { noise } from './images.ts';

/** A name for the kind, and its bytes. */
export type ImageFiles = Readonly<Record<string, Uint8Array>>;

/** Smooth shapes rather than noise, so that lost data show. */
function drawn(width: number, height: number, channels: 1 | 2 | 3 | 4): Uint8Array {
  const { data } = noise(width, height);
  return Uint8Array.from({ length: width * height * channels }, (_, at) => {
    const pixel = Math.floor(at / channels);
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const disc = Math.hypot(row - height / 2, column - width / 3) < height / 4 ? 120 : 0;
    return Math.min(255, disc + row + column + ((data[pixel] ?? 0) >> 5) + 20 * (at % channels));
  });
}

/** Makes them, `width` x `height` pixels each; EXIF turns some. */
export async function imageFiles(width: number, height: number): Promise<ImageFiles> {
  const raw = (channels: 1 | 2 | 3 | 4): Sharp =>
    sharp(drawn(width, height, channels), { raw: { width, height, channels } });
  const deep = (channels: 1 | 3 | 4): Sharp =>
    sharp(
      Uint16Array.from(drawn(width, height, channels), (value) => value * 257 + 5),
      {
        raw: { width, height, channels },
      },
    ).toColourspace(channels === 1 ? 'grey16' : 'rgb16');
  const grey = () => raw(1).toColourspace('b-w');
  const turned = (image: Sharp) => image.withMetadata({ orientation: 6 });
  const bitmap = (bits: number, channels: 1 | 3 | 4) =>
    encodeBmp({
      width,
      height,
      bitsPerPixel: bits,
      channels,
      components: channels === 1 ? 1 : 3,
      data: bits === 1 ? drawn(width, height, 1).map((value) => value >> 7) : drawn(width, height, channels),
    });
  const files: Record<string, Promise<Uint8Array> | Uint8Array> = {
    'png rgb': raw(3).png().toBuffer(),
    'png rgba': raw(4).png().toBuffer(),
    'png grey': grey().png().toBuffer(),
    'png grey alpha': raw(2).toColourspace('b-w').png().toBuffer(),
    'png palette': raw(4).png({ palette: true, colours: 16 }).toBuffer(),
    'png 1 bit': grey().threshold(100).png({ palette: true, colours: 2 }).toBuffer(),
    'png 16 bits': deep(3).png().toBuffer(),
    'png 16 bits alpha': deep(4).png().toBuffer(),
    'png grey 16 bits': deep(1).png().toBuffer(),
    'png interlaced, EXIF': turned(raw(3)).png({ progressive: true }).toBuffer(),
    jpeg: raw(3).jpeg().toBuffer(),
    'jpeg grey': grey().jpeg().toBuffer(),
    'jpeg progressive, EXIF': turned(raw(3)).jpeg({ progressive: true }).toBuffer(),
    'jpeg CMYK': raw(3).toColourspace('cmyk').jpeg().toBuffer(),
    'webp lossy': raw(3).webp().toBuffer(),
    'webp lossless, EXIF': turned(raw(3)).webp({ lossless: true }).toBuffer(),
    'webp alpha': raw(4).webp().toBuffer(),
    'tiff none': raw(3).tiff({ compression: 'none' }).toBuffer(),
    'tiff lzw, EXIF': turned(raw(3)).tiff({ compression: 'lzw' }).toBuffer(),
    'tiff deflate, tiles': raw(4)
      .tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 })
      .toBuffer(),
    'tiff jpeg': raw(3).tiff({ compression: 'jpeg' }).toBuffer(),
    'tiff grey 16 bits': deep(1).tiff({ compression: 'lzw' }).toBuffer(),
    'tiff 16 bits, predictor': deep(3).tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer(),
    'tiff 1 bit': grey().threshold(100).tiff({ bitdepth: 1, compression: 'ccittfax4' }).toBuffer(),
    'bmp 24': bitmap(24, 3),
    'bmp 32': bitmap(32, 4),
    'bmp 8': bitmap(8, 1),
    'bmp 1': bitmap(1, 1),
  };
  const entries = Object.entries(files).map(async ([name, bytes]) => [name, await bytes] as const);
  return Object.fromEntries(await Promise.all(entries));
}
