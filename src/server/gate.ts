/** @file What requests that bring work pass before their body is read: whether there is anybody who could do it, and memory for it. */
import type { FastifyRequest } from 'fastify';
import { CladError } from '../core/errors.ts';
import { Budget } from './budget.ts';
import { clipped } from './clipped.ts';
import { Lease } from './lease.ts';
import type { Gate, Parts } from './service.ts';

/** Bodies in memory have at most so many times `maxBody` together. */
const bodyBudget = 4;

export function gateOf({
  options,
  registry,
  predictions,
  state,
}: Pick<Parts, 'options' | 'registry' | 'predictions' | 'state'>): Gate {
  const bytes = new Budget(bodyBudget * options.maxBody);
  const leases = new WeakMap<FastifyRequest, Lease>();
  return {
    gate: async (request, reply) => {
      if (state.stopping) throw new CladError('STOPPING', {});
      const { name, version } = request.params as { readonly name: string; readonly version?: string };
      registry.get(name, version);
      const { headers } = request;
      const encoding = headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity') {
        const expected = 'one without Content-Encoding';
        throw new CladError('MEDIA_TYPE_UNKNOWN', { type: `compressed as ${clipped(encoding)}`, expected });
      }
      predictions.requirePlace();
      const said = Number(headers['content-length'] ?? 0);
      if (said > options.maxBody) {
        const reason = `its body has ${said} bytes, at most ${options.maxBody} are allowed`;
        throw new CladError('BODY_TOO_LARGE', { reason });
      }
      // Not taken yet, since a promise costs the client nothing; but what cannot fit need not begin.
      if (said > bytes.free) throw new CladError('QUEUE_FULL', { reason: 'other requests fill its memory' });
      const lease = new Lease(bytes);
      leases.set(request, lease);
      reply.raw.once('close', lease.hold());
      if (/100-continue/i.test(headers.expect ?? '')) reply.raw.writeContinue();
    },
    leaseOf: (request) => {
      const lease = leases.get(request);
      if (!lease) throw new Error('expected a request that passed the gate');
      return lease;
    },
    findLease: (request) => leases.get(request),
  };
}
