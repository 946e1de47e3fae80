/** @file Judgements as lines over TCP, as a PLC or a gateway to a serial port reads them. */
import { connect, type Socket } from 'node:net';
import { CladError } from '../../core/errors.ts';
import { template } from './message.ts';
import type { Sink } from './sink.ts';

/** How lines are sent. */
export interface LineSinkOptions {
  /** Names in braces. @default '{decision};{class};{score}' */
  readonly line?: string | undefined;
  /** Whether the other side answers each line with one of its own: only then is it known to have arrived. */
  readonly answers?: boolean | undefined;
}

/**
 * Sends each judgement as a line that ends with a line feed. Without answers it counts as arrived when the operating system has taken it.
 * @param address - host:port
 * @throws OPTION_INVALID
 */
export function lineSink(address: string, options: LineSinkOptions = {}): Sink {
  const { host, port } = hostAndPort(address);
  const line = template(options.line ?? '{decision};{class};{score}', '--tcp-line', (value) =>
    value.replaceAll(/[\r\n]+/g, ' '),
  );
  let socket: Socket | undefined;
  const drop = () => {
    socket?.destroy();
    socket = undefined;
  };
  return {
    name: `tcp ${address}`,
    async send(message, signal) {
      // It was closed since the last line.
      if (socket && (socket.destroyed || socket.readableEnded)) drop();
      try {
        socket ??= await connected(host, port, signal);
        const answered = options.answers ? nextLine(socket, signal) : undefined;
        await Promise.all([written(socket, `${line(message)}\n`), answered]);
      } catch (error) {
        drop();
        throw error;
      }
    },
    async close() {
      await new Promise<void>((resolve) => {
        if (socket && !socket.destroyed) socket.end(resolve);
        else resolve();
      });
      drop();
    },
  };
}

function hostAndPort(address: string): { host: string; port: number } {
  const [, host, digits] = /^(?:tcp:\/\/)?(\[[0-9a-f:]+\]|[^:/]+):(\d{1,5})$/i.exec(address) ?? [];
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host: host.replaceAll(/[[\]]/g, ''), port };
  throw new CladError('OPTION_INVALID', {
    option: '--tcp',
    expected: 'host:port, as plc.local:9000',
    actual: address,
  });
}

function connected(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    // Given to the socket it would end it later too, when the time for the first line is over.
    const abort = () => socket.destroy(new Error('it could not be connected to in time'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    socket.setKeepAlive(true, 10_000).setNoDelay(true);
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      // Without a listener an error between two lines would end the process; the next line meets it.
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Resolves with the end of the next line that comes. */
function nextLine(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const data = (chunk: Buffer) => {
      if (chunk.includes(10)) end(resolve);
    };
    const closed = () => end(() => reject(new Error('the connection was closed before an answer')));
    const end = (how: () => void) => {
      socket.off('data', data).off('close', closed);
      signal.removeEventListener('abort', closed);
      how();
    };
    socket.on('data', data).on('close', closed);
    signal.addEventListener('abort', closed, { once: true });
  });
}
