/** @file Requests as bytes over a connection of their own, for what a proper client would not send. */
import { connect, type Socket } from 'node:net';

/** A connection that is held, and what came over it. */
export interface RawConnection {
  readonly socket: Socket;
  received(): string;
  /** Everything that came until the connection ended, and how long it took, milliseconds. */
  readonly ended: Promise<{ readonly text: string; readonly milliseconds: number }>;
}

/** Opens a connection to a service of this machine and sends what is given. */
export function rawConnection(url: string, text: string): RawConnection {
  let received = '';
  const started = performance.now();
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => text && socket.write(text, 'latin1'));
  socket.setEncoding('latin1').on('data', (part: string) => {
    received += part;
  });
  // A service that closes while something is still sent to it resets the connection.
  socket.on('error', () => {});
  const ended = new Promise<{ text: string; milliseconds: number }>((resolve) => {
    socket.on('close', () => resolve({ text: received, milliseconds: performance.now() - started }));
  });
  return { socket, received: () => received, ended };
}

/** Sends bytes; gives what came until the connection ended. */
export async function raw(url: string, text: string): Promise<string> {
  return (await rawConnection(url, text).ended).text;
}
