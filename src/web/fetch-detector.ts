/** @file A detector file's bytes, from wherever a page has them. */
import { type Kind, requireArgument } from '../core/arguments.ts';
import { CladError, reasonOf } from '../core/errors.ts';

/** An address (a relative one begins at the page), or the file itself. */
export type DetectorSource = string | URL | Blob | ArrayBuffer | Uint8Array;

const detectorSource: Kind = {
  expected:
    'the address of a model.onnx (a text or a URL), or the file: a File or Blob, an ArrayBuffer or a Uint8Array',
  holds: (value) =>
    (typeof value === 'string' && value !== '') ||
    [URL, Blob, ArrayBuffer, Uint8Array].some((kind) => value instanceof kind),
};

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes. */
  readonly loaded: number;
  /** Bytes; null where the server does not say, or compresses on the way. */
  readonly total: number | null;
}

/**
 * The bytes, and what errors call the file.
 * @param of - the function that was given the source
 * @throws FETCH_FAILED; the signal's reason where it was aborted
 */
export async function fetchedBytes(
  source: DetectorSource,
  onProgress?: (progress: DownloadProgress) => void,
  signal?: AbortSignal,
  of = 'loadDetector',
): Promise<{ bytes: Uint8Array; name: string }> {
  requireArgument(of, 'source', source, detectorSource);
  if (source instanceof Uint8Array) return { bytes: source, name: 'The detector' };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: 'The detector' };
  if (source instanceof Blob) {
    const name = source instanceof File ? source.name : 'The detector';
    return { bytes: new Uint8Array(await source.arrayBuffer()), name };
  }
  const url = String(source);
  const refuse = (reason: string, cause?: unknown) =>
    new CladError('FETCH_FAILED', { url, reason }, { cause });
  try {
    const response = await fetch(source, { signal: signal ?? null });
    if (!response.ok) throw refuse(`the server answers ${response.status} ${response.statusText}`.trim());
    // Servers of single-page applications answer so where there is no file.
    if (response.headers.get('content-type')?.startsWith('text/html'))
      throw refuse('the server sends a web page instead of a file');
    return { bytes: await read(response, onProgress), name: url };
  } catch (error) {
    if (error instanceof CladError || signal?.aborted) throw error;
    throw refuse(reasonOf(error), error);
  }
}

async function read(
  response: Response,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<Uint8Array> {
  if (!onProgress || !response.body) return new Uint8Array(await response.arrayBuffer());
  const { headers } = response;
  // Of a compressed body the header counts what travels, not what arrives.
  const length = headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
  const total = length > 0 ? length : null;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    onProgress({ loaded, total });
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
