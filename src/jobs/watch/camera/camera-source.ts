/** @file Where pictures come from: a stream of the network, a camera of this machine, or a video file; and its name without what is secret in its address. */
import { stat } from 'node:fs/promises';
import { parse } from 'node:path';
import { CladError } from '../../../core/errors.ts';

/** A place that ffmpeg opens. */
export interface CameraSource {
  /** As ffmpeg takes it, with name and password. */
  readonly address: string;
  /** For people, the journal and messages. */
  readonly name: string;
  /** Whether it goes on without us: pictures that are not taken are gone, and one that ends is connected to again. */
  readonly isLive: boolean;
  /** ffmpeg's options before `-i`. */
  readonly options: readonly string[];
  /** What the names of its pictures begin with; empty for one that is told by the time. */
  readonly stem: string;
}

const scheme = /^[a-z][a-z0-9+.-]+:\/\//i;

/**
 * @param address - as rtsp://camera.local/stream, /dev/video0 or a video file
 * @param more - options of ffmpeg for this input, separated by spaces; with `-f` the address may be whatever that format takes
 * @throws FILE_NOT_FOUND
 */
export async function cameraSource(address: string, more = ''): Promise<CameraSource> {
  const options = more.split(/\s+/).filter((word) => word !== '');
  const hasFormat = options.includes('-f');
  const live = { address, name: nameOf(address), isLive: true, stem: '' };
  if (scheme.test(address)) {
    // Over UDP, which is the usual way, single lost packets smear the picture.
    const overTcp = /^rtsps?:/i.test(address) && !options.includes('-rtsp_transport');
    return { ...live, options: [...(overTcp ? ['-rtsp_transport', 'tcp'] : []), ...options] };
  }
  const found = await stat(address).catch(() => undefined);
  if (found?.isFile() && !hasFormat)
    return { address, name: address, isLive: false, options, stem: `${parse(address).name}-` };
  // /dev/v4l/by-id/... and by-path/... are names that stay with a camera; one that is unplugged has none.
  if (/^\/dev\/(video|v4l\/)/.test(address) && !hasFormat)
    return { ...live, options: ['-f', 'v4l2', ...options] };
  if (hasFormat || found?.isCharacterDevice() || found?.isFIFO()) return { ...live, options };
  throw new CladError('FILE_NOT_FOUND', {
    path: address,
    hint: 'Give --camera a stream (rtsp://...), a camera (/dev/video0) or a video file.',
  });
}

/** An address without name, password, and what is asked for behind the question mark: some cameras take passwords there. */
function nameOf(address: string): string {
  if (isUnclear(address)) return address.replace(/^([a-z][a-z0-9+.-]+:\/\/).*/is, '$1...');
  return address.replace(
    /^([a-z][a-z0-9+.-]+:\/\/)([^/?#]*@)?([^?#]*)(\?[^#]*)?/i,
    (_, start, __, place, asked) => `${start}${place}${asked === undefined ? '' : '?...'}`,
  );
}

/** Whether a password may have a slash, a question mark or a hash in it, unlike in an address: then nothing of it is told. */
function isUnclear(address: string): boolean {
  const [, host = '', rest = ''] =
    /^[a-z][a-z0-9+.-]+:\/\/(?:[^/?#@]*@)?([^/?#]*)(.*)$/is.exec(address) ?? [];
  return rest.includes('@') && !/^(\[[0-9a-f:.]+\]|[^:@]*)(:\d*)?$/i.test(host);
}

/** A text of ffmpeg's, which may have the address in it, without what is secret. */
export function withoutSecrets(text: string, { address, name }: CameraSource): string {
  let clean = text.replaceAll(address, name);
  for (const secret of secretsOf(address)) clean = clean.replaceAll(secret, '***');
  return clean;
}

/** Password and name, and values behind the question mark, as they stand and decoded. Of fewer than three signs they would hide half the text. */
function secretsOf(address: string): string[] {
  const [, account = '', asked = ''] =
    /^[a-z][a-z0-9+.-]+:\/\/(?:([^/?#]*)@)?[^?#]*(\?[^#]*)?/i.exec(address) ?? [];
  const values = asked
    .slice(1)
    .split('&')
    .map((pair) => pair.replace(/^[^=]*=/, ''));
  return [account, ...account.split(':').reverse(), ...values]
    .flatMap((value) => [value, decoded(value)])
    .filter((value) => value.length > 2);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
