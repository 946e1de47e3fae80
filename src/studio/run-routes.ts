/** @file Routes about runs: what came of them. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { checked } from './checked.ts';
import { name } from './fields.ts';
import { nameIn, sendPicture } from './replies.ts';
import type { StudioParts } from './studio-app.ts';

/** A report is one file with its style, its pictures and its script inside, whose hash it names itself. In the sandbox it is of no site, so it cannot reach the studio. */
const reportPolicy =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

export function runRoutes(app: FastifyInstance, { runs }: StudioParts): void {
  app.get('/api/runs/:name', async ({ params }) => runs.view(nameIn(params)));
  app.get('/api/runs/:name/log', async ({ params }) => runs.log(nameIn(params)));
  const pictureParams = z.object({ name, of: z.enum(['samples', 'standing-out']), file: name });
  app.get('/api/runs/:name/pictures/:of/:file', async ({ params }, reply) => {
    const { name: run, of, file } = checked(pictureParams, params);
    return sendPicture(reply, createReadStream(await runs.picture(run, of, file)), 'image/png');
  });
  const heatParams = z.object({ name, what: z.enum(['heat', 'truth']), at: z.coerce.number().int().min(0) });
  const keyQuery = z.strictObject({ key: name });
  /** `of` tells the pictures of one evaluation from those of another. */
  const heatQuery = keyQuery.extend({ of: z.string().max(40).optional() });
  app.get('/api/runs/:name/results', async ({ params, query }) =>
    runs.results(nameIn(params), checked(keyQuery, query).key),
  );
  app.get('/api/runs/:name/results/:what/:at', async ({ params, query }, reply) => {
    const { name: run, what, at } = checked(heatParams, params);
    const { key } = checked(heatQuery, query);
    return sendPicture(reply, await runs.heat(run, what, at, key), 'image/webp');
  });
  app.get('/api/runs/:name/report', async ({ params }, reply) => {
    const run = nameIn(params);
    const page = await runs.report(run);
    return reply
      .header('Content-Security-Policy', reportPolicy)
      .header('Content-Disposition', disposition('inline', `${run}-report.html`))
      .type('text/html; charset=utf-8')
      .send(createReadStream(page));
  });
  const fileQuery = z.strictObject({ version: name.optional() });
  app.get('/api/runs/:name/detector', async ({ params, query }, reply) => {
    const run = nameIn(params);
    const { version = null } = checked(fileQuery, query);
    const path = await runs.detector(run, version);
    return reply
      .header(
        'Content-Disposition',
        disposition('attachment', version === null ? `${run}.onnx` : basename(path)),
      )
      .type('application/octet-stream')
      .send(createReadStream(path));
  });
}

/** RFC 6266: a name of any letters. */
function disposition(kind: 'inline' | 'attachment', file: string): string {
  const plain = file.replaceAll(/[^\w.-]/g, '_');
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(file).replaceAll("'", '%27')}`;
}
