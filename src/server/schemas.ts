/**
 * @file What each route takes and gives, as JSON schemas for the OpenAPI document. Addresses and queries are checked against them; answers
 * are not made from them, so that no number changes on its way out.
 */

import { heatSizes } from './heat-size.ts';

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const whole = { type: 'integer' } as const;
const image = { type: 'string', format: 'binary' } as const;
const list = (items: object) => ({ type: 'array', items }) as const;
const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more }) as const;

const params = (path: string) => ({
  type: 'object',
  properties: { name: text, ...(path.includes(':version') ? { version: text } : {}) },
});

const error = object({ error: object({ code: text, message: text, requestId: text }) });
const errorV2 = object({ error: text });

/** Answers beside the good one: description by status. */
function problems(schema: object, more: Readonly<Record<number, string>> = {}): Record<number, object> {
  const all = { 401: 'A token is needed', 404: 'No such detector', ...more };
  return Object.fromEntries(
    Object.entries(all).map(([status, description]) => [status, { description, ...schema }]),
  );
}

const workProblems = {
  400: 'The request cannot be understood',
  413: 'Too many bytes, pixels or images',
  500: 'A defect, or the worker died',
  503: 'Busy (see Retry-After), or stopping',
  504: 'It took too long',
};

const region = object({
  x: whole,
  y: whole,
  width: whole,
  height: whole,
  area: whole,
  peak: number,
  centroid: object({ x: number, y: number }),
  polygon: {
    ...list(list(list(number))),
    description:
      "Rings of corners [x, y]: the outline, then the holes. Between the centres of the map's pixels.",
  },
});

const prediction = object({
  file: { type: ['string', 'null'], description: 'As it was sent.' },
  class: { ...text, description: 'The one that was given, or else the one with the most votes.' },
  classShare: { ...number, description: "Share of the patches' votes for that class, 0..1." },
  classShares: {
    ...object({}, { additionalProperties: number }),
    description: 'The shares of all classes, by name.',
  },
  recognised: {
    type: ['object', 'null'],
    properties: { class: text, classShare: number },
    description: 'Where the class was given: the class with the most votes, and its share of them.',
  },
  score: { ...number, description: 'Higher is more anomalous.' },
  threshold: { type: ['number', 'null'], description: 'Of that class; null before calibration.' },
  margin: { type: ['number', 'null'], description: 'The score less the threshold.' },
  verdict: {
    type: ['string', 'null'],
    enum: ['normal', 'anomalous', 'unknown', null],
    description:
      'Unknown: anomalous, and hardly a spot is like the class, so that it is probably another product.',
  },
  decision: {
    type: ['string', 'null'],
    enum: ['pass', 'check', 'reject', null],
    description:
      'Check: normal, but above a second, lower threshold, where the detector has one. Reject: not normal.',
  },
  regions: { ...list(region), description: 'In pixels of the photograph, the highest peak first.' },
  namedRegions: {
    ...list(
      object({
        name: text,
        score: number,
        threshold: { type: ['number', 'null'] },
        margin: { type: ['number', 'null'] },
        verdict: { type: ['string', 'null'], enum: ['normal', 'anomalous', null] },
      }),
    ),
    description:
      'Where the class has named regions: what each says, in the order in which they were drawn. The image fails where one of them does.',
  },
  warnings: {
    ...list(object({ code: text, message: text })),
    description:
      'Why the photograph may not be from the camera of the training, or not in its light, or not of the class that was given.',
  },
  map: { ...text, description: 'With ?map=base64: the heat map, a PNG in base64.' },
});

const detector = object({
  name: text,
  version: text,
  ready: { type: 'boolean' },
  loadedAt: text,
  classes: list(text),
  thresholds: object({}, { additionalProperties: true }),
  geometry: {
    ...object({ width: whole, height: whole, resizeTo: object({ width: whole, height: whole }) }),
    description:
      'Pixels of the anomaly map; with resizeTo, what a photograph is resized to before the middle is cut out.',
  },
  grid: { ...object({ rows: whole, columns: whole }), description: 'Patches that the map is made of.' },
  display: object({}, { additionalProperties: true }),
  regionsOfInterest: {
    ...object({}, { additionalProperties: true }),
    description:
      'Classes with a region of interest, and the share of their images that is inside; with followsPart where it lies around the part, wherever that is in an image, and with named where parts of it have thresholds of their own; absent where no class has one.',
  },
  camera: {
    ...object({}, { additionalProperties: true }),
    description:
      'How 16-bit files are read, and what the training images were like; absent in older detectors.',
  },
  method: text,
  cladVersion: text,
  created: text,
  provenance: object({}, { additionalProperties: true }),
});

export const rootSchema = {
  summary: 'What is served; a page to try it, for browsers',
  tags: ['service'],
  response: {
    200: {
      description: 'As JSON, or as a page where the header Accept wants HTML',
      content: {
        'application/json': {
          schema: object({
            name: text,
            version: text,
            detectors: list(object({ name: text, version: text })),
            links: list(text),
          }),
        },
        'text/html': { schema: text },
      },
    },
    ...problems(error),
  },
};

export const describeDetectors = {
  summary: 'The detectors that are loaded',
  tags: ['v1'],
  response: {
    200: { description: 'All of them', ...object({ detectors: list(detector) }) },
    ...problems(error),
  },
};

export function describeOne(path: string): object {
  return {
    summary: 'One detector, in its newest version or in the one given',
    tags: ['v1'],
    params: params(path),
    response: { 200: { description: 'What it is', ...detector }, ...problems(error) },
  };
}

export function predictSchema(path: string): object {
  return {
    summary: 'Predict photographs',
    description:
      'The body is one image, or a multipart form of several. One image is answered with an object, a form with a list in its order, in which an image that cannot be predicted has `error` in its place.',
    tags: ['v1'],
    consumes: ['image/png', 'image/jpeg', 'application/octet-stream', 'multipart/form-data'],
    params: params(path),
    querystring: {
      type: 'object',
      properties: {
        map: { type: 'string', enum: ['png', 'base64'], description: 'The heat map: alone, or in the JSON.' },
        mapSize: {
          type: 'string',
          enum: heatSizes,
          description:
            'How large the map is drawn: its longer side at most 1024 pixels, or as the photograph (of up to 16 million pixels).',
        },
        mapLegend: {
          type: 'boolean',
          default: false,
          description:
            'With the scale of its colours, in values of the map, in a strip below it. The same for all images of a class.',
        },
        class: {
          type: 'string',
          minLength: 1,
          maxLength: 255,
          description:
            'The class of the images, where it is known: they are measured by what is normal for it, and a warning says where one looks like another.',
        },
        file: { type: 'string', maxLength: 255, description: 'What a single image is called in the answer.' },
      },
    },
    response: {
      200: {
        description: 'The prediction; the heat map with ?map=png or Accept: image/png',
        content: {
          'application/json': { schema: { oneOf: [prediction, list(prediction)] } },
          'image/png': { schema: image },
        },
      },
      ...problems(error, {
        ...workProblems,
        415: 'Not an image nor a form',
        422: 'An image that cannot be decoded; a list where all of a form cannot',
      }),
    },
  };
}

/** Bodies that are read as bytes and so have no schema to be checked against; for the document alone. */
export const requestBodies = {
  predict: {
    required: true,
    content: {
      'image/png': { schema: image },
      'image/jpeg': { schema: image },
      'application/octet-stream': { schema: image },
      'multipart/form-data': { schema: object({ image: list(image) }) },
    },
  },
  infer: {
    required: true,
    content: {
      'application/json': {
        schema: object({
          id: text,
          inputs: list(
            object({
              name: { ...text, enum: ['image', 'class'] },
              datatype: { ...text, enum: ['UINT8', 'BYTES', 'INT64'] },
              shape: list(whole),
              data: list({ type: ['integer', 'string'] }),
            }),
          ),
          outputs: list(object({ name: text, parameters: object({ binary_data: { type: 'boolean' } }) })),
        }),
      },
      'application/octet-stream': { schema: image },
    },
  },
} as const;

const tensors = list(object({ name: text, datatype: text, shape: list(whole) }));

export const serverSchema = {
  summary: 'The server',
  tags: ['v2'],
  response: {
    200: {
      description: 'Server metadata',
      ...object({ name: text, version: text, extensions: list(text) }),
    },
    ...problems(errorV2),
  },
};

export function probeSchema(summary: string): object {
  const answer = object({}, { additionalProperties: true });
  return {
    summary,
    tags: ['v2'],
    response: { 200: { description: 'Yes', ...answer }, 503: { description: 'No', ...answer } },
  };
}

export function modelSchema(path: string): object {
  return {
    summary: 'Tensors of a detector',
    tags: ['v2'],
    params: params(path),
    response: {
      200: {
        description: 'Model metadata',
        ...object({ name: text, versions: list(text), platform: text, inputs: tensors, outputs: tensors }),
      },
      ...problems(errorV2),
    },
  };
}

export function inferSchema(path: string): object {
  return {
    summary: 'Run a detector on tensors',
    description:
      'Open Inference Protocol, version 2, with the binary tensor data extension: the header Inference-Header-Content-Length says how many bytes of the body are JSON. Beside the input `image` there may be `class`, for each image the name of its class (BYTES; empty where it is unknown) or its index (INT64; -1).',
    tags: ['v2'],
    params: params(path),
    response: {
      200: {
        description: 'Inference response',
        content: {
          'application/json': {
            schema: object({ model_name: text, model_version: text, id: text, outputs: tensors }),
          },
          'application/octet-stream': { schema: image },
        },
      },
      ...problems(errorV2, workProblems),
    },
  };
}
