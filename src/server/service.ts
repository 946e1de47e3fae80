/** @file What the service is made of, and what its routes get. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ImageThreads } from './image-threads.ts';
import type { Lease } from './lease.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { Predictions } from './predicting.ts';
import type { Registry } from './registry.ts';
import type { ServeOptions } from './serve-options.ts';

/** What the application is made of. */
export interface Parts {
  readonly options: ServeOptions;
  readonly registry: Registry;
  readonly predictions: Predictions;
  readonly imageThreads: ImageThreads;
  readonly metrics: ServiceMetrics;
  /** Of this package. */
  readonly version: string;
  readonly state: ServiceState;
}

export interface ServiceState {
  /** No more work is taken. */
  stopping: boolean;
  /** Requests whose answer is not out yet. */
  open: number;
}

/** What stands before routes that do work. */
export interface Gate {
  /** Refuses work before its body is read, where that can be known. */
  gate(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** What a request that passed the gate holds; it ends with the answer, and with the work on it. */
  leaseOf(request: FastifyRequest): Lease;
  /** The same, undefined for a request that passed no gate and so brings nothing to be read. */
  findLease(request: FastifyRequest): Lease | undefined;
}

/** What routes get. */
export type Service = Parts & Gate;
