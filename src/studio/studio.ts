/**
 * @file The studio as a whole: opens the workspace, goes on with what was to be done, listens, and ends in order.
 *
 * @example
 * const studio = await startStudio('parts/', { ...studioDefaults, token: undefined, insecure: false, allowedHosts: [] });
 * console.log(studio.address);
 * await studio.close();
 */
import type { FastifyBaseLogger } from 'fastify';
import { lockOfFile, withLock } from '../core/lock.ts';
import { version } from '../jobs/version.ts';
import { closeConnections, listen, requireToken } from '../server/listen.ts';
import type { ServeOptions } from '../server/serve-options.ts';
import type { ServiceState } from '../server/service.ts';
import type { StudioEvent } from './api.ts';
import { startChild } from './child.ts';
import { Datasets } from './datasets.ts';
import { EventStreams } from './events.ts';
import { Line } from './line.ts';
import { Marks } from './marks.ts';
import { Masks } from './masks.ts';
import { Memory } from './memory.ts';
import { Pictures } from './pictures.ts';
import { Plans } from './plans.ts';
import { JobQueue } from './queue.ts';
import { Regions } from './regions.ts';
import { Runs } from './runs.ts';
import { studioApp } from './studio-app.ts';
import { WatchFolders } from './watch-folders.ts';
import { Watches } from './watches.ts';
import { Workspace } from './workspace.ts';

export interface StudioOptions
  extends Pick<ServeOptions, 'host' | 'port' | 'token' | 'insecure' | 'allowedHosts' | 'logLevel'> {
  /** Folders outside the workspace that pages may have watched. @default none */
  readonly watchFolders?: readonly string[];
  /** Whether pages may have photographs moved out of these, into the workspace. @default false */
  readonly watchMove?: boolean;
  /** Bytes that each journal of the line page may take with its pictures. @default studioDefaults */
  readonly keepSize?: number;
}

export const studioDefaults = { host: '127.0.0.1', port: 8090, logLevel: 'warn', keepSize: 2e9 } as const;

/** Bytes of an image that is sent, at most. */
const maxBody = 256 * 2 ** 20;
/** Seconds for a request: a detector file on a slow line takes long. */
const timeout = 600;

/** A studio that listens. */
export interface RunningStudio {
  /** E.g. `http://127.0.0.1:8090`. */
  readonly address: string;
  readonly log: FastifyBaseLogger;
  /** Stops what runs where it can go on, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Starts the studio.
 * @param folder - the workspace, made where it is missing
 * @throws TOKEN_NEEDED, ADDRESS_UNUSABLE, FILE_NOT_FOUND, FOLDER_EXPECTED, FILE_REFUSED, WORKSPACE_UNUSABLE, IN_USE where another studio has it open
 */
export async function startStudio(folder: string, options: StudioOptions): Promise<RunningStudio> {
  requireToken(options);
  const workspace = await Workspace.open(folder);
  return new Promise((started, failed) => {
    // Two queues on one workspace would run each job twice. Held until the studio is closed, beside what it guards: `cache/` may be removed.
    withLock(lockOfFile(workspace.database), () => open(workspace, options, started)).catch(failed);
  });
}

/** @returns once it is closed */
async function open(
  workspace: Workspace,
  options: StudioOptions,
  started: (studio: RunningStudio) => void,
): Promise<void> {
  const state: ServiceState = { stopping: false, open: 0 };
  const http = { ...options, cors: [], maxBody, timeout };
  const memory = Memory.open(workspace.database);
  const streams = new EventStreams();
  const datasets = new Datasets(workspace, memory);
  const masks = new Masks(workspace, datasets);
  const regions = new Regions(workspace, datasets);
  const runs = new Runs(workspace, memory);
  const plans = new Plans(startChild, workspace.root);
  const line = new Line();
  const marks = new Marks(workspace, memory, runs);
  const pictures = new Pictures(`${workspace.folder('cache')}/pictures`);
  const onEvent = (event: StudioEvent) => {
    streams.send(event);
    if (event.type !== 'job' || event.job.state === 'running' || event.job.state === 'waiting') return;
    const { kind, subject } = event.job;
    const isData = kind === 'demo' || kind === 'inspect';
    streams.send({ type: 'changed', what: isData ? 'data' : 'runs', name: subject });
  };
  const { keepSize = studioDefaults.keepSize } = options;
  let queue: JobQueue | undefined;
  let watches: Watches | undefined;
  try {
    const watchFolders = await WatchFolders.of(workspace.root, options.watchFolders ?? [], options.watchMove);
    queue = new JobQueue({
      memory,
      root: workspace.root,
      start: startChild,
      onEvent,
      newDetector: (run) => runs.newDetector(run),
      onOutcome: async ({ request }, { inspection, detector, update }) => {
        if (request.kind === 'inspect' && inspection) datasets.keepInspection(request.dataset, inspection);
        if (request.kind === 'threshold' && detector !== undefined)
          await runs.keepVersion(request.run, detector, request.base);
        if (request.kind === 'update' && update) {
          marks.forget(
            request.run,
            update.steps.flatMap(({ done }) => done),
          );
          streams.send({ type: 'changed', what: 'marks', name: request.run });
          // Whoever has changed a detector wants to see what that did.
          if (update.after !== update.before) queue?.add(request.run, { kind: 'evaluate', run: request.run });
        }
        // Whoever has drawn a data set wants to see what is in it.
        if (request.kind === 'demo')
          queue?.add(request.dataset, { kind: 'inspect', dataset: request.dataset });
      },
    });
    watches = new Watches({ workspace, memory, runs, folders: watchFolders, keepSize, onEvent });
    const parts = {
      options: http,
      state,
      version,
      workspace,
      datasets,
      masks,
      regions,
      runs,
      pictures,
      queue,
      plans,
      line,
      marks,
      watches,
      watchFolders,
      keepSize,
      streams,
    };
    const app = await studioApp(parts);
    const address = await listen(app, options);
    await new Promise<void>((closed) => {
      started({
        address,
        log: app.log,
        close: async () => {
          state.stopping = true;
          streams.close();
          plans.close();
          line.close();
          await Promise.all([queue?.close(), watches?.close()]);
          // Downloads that go on are not waited for as long as they may take.
          await Promise.race([
            closeConnections(app, state, timeout),
            endSoon(() => app.server.closeAllConnections()),
          ]);
          closed();
        },
      });
    });
  } finally {
    streams.close();
    plans.close();
    line.close();
    await Promise.all([queue?.close(), watches?.close()]);
    memory.close();
  }
}

/** Milliseconds that answers may take to go out when the studio is closed. */
const lastAnswers = 3000;

function endSoon(end: () => void): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      end();
      resolve();
    }, lastAnswers).unref();
  });
}
