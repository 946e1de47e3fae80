/**
 * @file Judgements of a run that somebody calls wrong: of its test images, and of pictures of the line, which are copied into `marked/<run>/` so that they are there when it learns
 * from them, and later when it looks at its good images again.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CladError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import { keptHeatFolder, keptHeatName } from './kept-pictures.ts';
import type { Memory } from './memory.ts';
import type { Runs } from './runs.ts';
import type { LineSaid, Mark, MarkedImage } from './update-api.ts';
import type { Workspace } from './workspace.ts';

export class Marks {
  readonly #workspace: Workspace;
  readonly #memory: Memory;
  readonly #runs: Runs;

  constructor(workspace: Workspace, memory: Memory, runs: Runs) {
    this.#workspace = workspace;
    this.#memory = memory;
    this.#runs = runs;
  }

  /** @throws as `Runs.folder` */
  async of(run: string): Promise<MarkedImage[]> {
    const trained = await this.#runs.trained(run);
    return trained ? this.#memory.marks.of(trained) : [];
  }

  /** @param mark - null takes it back, of a picture of the line too @throws as `Runs.requireTested` for what is no test image */
  async set(run: string, path: string, mark: Mark | null): Promise<void> {
    if (mark === null) {
      const found = (await this.of(run)).find((each) => each.path === path);
      this.#memory.marks.remove(run, path);
      if (found?.from === 'line') await this.#drop(run, path);
      return;
    }
    await this.#runs.requireTested(run, null, [path]);
    this.#memory.marks.set(await this.#trained(run), { path, mark, from: 'test' });
  }

  /**
   * Marks a picture of the line, and keeps a copy. The same picture is kept once.
   * @param bytes - of the image file
   * @param name - of the file, for its ending
   * @throws as `Runs.folder`; FILE_REFUSED
   */
  async keep(run: string, bytes: Uint8Array, name: string, mark: Mark, said: LineSaid): Promise<MarkedImage> {
    const trained = await this.#trained(run);
    const sha = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const file = `${sha}${extname(name).toLowerCase()}`;
    const path = await this.#workspace.path('marked', 'picture', run, file);
    if (!existsSync(path)) await writeFileAtomic(path, bytes);
    const marked: MarkedImage = { path: file, mark, from: 'line', said };
    this.#memory.marks.set(trained, marked);
    return marked;
  }

  /** @throws NOT_THERE for a picture that was not kept */
  async requireKept(run: string, files: readonly string[]): Promise<void> {
    for (const file of files) await this.picture(run, file);
  }

  /** Path of a picture that was kept. @throws NAME_UNUSABLE, WORKSPACE_OUTSIDE, NOT_THERE */
  async picture(run: string, file: string): Promise<string> {
    const path = await this.#workspace.path('marked', 'picture', run, file);
    if (!existsSync(path)) throw new CladError('NOT_THERE', { what: 'picture', name: file });
    return path;
  }

  /** Path of a kept picture with its heat. @param key - of the detector file that judged it @throws as `picture` */
  async heat(run: string, file: string, key: string): Promise<string> {
    await this.picture(run, file);
    if (!/^[0-9a-f]{16}$/.test(key)) throw new CladError('NOT_THERE', { what: 'picture', name: key });
    const path = join(keptHeatFolder(this.#workspace.folder('cache'), run, key), keptHeatName(file));
    if (!existsSync(path)) throw new CladError('NOT_THERE', { what: 'picture', name: file });
    return path;
  }

  /** Forgets marks from which the detector has learnt; pictures stay. */
  forget(run: string, paths: readonly string[]): void {
    for (const path of paths) this.#memory.marks.remove(run, path);
  }

  /** @throws NOT_THERE where there is no detector yet */
  async #trained(run: string) {
    const trained = await this.#runs.trained(run);
    if (!trained) throw new CladError('NOT_THERE', { what: 'detector', name: run });
    return trained;
  }

  /** Removes a picture that nothing was learnt from: the list of good images would name a file that is gone. */
  async #drop(run: string, file: string): Promise<void> {
    const { goodImagesState } = await this.#runs.folder(run);
    const learnt = await readFile(goodImagesState, 'utf8').catch(() => '');
    if (learnt.includes(file)) return;
    // Somebody may have removed it by hand.
    await rm(await this.#workspace.path('marked', 'picture', run, file), { force: true });
  }
}
