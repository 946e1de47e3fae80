/** @file A place outside that is told of judgements. */
import type { SinkMessage } from './message.ts';

/** Where judgements are sent. Connections are its own affair: it opens them when it needs them. */
export interface Sink {
  /** By which the journal knows what it has been sent; stable, and without secrets. */
  readonly name: string;
  /**
   * Sends a message.
   * @returns once it has arrived, as far as the way of sending can tell
   * @throws SinkRefusal for a message that would be refused again; anything else is tried again
   */
  send(message: SinkMessage, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The other side has understood and does not want this message. */
export class SinkRefusal extends Error {}
