/**
 * @file Folders that are watched, each by a process of its own (watch-process.ts): begun by a page and gone on with whatever becomes of it. What is to be watched is remembered, so that a
 * studio that is started again goes on; a process that ends, or a folder that is away, is tried again until somebody stops it.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { CladError } from '../core/errors.ts';
import type { StudioEvent, ToldError } from './api.ts';
import type { WatchMove, WatchRequest, WatchView } from './line-api.ts';
import type { Memory } from './memory.ts';
import type { Runs } from './runs.ts';
import { asToldError } from './told-error.ts';
import type { JudgedFile, WatchOrder } from './watch-channel.ts';
import { type StartWatch, type WatchListener, watchOver } from './watch-child.ts';
import type { WatchFolders } from './watch-folders.ts';
import { type Moving, requireRoom } from './watch-room.ts';
import { freeLineName, isBounded, linePlaces, watchView } from './watch-view.ts';
import { hear, mostKnown, newWatch, type Watch } from './watched.ts';
import { judgedBefore } from './watched-before.ts';
import { heatOf, photographOf } from './watched-pictures.ts';
import type { RememberedWatch } from './watches-table.ts';
import type { Workspace } from './workspace.ts';

/** Milliseconds until a process that ended is started again; between two tellings; that one may take to end. */
const [retryAfter, interval, patience] = [5000, 200, 20_000];

export interface WatchesOptions {
  readonly workspace: Workspace;
  readonly memory: Memory;
  readonly runs: Runs;
  readonly folders: WatchFolders;
  /** Bytes that a journal with its pictures may take. */
  readonly keepSize: number;
  readonly onEvent: (event: StudioEvent) => void;
  /** Tests put another in its place. */
  readonly start?: StartWatch;
}

export class Watches {
  readonly #options: WatchesOptions;
  readonly #watches = new Map<number, Watch>();
  #closing = false;

  /** Goes on with what was watched when the server of before ended. */
  constructor(options: WatchesOptions) {
    this.#options = options;
    for (const remembered of options.memory.watches.all) {
      const watch = this.#keep(remembered);
      if (remembered.wanted) this.#begin(watch);
      else void this.#recall(watch);
    }
  }

  get views(): WatchView[] {
    return [...this.#watches.values()].map((watch) => this.#view(watch));
  }

  /**
   * Watches a folder; one that is known with this detector goes on with its journal.
   * @throws as `WatchFolders.find`, `WatchFolders.findMove` and `Runs.detector`; WATCH_TAKEN
   */
  async add({ run, version: asked, folder: named, move: wanted }: WatchRequest): Promise<WatchView> {
    const { memory, runs, folders, workspace } = this.#options;
    const version = asked ?? null;
    const folder = await folders.find(named);
    const move = wanted ? { ...wanted, folder: await folders.findMove(wanted.folder, folder) } : null;
    await runs.detector(run, version);
    // Nothing is waited for from here on: of two tabs that ask at once, the second sees the first.
    const known = [...this.#watches.values()].find(
      ({ remembered: each }) => each.folder === folder && each.run === run && each.version === version,
    );
    if (known) return this.#start(this.#moving(known, move));
    this.#requireRoom({ folder, move });
    const taken = [...this.#watches.values()].map(({ remembered }) => remembered.name);
    const name = freeLineName(workspace.folder('line'), `${basename(folder)}-${run}`, taken);
    const id = memory.watches.add({ name, folder, run, version, move });
    const watch = this.#keep(memory.watches.all.find((each) => each.id === id) as RememberedWatch);
    this.#begin(watch);
    this.#tell(watch);
    return this.#view(watch);
  }

  /** @throws NOT_THERE, WATCH_TAKEN */
  start(id: number): WatchView {
    return this.#start(this.#watch(id));
  }

  /** Ends after the photograph at hand; one that is off stays so. @throws NOT_THERE */
  stop(id: number): WatchView {
    const watch = this.#watch(id);
    this.#options.memory.watches.want(id, false);
    this.#end(watch);
    this.#tell(watch);
    return this.#view(watch);
  }

  /** Takes one out of the list; its journal stays. @throws NOT_THERE */
  remove(id: number): void {
    const watch = this.#watch(id);
    this.#end(watch);
    this.#options.memory.watches.remove(id);
    this.#watches.delete(id);
    this.#options.onEvent({ type: 'watches', watches: this.views });
  }

  /**
   * A file that was judged, or its picture with the heat.
   * @throws NOT_THERE where it has gone, or is another by now; WATCH_OUTSIDE
   */
  async picture(id: number, judgement: number, what: 'photograph' | 'heat'): Promise<string> {
    const { remembered } = this.#watch(id);
    const file = this.judgement(id, judgement);
    const { folders, workspace } = this.#options;
    if (what === 'heat') return heatOf(file, this.#places(remembered).maps);
    // What is in its place for good is looked at there, also while its folder is away.
    return photographOf(file, () => folders.find(remembered.folder), workspace.root);
  }

  /** @throws NOT_THERE for one that is not among the last */
  judgement(id: number, judgement: number): JudgedFile {
    const found = this.#watch(id).judged.find((each) => each.id === judgement);
    if (!found) throw new CladError('NOT_THERE', { what: 'judgement', name: judgement });
    return found;
  }

  /** The run whose detector judges. @throws NOT_THERE */
  runOf(id: number): string {
    return this.#watch(id).remembered.run;
  }

  /** Ends all, to be gone on with by the next server. */
  async close(): Promise<void> {
    this.#closing = true;
    const all = [...this.#watches.values()];
    for (const each of all) this.#end(each);
    await Promise.all(all.map(({ ended }) => ended));
  }

  /** Of one that is off, what its journal knows: without that, it would seem to have judged nothing. */
  async #recall(watch: Watch): Promise<void> {
    const { journal } = this.#places(watch.remembered);
    if (!existsSync(journal)) return;
    const before = { journal, since: watch.remembered.created, most: mostKnown };
    const found = await judgedBefore(before).catch((error: unknown) => process.emitWarning(String(error)));
    if (!found || watch.state !== 'off') return;
    Object.assign(watch, found);
    this.#tell(watch);
  }

  #keep(remembered: RememberedWatch): Watch {
    const watch = newWatch(remembered);
    this.#watches.set(remembered.id, watch);
    return watch;
  }

  /** One that is off moves photographs from now on as it is told. @throws WATCH_TAKEN where it watches otherwise */
  #moving(watch: Watch, move: WatchMove | null): Watch {
    const { id, folder, move: before } = watch.remembered;
    if (before?.folder === move?.folder && before?.removeOldest === move?.removeOldest) return watch;
    if (watch.state !== 'off') {
      const reason =
        'it is watched with this detector already, and its photographs are treated otherwise; stop that first';
      throw new CladError('WATCH_TAKEN', { path: folder, reason });
    }
    this.#requireRoom({ folder, move });
    this.#options.memory.watches.move(id, move);
    watch.remembered = { ...watch.remembered, move };
    return watch;
  }

  #start(watch: Watch): WatchView {
    const { id } = watch.remembered;
    if (watch.state === 'off') {
      this.#requireRoom(watch.remembered);
      this.#options.memory.watches.want(id, true);
      this.#begin(watch);
      this.#tell(watch);
    }
    return this.#view(watch);
  }

  /** @throws WATCH_TAKEN */
  #requireRoom(wanted: Moving): void {
    const open = [...this.#watches.values()].filter(({ state }) => state !== 'off');
    requireRoom(
      wanted,
      open.map(({ remembered }) => remembered),
    );
  }

  #begin(watch: Watch): void {
    watch.state = 'opening';
    watch.trouble = null;
    // One that was stopped a moment ago has the journal until it has ended.
    watch.ended = watch.ended.then(async () => {
      if (watch.state === 'off' || this.#closing) return;
      try {
        await this.#run(watch, await this.#order(watch.remembered));
      } catch (error) {
        this.#failed(watch, asToldError(error));
      }
    });
  }

  /** Runs a process to its end. */
  #run(watch: Watch, order: WatchOrder): Promise<void> {
    return new Promise((resolve) => {
      if (watch.state === 'off' || this.#closing) {
        resolve();
        return;
      }
      let isAsked = false;
      const listener: WatchListener = {
        heard: (message) => {
          hear(watch, message);
          this.#tellSoon(watch);
        },
        silent: (error) => {
          if (isAsked) return;
          watch.hung++;
          this.#troubled(watch, error);
        },
        ended: (error) => {
          watch.child = undefined;
          // It may have been started again meanwhile.
          if (!isAsked) this.#failed(watch, error);
          resolve();
        },
      };
      const child = watchOver(order, listener, watch.hung, this.#options.start);
      watch.child = {
        stop: () => {
          isAsked = true;
          child.stop();
        },
        kill: () => child.kill(),
      };
    });
  }

  #failed(watch: Watch, error: ToldError): void {
    // It was told to end.
    if (watch.state === 'off' || this.#closing) return;
    this.#troubled(watch, error);
    watch.retry = setTimeout(() => this.#begin(watch), retryAfter);
    watch.retry.unref();
  }

  #troubled(watch: Watch, error: ToldError): void {
    watch.state = 'trouble';
    watch.trouble = error;
    this.#tell(watch);
  }

  async #order({
    folder,
    run,
    version,
    move,
    created: since,
    ...remembered
  }: RememberedWatch): Promise<WatchOrder> {
    const { runs, folders, keepSize } = this.#options;
    if (!existsSync(folder)) throw new CladError('WATCH_AWAY', { path: folder });
    // Links may have been put in their places meanwhile.
    const real = await folders.find(folder);
    const into = move && (await folders.findMove(move.folder, real));
    const own = (await runs.folder(run)).path;
    const detector = await runs.detector(run, version);
    return {
      type: 'watch',
      ...{ detector, run: version === null ? own : null, folder },
      ...{ ...this.#places(remembered), move: into, since, most: mostKnown },
      keepSize: isBounded(move) ? keepSize : null,
    };
  }

  #end(watch: Watch): void {
    watch.state = 'off';
    watch.trouble = null;
    watch.hung = 0;
    clearTimeout(watch.retry);
    const { child } = watch;
    if (!child) return;
    child.stop();
    const timer = setTimeout(() => child.kill(), patience);
    timer.unref();
    void watch.ended.then(() => clearTimeout(timer));
  }

  #tellSoon(watch: Watch): void {
    watch.telling ??= setTimeout(() => {
      watch.telling = undefined;
      this.#tell(watch);
    }, interval);
  }

  #tell(watch: Watch): void {
    if (this.#watches.has(watch.remembered.id))
      this.#options.onEvent({ type: 'watch', watch: this.#view(watch) });
  }

  /** @throws NOT_THERE */
  #watch(id: number): Watch {
    const watch = this.#watches.get(id);
    if (!watch) throw new CladError('NOT_THERE', { what: 'watched folder', name: id });
    return watch;
  }

  #places({ name }: Pick<RememberedWatch, 'name'>): Pick<WatchOrder, 'journal' | 'maps'> {
    return linePlaces(this.#options.workspace.folder('line'), name);
  }

  #view(watch: Watch): WatchView {
    const { workspace, keepSize } = this.#options;
    return watchView(watch, workspace.root, keepSize);
  }
}
