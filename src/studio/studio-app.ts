/** @file The studio's HTTP application: its pages, and below `/api` what they ask for. It stands on what the service stands on (server/http-app.ts). */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import statics from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CladError } from '../core/errors.ts';
import { registeredNames } from '../features/backbones/backbone.ts';
import { builtinNames } from '../features/backbones/builtin-backbone.ts';
import { optionSchema } from '../methods/describe-options.ts';
import { methods } from '../methods/registry.ts';
import { clipped } from '../server/clipped.ts';
import { type HttpOptions, httpApp, noContent } from '../server/http-app.ts';
import type { ServiceState } from '../server/service.ts';
import { tokenCheck } from '../server/token.ts';
import {
  type DatasetView,
  exclusionSchema,
  type Job,
  type JobView,
  jobSchema,
  type MethodView,
  maskQuery,
  maskRemovalSchema,
  maskSchema,
  type Overview,
  pictureQuery,
  planSchema,
  regionQuery,
  regionRemovalSchema,
  regionSchema,
  sessionSchema,
  type TrainChoices,
  type TrainJob,
  type TrainSettings,
  truthQuery,
  uploadQuery,
} from './api.ts';
import { checked } from './checked.ts';
import { mostTold } from './data-api.ts';
import { type Datasets, leftOutOf } from './datasets.ts';
import type { EventStreams } from './events.ts';
import type { Line } from './line.ts';
import type { Masks } from './masks.ts';
import type { Pictures } from './pictures.ts';
import type { Plans } from './plans.ts';
import type { JobQueue } from './queue.ts';
import type { Regions } from './regions.ts';
import { nameIn, requireBytes, sendPicture } from './replies.ts';
import { lineRoutes, markRoutes, runRoutes } from './run-routes.ts';
import type { Runs } from './runs.ts';
import { hasSession, sessionCookie } from './session.ts';
import type { Workspace } from './workspace.ts';

/** What the application is made of. */
export interface StudioParts {
  readonly options: HttpOptions;
  readonly state: ServiceState;
  readonly version: string;
  readonly workspace: Workspace;
  readonly datasets: Datasets;
  readonly masks: Masks;
  readonly regions: Regions;
  readonly runs: Runs;
  readonly pictures: Pictures;
  readonly queue: JobQueue;
  readonly plans: Plans;
  readonly line: Line;
  readonly streams: EventStreams;
}

/** The pages load what the studio has, and nothing else; their scripts and styles are files. */
const ownPages =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const idParams = z.object({ id: z.coerce.number().int().min(1) });

/** Where the build puts the pages. */
export const pagesFolder = fileURLToPath(new URL('./page', import.meta.url));

/** Makes the application; it does not listen yet. @throws STUDIO_PAGE_MISSING */
export async function studioApp(parts: StudioParts, pages = pagesFolder): Promise<FastifyInstance> {
  const { options, state } = parts;
  const { token } = options;
  if (!existsSync(pages)) throw new CladError('STUDIO_PAGE_MISSING', { path: pages });
  const app = await httpApp(options, {
    state,
    isOpen: ({ routeOptions: { url = '' } }) => !url.startsWith('/api/') || url === '/api/session',
    knowsToken: ({ headers }) => token === undefined || hasSession(headers.cookie, token),
    contentPolicy: (url) => (url.startsWith('/api/') ? noContent : ownPages),
    corsMethods: ['GET', 'HEAD'],
    inputStatus: 422,
    retryAfter: () => 1,
  });
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_, body, done) =>
    done(null, body),
  );
  await app.register(statics, {
    root: pages,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Their names change with their content.
      if (path.includes('assets')) reply.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    },
  });
  sessionRoutes(app, token);
  workspaceRoutes(app, parts);
  datasetRoutes(app, parts);
  maskRoutes(app, parts);
  regionRoutes(app, parts);
  jobRoutes(app, parts);
  runRoutes(app, parts);
  markRoutes(app, parts);
  lineRoutes(app, parts);
  return app;
}

function sessionRoutes(app: FastifyInstance, token: string | undefined): void {
  const isRight = token === undefined ? () => true : tokenCheck(token);
  app.post('/api/session', async ({ body }, reply) => {
    const given = checked(sessionSchema, body);
    if (!isRight(`Bearer ${given.token}`)) throw new CladError('UNAUTHORIZED', {});
    if (token !== undefined) reply.header('Set-Cookie', sessionCookie(token));
    return {};
  });
}

function workspaceRoutes(
  app: FastifyInstance,
  { version, workspace, datasets, runs, queue, streams }: StudioParts,
): void {
  app.get(
    '/api/overview',
    async (): Promise<Overview> => ({
      version,
      folder: workspace.root,
      datasets: await datasets.list(),
      runs: await runs.list(),
    }),
  );
  app.get('/api/events', (_, reply) => {
    streams.open(reply, { type: 'jobs', jobs: queue.views });
  });
  app.get('/api/choices', async (): Promise<TrainChoices> => {
    return {
      methods: [...methods.values()].map(
        (method): MethodView => ({
          name: method.name,
          summary: method.summary,
          presets: Object.keys(method.presets),
          schema: optionSchema(method) as MethodView['schema'],
        }),
      ),
      backbones: await offeredBackbones(),
    };
  });
}

async function offeredBackbones(): Promise<string[]> {
  return [...builtinNames, ...(await registeredNames())];
}

/**
 * The command line also takes files as methods and backbones, and a file that holds one is a program: who may use the pages may not run any on this machine.
 * @throws OPTION_INVALID for what the pages do not offer
 */
async function requireOffered({ method, backbone }: TrainSettings): Promise<void> {
  const refuse = (option: string, offered: readonly string[], actual: string) =>
    new CladError('OPTION_INVALID', { option, expected: `one of ${offered.join(', ')}`, actual });
  if (!methods.has(method)) throw refuse('method', [...methods.keys()], clipped(method));
  if (backbone === undefined) return;
  const offered = await offeredBackbones();
  if (!offered.includes(backbone)) throw refuse('backbone', offered, clipped(backbone));
}

function datasetRoutes(
  app: FastifyInstance,
  { datasets, regions, pictures, streams, queue }: StudioParts,
): void {
  app.get('/api/datasets/:name', async ({ params }): Promise<DatasetView> => {
    const view = await datasets.view(nameIn(params));
    return { ...view, regions: await regions.drawn(view) };
  });
  app.put('/api/datasets/:name/images', async ({ params, query, body }, reply) => {
    const dataset = nameIn(params);
    const bytes = requireBytes(body);
    if (queue.isBusy(['demo'], dataset)) {
      const reason = 'demo data is being drawn into this data set';
      throw new CladError('UPLOAD_REFUSED', { name: dataset, reason });
    }
    const taken = await datasets.take(dataset, checked(uploadQuery, query), bytes);
    return reply.status(taken.known ? 200 : 201).send(taken);
  });
  app.post('/api/datasets/:name/exclusions', async ({ params, body }) => {
    const dataset = nameIn(params);
    const { paths, excluded } = checked(exclusionSchema, body);
    const images = await datasets.exclude(dataset, paths, excluded);
    if (images.length > mostTold) streams.send({ type: 'changed', what: 'data', name: dataset });
    else streams.send({ type: 'images', dataset, images });
    return {};
  });
  app.get('/api/datasets/:name/picture', async ({ params, query }, reply) => {
    const { path, size } = checked(pictureQuery, query);
    const file = await datasets.file(nameIn(params), path);
    return sendPicture(reply, await pictures.of(file, size), 'image/webp');
  });
}

/** Ground truth of the photographs of a data set. */
function maskRoutes(app: FastifyInstance, { datasets, masks, pictures, streams }: StudioParts): void {
  const route = '/api/datasets/:name/mask';
  app.get(route, async ({ params, query }) => masks.view(nameIn(params), checked(maskQuery, query).path));
  app.put(route, async ({ params, body }) => {
    const view = await masks.save(nameIn(params), checked(maskSchema, body));
    streams.send({ type: 'changed', what: 'data', name: nameIn(params) });
    return view;
  });
  app.delete(route, async ({ params, body }) => {
    const view = await masks.remove(nameIn(params), checked(maskRemovalSchema, body));
    streams.send({ type: 'changed', what: 'data', name: nameIn(params) });
    return view;
  });
  app.get('/api/datasets/:name/truth', async ({ params, query }, reply) => {
    const { path, size } = checked(truthQuery, query);
    const file = await datasets.file(nameIn(params), path);
    return sendPicture(reply, await pictures.ofTruth(file, size), 'image/webp');
  });
}

/** Regions of interest of the products of a data set. */
function regionRoutes(app: FastifyInstance, { regions, streams }: StudioParts): void {
  const route = '/api/datasets/:name/regions';
  app.get(route, async ({ params, query }) => {
    const { product, image } = checked(regionQuery, query);
    return regions.view(nameIn(params), product, image);
  });
  app.put(route, async ({ params, body }) => {
    const view = await regions.save(nameIn(params), checked(regionSchema, body));
    streams.send({ type: 'changed', what: 'data', name: nameIn(params) });
    return view;
  });
  app.delete(route, async ({ params, body }) => {
    const view = await regions.remove(nameIn(params), checked(regionRemovalSchema, body));
    streams.send({ type: 'changed', what: 'data', name: nameIn(params) });
    return view;
  });
}

function jobRoutes(
  app: FastifyInstance,
  { queue, datasets, regions, runs, plans, workspace }: StudioParts,
): void {
  /** What a training is given of its data set besides the images. */
  const givenTo = async ({ dataset, regions: isWanted }: Pick<TrainJob, 'dataset' | 'regions'>) => {
    const { images, products } = await datasets.view(dataset);
    return {
      exclude: leftOutOf(images),
      roi: isWanted ? await regions.definitions(dataset, products) : {},
    };
  };
  app.get('/api/jobs', async () => queue.views);
  app.post('/api/jobs', async ({ body }, reply) => {
    const job = checked(jobSchema, body);
    return reply.status(201).send(await added(job));
  });
  const added = async (job: Job): Promise<JobView> => {
    switch (job.kind) {
      case 'demo':
        await workspace.path('data', 'data set', job.dataset);
        return queue.add(job.dataset, job);
      case 'inspect':
        await datasets.folder(job.dataset);
        return queue.add(job.dataset, job);
      case 'train': {
        await requireOffered(job);
        const given = await givenTo(job);
        const folder = await workspace.path('runs', 'run', job.run);
        // Nothing is waited for from here on: of two that come at once, the second sees the first.
        if (existsSync(folder) || queue.isBusy(['train'], job.run))
          throw new CladError('RUN_EXISTS', { path: `runs/${job.run}` });
        return queue.add(job.run, job, given);
      }
      case 'evaluate':
        await runs.folder(job.run);
        return queue.add(job.run, job);
      case 'threshold':
        await runs.detector(job.run, job.base);
        return queue.add(job.run, job);
      case 'update': {
        const paths = [...job.falseAlarms, ...job.missed];
        const dataset = await runs.requireTested(job.run, job.of, paths);
        for (const path of paths) await datasets.file(dataset, path);
        return queue.add(job.run, { ...job, dataset });
      }
    }
  };
  const numbered = (params: unknown) => checked(idParams, params).id;
  app.post('/api/jobs/:id/stop', async ({ params }) => queue.stop(numbered(params)));
  app.post('/api/jobs/:id/resume', async ({ params }) => {
    const id = numbered(params);
    const job = queue.views.find((each) => each.id === id)?.request;
    // One that failed before it began is asked for anew, with the images that are left out now: perhaps it failed for want of them. So with regions.
    const isNew = job?.kind === 'train' && !existsSync(await workspace.path('runs', 'run', job.run));
    return queue.resume(id, isNew ? await givenTo(job) : undefined);
  });
  app.delete('/api/jobs/:id', async ({ params }) => {
    queue.remove(numbered(params));
    return {};
  });
  app.post('/api/plan', async ({ body }, reply) => {
    const settings = checked(planSchema, body);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    await requireOffered(settings);
    return plans.of(settings, await givenTo(settings), gone.signal);
  });
}
