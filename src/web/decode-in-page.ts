/**
 * @file What a browser has of images (files, canvases, video frames) to 8-bit RGB.
 *
 * Files give the bytes that decode.ts gives in Node, as far as the browser lets them: EXIF orientation is applied, colour
 * profiles are ignored, alpha is dropped and not composited. Of 16-bit files a browser gives the upper 8 bits, which `source` says, so that a detector
 * that reads fewer bits refuses them. docs/browser.md says what was measured and what is left.
 */
import { type Kind, requireArgument } from '../core/arguments.ts';
import { CladError, reasonOf } from '../core/errors.ts';
import { decodeBmp } from '../image/bmp.ts';
import { jpegChannels, pngDepth, requireFormat } from '../image/format.ts';
import { requireUsableSize } from '../image/limits.ts';
import { isRgbImage, type RgbImage } from '../image/rgb.ts';
import { type SourceSamples, wholeRange } from '../image/samples.ts';

/** Whatever an image may come as. */
export type ImageSource =
  | Blob
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | RgbImage;

/** Other pages' objects, of an iframe say, are no instances of this page's classes; a canvas can tell. */
const drawables = [
  'ImageBitmap',
  'HTMLImageElement',
  'HTMLCanvasElement',
  'OffscreenCanvas',
  'HTMLVideoElement',
  'VideoFrame',
] as const;

export const imageSource: Kind = {
  expected: `an image: a File or Blob, ImageData, ${drawables.join(', ')}, or { width, height, data } with 8-bit RGB`,
  holds: (value) =>
    typeof value === 'object' &&
    value !== null &&
    (value instanceof Blob ||
      value instanceof ImageData ||
      drawables.some((name) => Object.prototype.toString.call(value) === `[object ${name}]`) ||
      isRgbImage(value)),
};

type Drawable = Exclude<ImageSource, Blob | ImageData | HTMLImageElement | RgbImage>;

const asStored: ImageBitmapOptions = {
  colorSpaceConversion: 'none',
  premultiplyAlpha: 'none',
  imageOrientation: 'from-image',
};

/**
 * Decodes or copies an image. Of a video it is the frame that shows now; a `VideoFrame` or `ImageBitmap` stays the caller's to close.
 * @throws CladError `ARGUMENT_INVALID` for what is no image, `IMAGE_INVALID` for one that cannot be read, `IMAGE_TOO_LONG`
 */
export async function toRgbImage(source: ImageSource): Promise<RgbImage> {
  requireArgument('toRgbImage', 'source', source, imageSource);
  const path = source instanceof File ? source.name : 'The image';
  try {
    if (source instanceof Blob) return await decodeBlob(source, path);
    if (source instanceof ImageData) return withoutAlpha(source);
    if (source instanceof HTMLImageElementOrNever) return await viaBitmap(source, path);
    if ('data' in source) return source;
    return withoutAlpha(canvasPixels(source, path));
  } catch (error) {
    if (error instanceof CladError) throw error;
    throw new CladError('IMAGE_INVALID', { path, reason: explained(error) }, { cause: error });
  }
}

/** Workers have no elements; nothing is an instance of the class in their place. */
const HTMLImageElementOrNever: typeof HTMLImageElement =
  globalThis.HTMLImageElement ?? (class {} as unknown as typeof HTMLImageElement);

async function decodeBlob(blob: Blob, path: string): Promise<RgbImage> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const format = requireFormat(bytes);
  const deep = format === 'png' && pngDepth(bytes) === 16;
  const source: SourceSamples = deep ? { depth: 16, bits: wholeRange } : { depth: 8, bits: 8 };
  if (format === 'bmp') return { ...decodeBmp(bytes), source };
  if (format === 'tiff') throw new Error('it is TIFF, which browsers do not decode');
  if (format === 'jpeg' && jpegChannels(bytes) === 4)
    throw new Error(
      'it is a CMYK JPEG, whose colours each browser turns into RGB in its own way; save it as RGB',
    );
  // The content says what it is, not the name.
  return { ...(await viaBitmap(new Blob([bytes], { type: `image/${format}` }), path)), source };
}

/** Whether a file has pixels that let something through. */
export async function hasTransparency(file: Blob): Promise<boolean> {
  const bitmap = await createImageBitmap(file, asStored);
  try {
    return isTransparent(canvasPixels(bitmap, 'The image'));
  } finally {
    bitmap.close();
  }
}

async function viaBitmap(source: Blob | HTMLImageElement, path: string): Promise<RgbImage> {
  const bitmap = await createImageBitmap(source, asStored);
  try {
    const pixels = canvasPixels(bitmap, path);
    return (isTransparent(pixels) && readUnmultiplied(bitmap)) || withoutAlpha(pixels);
  } finally {
    bitmap.close();
  }
}

function canvasPixels(source: Drawable, path: string): ImageData {
  const { width, height } = sizeOf(source);
  if (!(width > 0 && height > 0)) throw new Error('it has no pixels yet');
  // Said before a canvas is asked for, which would only say that it cannot be had.
  requireUsableSize({ width, height }, path);
  const canvas = new OffscreenCanvas(width, height);
  // Read from memory, not from the graphics card: faster, and the numbers are the decoder's.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error(`the browser gives no canvas of ${width} x ${height} pixels`);
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function sizeOf(source: Drawable): { width: number; height: number } {
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  return source;
}

function isTransparent({ data }: ImageData): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

/**
 * A canvas stores colours multiplied by alpha and so forgets those under transparent pixels; a texture keeps them.
 * @param bitmap - made with `asStored`; of others the colours are multiplied already
 * @returns undefined where WebGL is not to be had, or not for this size
 */
function readUnmultiplied(bitmap: ImageBitmap): RgbImage | undefined {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return undefined;
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const data = new Uint8ClampedArray(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  const failed = gl.getError() !== gl.NO_ERROR;
  // Browsers allow few contexts at a time, and collect them late.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return failed ? undefined : withoutAlpha({ width, height, data });
}

function withoutAlpha({
  width,
  height,
  data: pixels,
}: Pick<ImageData, 'width' | 'height' | 'data'>): RgbImage {
  if (!(pixels instanceof Uint8ClampedArray)) throw new Error('its samples are not of 8 bits');
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = pixels[from]!;
    data[to + 1] = pixels[from + 1]!;
    data[to + 2] = pixels[from + 2]!;
  }
  return { width, height, data };
}

function explained(error: unknown): string {
  if (error instanceof DOMException && error.name === 'SecurityError')
    return 'it comes from another site, which does not let this page read it (CORS)';
  if (error instanceof DOMException && error.name === 'InvalidStateError')
    return 'the browser cannot decode it';
  return reasonOf(error);
}
