/** @file The images of a request: its whole body, or the files of a multipart form. */
import type { FastifyRequest } from 'fastify';
import { CladError, reasonOf } from '../core/errors.ts';
import { collect } from './body.ts';
import { clipped } from './clipped.ts';
import { unknownField } from './known-fields.ts';
import type { Lease } from './lease.ts';
import type { SentImage } from './request-images.ts';

/** The images, and whether they came as a form, to which the answer is a list. */
export interface SentImages {
  readonly images: readonly SentImage[];
  readonly form: boolean;
}

export interface ImagesLimits {
  readonly maxImages: number;
  /** Bytes of all together. */
  readonly maxBody: number;
}

const expected =
  "image/png, image/jpeg, image/webp, image/bmp, image/tiff, application/octet-stream or multipart/form-data (with curl: -H 'Content-Type: image/png')";

/** Characters of a name that are given back. */
const longestName = 255;

/**
 * Reads the images of a request.
 * @param file - what a single image is called in the answer
 * @param lease - charged with the files of a form as they arrive; a whole body has been charged already
 * @throws REQUEST_INVALID, BODY_TOO_LARGE, MEDIA_TYPE_UNKNOWN, QUEUE_FULL
 */
export async function sentImages(
  request: FastifyRequest,
  file: string | null,
  limits: ImagesLimits,
  lease: Lease,
): Promise<SentImages> {
  if (request.isMultipart()) return { images: await formImages(request, limits, lease), form: true };
  const type = request.headers['content-type'];
  if (type !== undefined && !/^\s*(image\/|application\/octet-stream\s*(;|$))/i.test(type))
    throw new CladError('MEDIA_TYPE_UNKNOWN', { type: clipped(type), expected });
  const bytes = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0)
    throw new CladError('REQUEST_INVALID', { reason: 'it has no body; an image was expected' });
  return { images: [{ file, bytes }], form: false };
}

async function formImages(
  request: FastifyRequest,
  { maxImages, maxBody }: ImagesLimits,
  lease: Lease,
): Promise<SentImage[]> {
  const images: SentImage[] = [];
  let total = 0;
  try {
    const limits = {
      files: maxImages,
      // One more, so that a file that is too large can be told from one that just fits.
      fileSize: maxBody + 1,
      fields: 20,
      fieldSize: 1024,
      parts: maxImages + 20,
      headerPairs: 20,
    };
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') throw noFile(part.fieldname);
      const bytes = await collect(part.file, lease, maxBody - total);
      total += bytes.length;
      images.push({ file: part.filename?.slice(0, longestName) || null, bytes });
    }
  } catch (error) {
    // What is left is read and forgotten.
    request.raw.resume();
    if (error instanceof CladError) throw error;
    const { statusCode, code } = error as { readonly statusCode?: number; readonly code?: string };
    if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT') {
      throw new CladError('BODY_TOO_LARGE', { reason: `it has more than ${maxImages} images` });
    }
    if (statusCode === 413) throw error;
    throw new CladError('REQUEST_INVALID', { reason: `the form is damaged (${reasonOf(error)})` });
  }
  if (images.length === 0)
    throw new CladError('REQUEST_INVALID', { reason: 'the form has no file; expected at least one image' });
  return images;
}

/** A part of a form that is a value: none is read, and one that is meant for a file would be missing. */
function noFile(name: string): CladError {
  if (name !== 'image') return unknownField('form', name, ['image']);
  const reason = "the field image of its form is a text; expected a file (with curl: -F 'image=@part.png')";
  return new CladError('REQUEST_INVALID', { reason });
}
