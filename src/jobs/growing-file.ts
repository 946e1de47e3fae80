/** @file A file that grows line by line (Node only): under a temporary name beside its own, and renamed when it is whole. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asRefusal } from '../core/files.ts';

/** Characters that wait to be written together. */
const batch = 65_536;

/** Nobody sees the file before `finish`; `discard` leaves nothing. */
export class GrowingFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #length = 0;

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  /** @throws FILE_REFUSED */
  static async open(path: string): Promise<GrowingFile> {
    const folder = dirname(path);
    const temporary = join(folder, `.${randomUUID()}.tmp`);
    try {
      await mkdir(folder, { recursive: true });
      return new GrowingFile(path, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw asRefusal(error, path);
    }
  }

  /** @throws FILE_REFUSED, e.g. where no space is left */
  async write(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#length += text.length;
    if (this.#length >= batch) await this.#flush();
  }

  /** Writes what waits and gives the file its name; what had it before is replaced. @throws FILE_REFUSED */
  async finish(): Promise<void> {
    await this.#flush();
    try {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#temporary, this.path);
    } catch (error) {
      throw asRefusal(error, this.path);
    }
  }

  /** Removes it, at once, so that a process may end right after; nothing after `finish`. */
  discard(): void {
    this.#file.close().catch(() => {});
    rmSync(this.#temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#length = 0;
    try {
      await this.#file.writeFile(text);
    } catch (error) {
      throw asRefusal(error, this.path);
    }
  }
}
