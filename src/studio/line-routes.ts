/** @file Routes of the line: frames that are judged, folders that are watched, and judgements that are called wrong, there and on test images. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readBytes } from '../core/files.ts';
import { checked } from './checked.ts';
import { name } from './fields.ts';
import {
  frameMarkQuery,
  frameQuery,
  type LineJudgement,
  watchMarkSchema,
  watchPictureQuery,
  watchSchema,
} from './line-api.ts';
import { nameIn, requireBytes, sendPicture } from './replies.ts';
import type { StudioParts } from './studio-app.ts';
import { markSchema } from './update-api.ts';
import { cameraLineName } from './watch-view.ts';

const numberParams = z.object({ id: z.coerce.number().int().min(1) });

export function markRoutes(app: FastifyInstance, { marks, pictures, streams }: StudioParts): void {
  const changed = (run: string) => streams.send({ type: 'changed', what: 'marks', name: run });
  app.get('/api/runs/:name/marks', async ({ params }) => marks.of(nameIn(params)));
  app.put('/api/runs/:name/marks', async ({ params, body }) => {
    const run = nameIn(params);
    const { path, mark } = checked(markSchema, body);
    await marks.set(run, path, mark);
    changed(run);
    return {};
  });
  // The body is the frame.
  app.post('/api/runs/:name/marks/frame', async ({ params, query, body }) => {
    const run = nameIn(params);
    const { mark, class: of, score, threshold = null, verdict = null } = checked(frameMarkQuery, query);
    const said = { class: of, score, threshold, verdict };
    const marked = await marks.keep(run, requireBytes(body), 'frame.png', mark, said);
    changed(run);
    return marked;
  });
  const markedParams = z.object({ name, file: name });
  const markedQuery = z.strictObject({ key: name.optional(), size: z.enum(['small', 'large']) });
  app.get('/api/runs/:name/marked/:file', async ({ params, query }, reply) => {
    const { name: run, file } = checked(markedParams, params);
    const { key, size } = checked(markedQuery, query);
    const path = key === undefined ? await marks.picture(run, file) : await marks.heat(run, file, key);
    return sendPicture(reply, await pictures.of(path, size), 'image/webp');
  });
}

export function lineRoutes(app: FastifyInstance, { runs, line, workspace, keepSize }: StudioParts): void {
  app.post('/api/line', async ({ query, body }): Promise<LineJudgement> => {
    const { run, version = null, keep } = checked(frameQuery, query);
    const own = cameraLineName(run, version);
    const folder = await workspace.path('line', 'folder', own);
    const order = {
      detector: await runs.detector(run, version),
      run: version === null ? (await runs.folder(run)).path : null,
      ...{ folder, keepSize },
    };
    const { isNoted, ...judgement } = await line.judge(order, requireBytes(body), keep);
    return { ...judgement, journal: isNoted ? `line/${own}/journal.sqlite` : null };
  });
}

export function watchRoutes(
  app: FastifyInstance,
  { watches, watchFolders, marks, pictures, streams }: StudioParts,
): void {
  const numbered = (params: unknown) => checked(numberParams, params).id;
  app.get('/api/watches', async () => ({ watches: watches.views, folders: await watchFolders.offered() }));
  app.post('/api/watches', async ({ body }, reply) =>
    reply.status(201).send(await watches.add(checked(watchSchema, body))),
  );
  app.post('/api/watches/:id/start', async ({ params }) => watches.start(numbered(params)));
  app.post('/api/watches/:id/stop', async ({ params }) => watches.stop(numbered(params)));
  app.delete('/api/watches/:id', async ({ params }) => {
    watches.remove(numbered(params));
    return {};
  });
  app.get('/api/watches/:id/picture', async ({ params, query }, reply) => {
    const { judgement, what, size } = checked(watchPictureQuery, query);
    const path = await watches.picture(numbered(params), judgement, what);
    return sendPicture(reply, await pictures.of(path, size), 'image/webp');
  });
  app.post('/api/watches/:id/mark', async ({ params, body }) => {
    const id = numbered(params);
    const { judgement, mark } = checked(watchMarkSchema, body);
    const { class: of, score, threshold, verdict, path } = watches.judgement(id, judgement);
    const bytes = await readBytes(await watches.picture(id, judgement, 'photograph'));
    const run = watches.runOf(id);
    const said = { class: of ?? '', score: score ?? 0, threshold, verdict };
    const marked = await marks.keep(run, bytes, path, mark, said);
    streams.send({ type: 'changed', what: 'marks', name: run });
    return marked;
  });
}
