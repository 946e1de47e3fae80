/**
 * @file `/v2`: the Open Inference Protocol, version 2, over HTTP (github.com/kserve/open-inference-protocol), with the binary tensor data
 * extension. Tensors are those of the detector's file: `image` in, `anomaly_map`, `score`, `class_share` and, of named regions, `region_score` out; beside `image` there may be `class`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CladError } from '../core/errors.ts';
import type { DetectorMetadata } from '../detector/metadata.ts';
import { type RawPrediction, sharesInOrder } from '../detector/prediction.ts';
import { regionScoreOutput } from '../detector/roi/found-names.ts';
import { hasNamedRegions, mostNamedRegions } from '../detector/roi/roi-metadata.ts';
import { ownBuffer } from '../runtime/worker/buffers.ts';
import { clipped } from './clipped.ts';
import type { Extent } from './image-threads.ts';
import { type InferRequest, type OutputName, outputNames, requireAnswerable } from './infer-codec.ts';
import { inferSchema, modelSchema, probeSchema, serverSchema } from './schemas.ts';
import type { Service } from './service.ts';
import { withinTime } from './time-limit.ts';

interface Address {
  readonly Params: { readonly name: string; readonly version?: string };
}

/** Adds the routes. `gate` runs before a body is read. */
export function routesV2(app: FastifyInstance, service: Service): void {
  const { registry, version, state } = service;

  app.get('/v2', { schema: serverSchema }, async () => ({
    name: 'clad',
    version,
    extensions: ['binary_tensor_data'],
  }));

  app.get('/v2/health/live', { schema: probeSchema('Whether the service runs') }, async () => ({
    live: true,
  }));

  app.get(
    '/v2/health/ready',
    { schema: probeSchema('Whether every detector can be used') },
    async (_, reply) => {
      const ready = registry.ready && !state.stopping;
      return reply.status(ready ? 200 : 503).send({ live: true, ready });
    },
  );

  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version']) {
    app.get<Address>(path, { schema: modelSchema(path) }, async ({ params: { name, version } }) => {
      const { metadata } = registry.get(name, version).require();
      const { width, height } = metadata.geometry;
      return {
        name,
        versions: registry.versions(name).map(({ source }) => source.version),
        platform: 'onnx_onnxv1',
        inputs: [
          { name: 'image', datatype: 'UINT8', shape: [-1, -1, -1, 3] },
          { name: 'class', datatype: 'BYTES', shape: [-1] },
        ],
        outputs: [
          { name: 'anomaly_map', datatype: 'FP32', shape: [-1, height, width] },
          { name: 'score', datatype: 'FP32', shape: [-1] },
          { name: 'class_share', datatype: 'FP32', shape: [-1, metadata.classes.length] },
          ...(hasNamedRegions(metadata)
            ? [{ name: regionScoreOutput, datatype: 'FP32', shape: [-1, mostNamedRegions(metadata)] }]
            : []),
        ],
      };
    });

    app.get<Address>(
      `${path}/ready`,
      { schema: probeSchema('Whether one detector can be used') },
      async ({ params: { name, version } }, reply) => {
        const ready = registry.get(name, version).current !== undefined && !state.stopping;
        return reply.status(ready ? 200 : 503).send({ name, ready });
      },
    );

    app.post<Address>(
      `${path}/infer`,
      { schema: inferSchema(path), onRequest: service.gate },
      (request, reply) => infer(service, request, reply),
    );
  }
}

async function infer(
  { registry, predictions: work, imageThreads, options, leaseOf }: Service,
  request: FastifyRequest<Address>,
  reply: FastifyReply,
): Promise<unknown> {
  const { name, version } = request.params;
  const detector = registry.get(name, version);
  const { body } = request;
  if (!(body instanceof Uint8Array)) {
    const type = clipped(request.headers['content-type'] ?? 'none');
    const expected = 'application/json or application/octet-stream';
    throw new CladError('MEDIA_TYPE_UNKNOWN', { type, expected });
  }
  const headerLength = jsonLength(request.headers['inference-header-content-length']);
  const lease = leaseOf(request);
  const written = await withinTime(reply.raw, options.timeout, lease, async (signal) => {
    let wanted: InferRequest | undefined;
    const read = async () => {
      const outputs = outputNames(hasNamedRegions(detector.require().metadata));
      const order = { body, headerLength, limits: { ...options, outputs } };
      const transfer = ownBuffer(body);
      wanted = await imageThreads.call(extentOf(body.length), 'readInfer', order, { transfer, signal });
      requireAnswerable(wanted, detector.require().metadata.geometry);
      const { images, classes } = wanted;
      return images.map((image, at) => ({ image, class: classes[at] }));
    };
    const { metadata, predictions } = await work.infer(detector, read, signal);
    const { id, outputs: names = [] } = wanted ?? {};
    const outputs = names.map(({ name, binary }) => ({
      name,
      binary,
      ...tensor(name, predictions, metadata),
    }));
    const bytes = outputs.reduce((sum, { data, binary }) => sum + data.length * (binary ? 4 : 20), 0);
    lease.charge(bytes);
    const response = { model: name, version: detector.source.version, id };
    const transfer = outputs.flatMap(({ data }) => ownBuffer(data));
    return imageThreads.call(extentOf(bytes), 'writeInfer', { response, outputs }, { transfer, signal });
  });
  const bytes = Buffer.from(written.body.buffer, written.body.byteOffset, written.body.byteLength);
  if (written.headerLength === undefined) return reply.type('application/json').send(bytes);
  return reply
    .type('application/octet-stream')
    .header('Inference-Header-Content-Length', written.headerLength)
    .send(bytes);
}

/** Bytes of text or tensors from which reading or writing them takes long. */
const longFrom = 8e6;

function extentOf(bytes: number): Extent {
  return bytes > longFrom ? 'large' : 'small';
}

/** @throws REQUEST_INVALID */
function jsonLength(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^\d{1,12}$/.test(header)) return Number(header);
  const reason = 'Inference-Header-Content-Length must be a whole number of bytes';
  throw new CladError('REQUEST_INVALID', { reason });
}

function tensor(
  name: OutputName,
  predictions: readonly RawPrediction[],
  { geometry: { width: across, height: down }, classes, regionsOfInterest }: DetectorMetadata,
): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const count = predictions.length;
  if (name === 'score') {
    return { shape: [count], data: Float32Array.from(predictions, ({ score }) => score) };
  }
  const [shape, rows] =
    name === 'anomaly_map'
      ? [[count, down, across], predictions.map(({ map }) => map)]
      : name === regionScoreOutput
        ? [[count, mostNamedRegions({ regionsOfInterest })], predictions.map(scoresOfRegions)]
        : [[count, classes.length], predictions.map((each) => sharesInOrder(each, classes))];
  const width = shape.slice(1).reduce((count, side) => count * side, 1);
  const data = new Float32Array(count * width);
  rows.forEach((row, index) => {
    data.set(row, index * width);
  });
  return { shape, data };
}

/** Those that the class has; the rest of the row stays 0, as in the file. */
function scoresOfRegions({ namedRegions = [] }: RawPrediction): number[] {
  return namedRegions.map(({ score }) => score);
}
