/** @file Judgements posted to a web address, as JSON, signed where a secret is given. */
import { createHmac } from 'node:crypto';
import { CladError } from '../../core/errors.ts';
import type { SinkMessage } from './message.ts';
import { type Sink, SinkRefusal } from './sink.ts';

/** Answers that say nothing about the message: it is sent again. */
const laterStatuses = new Set([408, 425, 429]);

/**
 * Posts each judgement. With a secret, `X-Clad-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `<seconds>.<body>`, as others sign webhooks: who checks it
 * should refuse old times.
 * @param secret - of the signature
 * @throws OPTION_INVALID for an address that is none, or that has a password in it
 */
export function webhookSink(address: string, secret?: string): Sink {
  const url = webAddress(address);
  return {
    name: `webhook ${url.origin}${url.pathname}`,
    async send(message: SinkMessage, signal: AbortSignal) {
      const body = JSON.stringify(message);
      const seconds = Math.floor(Date.now() / 1000);
      const signature =
        secret !== undefined &&
        `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
      const answer = await fetch(url, {
        method: 'POST',
        body,
        signal,
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': message.id,
          ...(signature && { 'x-clad-signature': signature }),
        },
      }).catch((error: Error) => {
        // What fetch says is only that it failed; why, its cause says.
        throw error.cause instanceof Error ? error.cause : error;
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      const said = `it answered ${answer.status} ${answer.statusText}`.trim();
      if (answer.status < 500 && !laterStatuses.has(answer.status)) throw new SinkRefusal(said);
      throw new Error(said);
    },
    async close() {},
  };
}

function webAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw new CladError('OPTION_INVALID', {
    option: '--webhook',
    expected: 'an address that begins with http:// or https://, without name and password',
    actual: url?.password ? `${url.protocol}//...@${url.host}` : address,
  });
}
