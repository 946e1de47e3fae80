/** @file `/v1`: photographs in, predictions out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CladError } from '../core/errors.ts';
import { describeDetector } from './describe-detector.ts';
import type { HeatSize } from './heat-size.ts';
import { httpError } from './http-errors.ts';
import type { NotPredicted, Predicted } from './request-images.ts';
import { describeDetectors, describeOne, predictSchema } from './schemas.ts';
import { sentImages } from './sent-images.ts';
import type { Service } from './service.ts';
import { withinTime } from './time-limit.ts';

interface Address {
  readonly Params: { readonly name: string; readonly version?: string };
  readonly Querystring: {
    readonly map?: 'png' | 'base64';
    readonly mapSize?: HeatSize;
    readonly mapLegend?: boolean;
    readonly file?: string;
    readonly class?: string;
  };
}

/** Adds the routes. `gate` runs before a body is read. */
export function routesV1(app: FastifyInstance, service: Service): void {
  const { registry } = service;

  app.get('/v1/detectors', { schema: describeDetectors }, async () => ({
    detectors: registry.all.map(describeDetector),
  }));

  for (const path of ['/v1/detectors/:name', '/v1/detectors/:name/versions/:version']) {
    app.get<Address>(path, { schema: describeOne(path) }, async ({ params: { name, version } }) => ({
      ...describeDetector(registry.get(name, version)),
      versions: registry.versions(name).map(({ source }) => source.version),
    }));
    app.post<Address>(
      `${path}/predict`,
      { schema: predictSchema(path), onRequest: service.gate },
      (request, reply) => predict(service, request, reply),
    );
  }
}

async function predict(
  { registry, predictions, options, leaseOf }: Service,
  request: FastifyRequest<Address>,
  reply: FastifyReply,
): Promise<unknown> {
  const { name, version } = request.params;
  const detector = registry.get(name, version);
  const map = request.query.map ?? (wantsImage(request.headers.accept) ? 'png' : undefined);
  const { mapSize: size = 'display', mapLegend: legend = false } = request.query;
  const wanted = { heat: map && { size, legend }, class: request.query.class };
  const lease = leaseOf(request);
  const { images, form } = await sentImages(request, request.query.file ?? null, options, lease);
  if (map === 'png' && images.length !== 1) {
    const reason = 'a heat map can answer only one image; use ?map=base64 for more';
    throw new CladError('REQUEST_INVALID', { reason });
  }
  const outcomes = await withinTime(reply.raw, options.timeout, lease, (signal) =>
    predictions.predict(detector, images, wanted, signal),
  );
  // Heat maps wait in memory until they are read.
  for (const outcome of outcomes) if ('map' in outcome) lease.charge(outcome.map?.length ?? 0);
  const [first] = outcomes;
  if (map === 'png' && first && 'map' in first) return reply.type('image/png').send(first.map);
  if (form && map !== 'png') {
    // All the same shape, so that nobody has to tell an error of the request from errors of its images.
    if (outcomes.every((outcome) => 'error' in outcome)) reply.status(422);
    return outcomes.map(told);
  }
  if (first && 'error' in first) throw first.error;
  return first && told(first);
}

function told(outcome: Predicted | NotPredicted): object {
  const { file } = outcome;
  if ('error' in outcome) {
    const { code, message } = httpError(outcome.error);
    return { file, error: { code, message } };
  }
  const { prediction, map } = outcome;
  return { file, ...prediction, ...(map ? { map: Buffer.from(map).toString('base64') } : {}) };
}

/** Whether an image is asked for rather than JSON. */
function wantsImage(accept = ''): boolean {
  return /image\/png/i.test(accept) && !/application\/json/i.test(accept);
}
