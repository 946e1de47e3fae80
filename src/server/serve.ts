/**
 * @file The service as a whole: loads detectors, listens, and ends in order.
 *
 * @example
 * const service = await startService(sources, { ...serveDefaults, ... });
 * console.log(service.address);
 * await service.close();
 */
import { availableParallelism } from 'node:os';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { CladError, reasonOf } from '../core/errors.ts';
import { LiveDrift } from '../jobs/drift/live-drift.ts';
import { version } from '../jobs/version.ts';
import { createApp } from './app.ts';
import { HostedDetector, type HostOptions, type ServedSource } from './hosted-detector.ts';
import { ImageThreads } from './image-threads.ts';
import { closeConnections, listen, requireToken } from './listen.ts';
import { ServiceMetrics } from './metrics.ts';
import { Predictions } from './predicting.ts';
import { Registry } from './registry.ts';
import type { ServeOptions } from './serve-options.ts';
import type { ServiceState } from './service.ts';

/** A service that listens. */
export interface RunningService {
  /** E.g. `http://127.0.0.1:8080`. */
  readonly address: string;
  readonly detectors: readonly ServedSource[];
  /** One JSON document a line. */
  readonly log: FastifyBaseLogger;
  /** Loads every detector's file again; one that cannot be used changes nothing. */
  reload(): Promise<void>;
  /** Takes no more work, finishes what it has accepted, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Starts the service.
 * @throws TOKEN_NEEDED, ADDRESS_UNUSABLE, OPTION_INVALID, and what loading a detector throws
 */
export async function startService(
  sources: readonly ServedSource[],
  options: ServeOptions,
): Promise<RunningService> {
  requireSafe(options);
  const state: ServiceState = { stopping: false, open: 0 };
  const metrics: ServiceMetrics = new ServiceMetrics({
    inFlight: () => predictions.inFlight,
    waiting: () => predictions.waiting,
    ready: () => registry.ready && !state.stopping,
  });
  let log: FastifyBaseLogger | undefined;
  const onOutput = (text: string) => log?.warn({ text }, 'a thread printed something');
  const imageThreads = new ImageThreads(imageThreadCount(), {
    onDeath: (reason) => log?.error({ reason }, 'an image thread died and is started again'),
    onOutput,
  });
  const predictions = new Predictions(options, imageThreads, metrics);
  /** Compares images of now with what the run beside the detector's file knows; of a file alone nothing is known. */
  const followDrift = async (source: ServedSource) => {
    try {
      metrics.follow(source, await LiveDrift.of(source.path));
    } catch (error) {
      metrics.follow(source, undefined);
      log?.info({ ...source, reason: reasonOf(error) }, 'no gauges of drift');
    }
  };
  const hosting: HostOptions = {
    device: options.device,
    threads: options.threads,
    onOutput,
    onReload: (source, problem) => {
      metrics.reloaded(source, problem === undefined ? 'ok' : 'failed');
      if (problem === undefined) void followDrift(source);
      if (problem === undefined) log?.info(source, 'the detector was loaded again');
      else log?.error({ ...source, problem }, 'the file cannot be used; what was loaded before goes on');
    },
    onDeath: (source, reason) => {
      metrics.died(source);
      log?.error({ ...source, reason }, 'the worker of a detector died and is started again');
    },
  };
  const detectors: HostedDetector[] = [];
  const release = async () => {
    await Promise.all([...detectors, imageThreads].map((each) => each.close()));
  };
  let app: FastifyInstance;
  let address: string;
  let registry = new Registry<HostedDetector>([]);
  try {
    // One after another, so that memory does not peak with all of them.
    for (const source of sources) detectors.push(await HostedDetector.load(source, hosting));
    registry = new Registry(detectors);
    app = await createApp({
      options,
      registry,
      predictions,
      imageThreads,
      metrics,
      version,
      state,
    });
    log = app.log;
    address = await listen(app, options);
    for (const source of sources) void followDrift(source);
  } catch (error) {
    await release();
    throw error;
  }
  return {
    address,
    detectors: sources,
    log: app.log,
    reload: async () => {
      await Promise.all(detectors.map((detector) => detector.reload()));
    },
    close: async () => {
      state.stopping = true;
      app.log.info({ open: state.open }, 'stopping');
      await closeConnections(app, state, options.timeout);
      await release();
    },
  };
}

/** Half the cores, since the engine wants them as well. */
function imageThreadCount(): number {
  return Math.min(4, Math.max(2, Math.floor(availableParallelism() / 2)));
}

/** @throws TOKEN_NEEDED, OPTION_INVALID */
function requireSafe(options: ServeOptions): void {
  requireToken(options);
  const { maxImages, maxQueue } = options;
  if (maxImages > maxQueue) {
    throw new CladError('OPTION_INVALID', {
      option: '--max-images',
      expected: `at most --max-queue, ${maxQueue}`,
      actual: maxImages,
    });
  }
}
