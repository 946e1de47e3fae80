/**
 * @file Whose fault it is that the process ends while a command works: of a file from outside that leaves a rejected promise alone, throws in a
 * timer, or calls `process.exit()`, nobody else would say so.
 */
import { pathToFileURL } from 'node:url';
import { CladError } from '../core/errors.ts';
import { blamed, type PluginMessage, pluginChannel } from '../core/plugin.ts';

/** Where the program's own files are. */
const own = new URL('..', import.meta.url).href;

/** Knows the files from outside that this process has used. */
export class PluginWatch {
  readonly #known = new Set<string>();
  /** Those that work at the moment, the innermost last. */
  readonly #working: string[] = [];

  constructor() {
    pluginChannel.subscribe((message) => this.#note(message as PluginMessage));
  }

  #note({ path, works }: PluginMessage): void {
    this.#known.add(path);
    if (works) this.#working.push(path);
    else this.#working.splice(this.#working.lastIndexOf(path), 1);
  }

  /** What nobody caught, as the file's error where it is one. */
  blame(thrown: unknown): unknown {
    const path = this.#fileOf(thrown instanceof Error ? (thrown.stack ?? '') : '');
    return path === undefined ? thrown : blamed(path, thrown);
  }

  /**
   * @param stack - of the end of the process
   * @returns what to say where a file from outside called for it
   */
  endedBy(stack: string): CladError | undefined {
    const [, callers] = stack.split(/^ +at (?:process\.)?exit .*$/m);
    const path = callers === undefined ? undefined : this.#fileOf(callers);
    return path === undefined
      ? undefined
      : new CladError('PLUGIN_INVALID', { path, reason: 'it ended the program with process.exit()' });
  }

  /** The file from outside in a stack; where that shows neither it nor the program's own files, the one that works. */
  #fileOf(stack: string): string | undefined {
    const urls: readonly string[] = stack.match(/file:\/\/[^\s)]+(?=:\d+:\d+)/g) ?? [];
    const shown = [...this.#known].find((path) => urls.includes(pathToFileURL(path).href));
    if (shown !== undefined) return shown;
    const [first] = urls;
    return first?.startsWith(own) ? undefined : this.#working.at(-1);
  }
}
