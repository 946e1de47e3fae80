/** @file What `clad serve` says, to whoever starts it and to its clients. Part of the one catalogue (core/error-catalogue.ts). */
import type { CatalogueEntry } from './catalogue-entry.ts';

export const serviceErrors = {
  ADDRESS_UNUSABLE: {
    kind: 'input',
    message: 'Cannot listen on {address}: {reason}. Choose another with {flags}.',
  },
  DETECTOR_NAME_TWICE: {
    kind: 'input',
    message:
      'Two detectors are called {name}: {first} and {second}. Give one of them another name (NAME=PATH) or another version (NAME@2=PATH).',
  },
  TOKEN_NEEDED: {
    kind: 'input',
    message:
      'Listening on {host} lets other machines in, so a token is needed. Give one with --token-file FILE or the environment variable CLAD_TOKEN, or say --insecure.',
  },
  TOKEN_UNUSABLE: {
    kind: 'input',
    message:
      '{where}: this token cannot be used: expected at least {least} visible ASCII characters without spaces.',
  },
  BODY_TOO_LARGE: {
    kind: 'input',
    status: 413,
    message: 'The request is too large: {reason}. Send fewer or smaller images.',
  },
  CLIENT_GONE: {
    kind: 'input',
    // As nginx has it; nobody reads the answer, but the log and the metrics have it.
    status: 499,
    message: 'The client went away before the answer.',
  },
  DETECTOR_UNAVAILABLE: {
    kind: 'internal',
    status: 503,
    message: 'Detector {name} is not ready: its worker is being started again. Try again later.',
  },
  DETECTOR_UNKNOWN: {
    kind: 'input',
    status: 404,
    message: 'Unknown detector {name}; the service has {known}.',
  },
  HOST_REFUSED: {
    kind: 'input',
    status: 421,
    message:
      'Unknown host name {host}; the service answers to the names of its own machine. Allow others with --allow-host.',
  },
  MEDIA_TYPE_UNKNOWN: {
    kind: 'input',
    status: 415,
    message: 'Cannot take a body of type {type}. Expected {expected}.',
  },
  METHOD_UNKNOWN: {
    kind: 'input',
    status: 405,
    message: '{route} does not take {method}. It takes {allowed}.',
  },
  ORIGIN_REFUSED: {
    kind: 'input',
    status: 403,
    message: 'Pages of {origin} may not use this service. Allow them with --cors.',
  },
  QUEUE_FULL: {
    kind: 'input',
    status: 503,
    message: 'The service is busy: {reason}. Try again later.',
  },
  REQUEST_INVALID: {
    kind: 'input',
    status: 400,
    message: 'The request cannot be understood: {reason}.',
  },
  REQUEST_TOO_SLOW: {
    kind: 'input',
    status: 408,
    message: 'The request did not arrive in time. Send it again.',
  },
  ROUTE_UNKNOWN: {
    kind: 'input',
    status: 404,
    message: 'There is no {method} {route}. See /openapi.json for what there is.',
  },
  STOPPING: {
    kind: 'input',
    status: 503,
    message: 'The service is stopping and takes no more work. Try again later.',
  },
  TIME_OVER: {
    kind: 'input',
    status: 504,
    message:
      'The answer took longer than the {seconds} s that are allowed. Try again later, or with fewer images.',
  },
  UNAUTHORIZED: {
    kind: 'input',
    status: 401,
    message: 'The token is missing or wrong. Expected the header `Authorization: Bearer TOKEN`.',
  },
  WORKER_DIED: {
    kind: 'internal',
    status: 503,
    message: '{worker} ended in the midst of its work: {reason}. {remedy}',
  },
} as const satisfies Record<string, CatalogueEntry>;
