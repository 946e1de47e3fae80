/** @file The studio's HTTP application: its pages, and below `/api` what they ask for. It stands on what the service stands on (server/http-app.ts). */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import statics from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { CladError } from '../core/errors.ts';
import { optionSchema } from '../methods/describe-options.ts';
import { methods } from '../methods/registry.ts';
import { type HttpOptions, httpApp, noContent } from '../server/http-app.ts';
import type { ServiceState } from '../server/service.ts';
import { tokenCheck } from '../server/token.ts';
import {
  type DatasetView,
  exclusionSchema,
  type MethodView,
  maskQuery,
  maskRemovalSchema,
  maskSchema,
  mostTold,
  type Overview,
  pictureQuery,
  regionQuery,
  regionRemovalSchema,
  regionSchema,
  sessionSchema,
  type TrainChoices,
  truthQuery,
  uploadQuery,
} from './api.ts';
import { checked } from './checked.ts';
import { compressed } from './compressed.ts';
import type { Datasets } from './datasets.ts';
import type { EventStreams } from './events.ts';
import { jobRoutes, offeredBackbones } from './job-routes.ts';
import type { Line } from './line.ts';
import { lineRoutes, markRoutes, watchRoutes } from './line-routes.ts';
import type { Marks } from './marks.ts';
import type { Masks } from './masks.ts';
import type { Pictures } from './pictures.ts';
import type { Plans } from './plans.ts';
import type { JobQueue } from './queue.ts';
import type { Regions } from './regions.ts';
import { nameIn, requireBytes, sendPicture } from './replies.ts';
import { runRoutes } from './run-routes.ts';
import type { Runs } from './runs.ts';
import { hasSession, sessionCookie } from './session.ts';
import type { WatchFolders } from './watch-folders.ts';
import type { Watches } from './watches.ts';
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
  readonly marks: Marks;
  readonly watches: Watches;
  readonly watchFolders: WatchFolders;
  /** Bytes that each journal of the line may take with its pictures. */
  readonly keepSize: number;
  readonly streams: EventStreams;
}

/** The pages load what the studio has, and nothing else; their scripts and styles are files. */
const ownPages =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

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
  app.addHook('onSend', compressed);
  await app.register(statics, {
    root: pages,
    wildcard: false,
    cacheControl: false,
    // As the build has written them beside; each is asked for by its own name alone.
    preCompressed: true,
    globIgnore: ['**/*.br', '**/*.gz'],
    setHeaders: (reply) => {
      reply.setHeader('Vary', 'Accept-Encoding');
    },
  });
  // Their names change with their content.
  app.addHook('onSend', async ({ routeOptions: { url } }, reply) => {
    if (url?.startsWith('/assets/') && reply.statusCode < 400)
      reply.header('Cache-Control', 'public, max-age=31536000, immutable');
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
  watchRoutes(app, parts);
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
  { version, workspace, datasets, runs, queue, watches, keepSize, streams }: StudioParts,
): void {
  app.get(
    '/api/overview',
    async (): Promise<Overview> => ({
      version,
      folder: workspace.root,
      datasets: await datasets.list(),
      runs: await runs.list(),
      keepSize,
    }),
  );
  app.get('/api/events', (_, reply) => {
    streams.open(reply, [
      { type: 'jobs', jobs: queue.views },
      { type: 'watches', watches: watches.views },
    ]);
  });
  app.get('/api/choices', async (): Promise<TrainChoices> => {
    return {
      methods: [...methods.values()].map(
        (method): MethodView => ({
          name: method.name,
          summary: method.summary,
          presets: Object.keys(method.presets),
          schema: optionSchema(method),
        }),
      ),
      backbones: await offeredBackbones(),
    };
  });
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
