/** @file The stream of events to the pages that are open (server-sent events): what a page shows stays true without asking, in every tab. */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { StudioEvent } from './api.ts';
import type { ImagesEvent } from './data-api.ts';

/** Milliseconds between two signs of life, so that nothing in between takes the connection for dead. */
const heartbeat = 20_000;
/** Milliseconds after which a page connects again. */
const retry = 1000;
/** Bytes that may wait for a page that does not read; beyond, it has to connect again. */
const mostWaiting = 4 * 2 ** 20;

export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#write(':\n\n'), heartbeat);
    this.#timer.unref();
  }

  /** Answers a request with the stream. @param first - what a page needs to know at its beginning */
  open(reply: FastifyReply, first: StudioEvent): void {
    reply.hijack();
    const { raw } = reply;
    const headers = { ...reply.getHeaders(), 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };
    raw.writeHead(200, headers as Record<string, string>);
    raw.write(`retry: ${retry}\n\n${textOf(first)}`);
    this.#open.add(raw);
    raw.once('close', () => this.#open.delete(raw));
  }

  send(event: StudioEvent | ImagesEvent): void {
    this.#write(textOf(event));
  }

  close(): void {
    clearInterval(this.#timer);
    for (const each of this.#open) each.end();
  }

  #write(text: string): void {
    for (const each of this.#open) {
      if (each.writableLength > mostWaiting) each.destroy();
      else each.write(text);
    }
  }
}

function textOf(event: StudioEvent | ImagesEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
