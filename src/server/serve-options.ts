/** @file What can be set of the service, and what it is otherwise. */
import type { Device } from '../runtime/engine.ts';

export interface ServeOptions {
  /** @default '127.0.0.1' */
  readonly host: string;
  /** 0 for any that is free. @default 8080 */
  readonly port: number;
  /** Needed from every request but those of /v2/health, /docs and /openapi.json. */
  readonly token: string | undefined;
  /** Listen beyond this machine without a token. @default false */
  readonly insecure: boolean;
  /** More names that the header Host may have. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may use the service from a browser. @default none */
  readonly cors: readonly string[];
  /** Images predicted together, at most. @default 1 on the CPU, where more gained nothing; 4 on other devices */
  readonly maxBatch: number;
  /** Milliseconds that an image waits for others that are on their way, at most. @default 5 */
  readonly maxDelay: number;
  /** Images accepted and not finished, at most. @default 64 */
  readonly maxQueue: number;
  /** Bytes of a request's body, at most. @default 64 MiB */
  readonly maxBody: number;
  /** Width times height of an image, at most. @default 50 million */
  readonly maxPixels: number;
  /** Images of one request, at most; no more than `maxQueue`. @default 32 */
  readonly maxImages: number;
  /** Seconds for a request, from its last byte to the answer; and from its first byte to its last. @default 30 */
  readonly timeout: number;
  /** @default 'info' */
  readonly logLevel: LogLevel;
  readonly device: Device | undefined;
  /** Threads one operation of the engine may use. @default the machine's cores */
  readonly threads: number | undefined;
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const serveDefaults = {
  host: '127.0.0.1',
  port: 8080,
  maxBatch: { cpu: 1, other: 4 },
  maxDelay: 5,
  maxQueue: 64,
  maxBody: 64 * 2 ** 20,
  maxPixels: 50e6,
  maxImages: 32,
  timeout: 30,
  logLevel: 'info',
} as const satisfies Partial<Omit<ServeOptions, 'maxBatch'>> & Record<string, unknown>;
