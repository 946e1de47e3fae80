/**
 * @file Notices that a file was replaced. By asking for its identity, size and time again and again, because events of the file system
 * are lost on network drives and for mounted folders; and only once two looks agree, so that a file that is still being
 * copied is left alone.
 */
import { stat } from 'node:fs/promises';

/** What tells one content of a file from another; undefined where there is no file. */
export async function fileMark(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
}

/**
 * Calls `onChange` each time the file has become another. A file that vanishes is no change; the one that comes after it is.
 * @param mark - of the content that is known already
 * @param interval - milliseconds between two looks
 * @returns stops watching
 */
export function watchFile(
  path: string,
  mark: string | undefined,
  interval: number,
  onChange: () => void,
): () => void {
  let known = mark;
  let before = mark;
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    const now = await fileMark(path);
    looking = false;
    if (now !== undefined && now === before && now !== known) {
      known = now;
      onChange();
    }
    before = now;
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
