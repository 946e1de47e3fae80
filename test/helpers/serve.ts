/** @file `clad serve` in a process of its own, until the test has done with it. */
import type { ChildProcess } from 'node:child_process';
import { type Ended, startClad } from './clad.ts';

export interface Serving {
  /** E.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What has been logged so far, one JSON document a line. */
  log(): string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Ended>;
}

/** Starts the service on a free port and waits until it answers. */
export async function startServe(...args: readonly string[]): Promise<Serving> {
  return startListening('serve', ...args, '--port', '0');
}

/** Starts a verb that prints its address once it answers, and waits for that. */
export async function startListening(...args: readonly string[]): Promise<Serving> {
  const { child, ended } = startClad(...args);
  // A test that fails does not get to its stop().
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  void ended.finally(() => process.off('exit', abandon)).catch(() => {});
  let log = '';
  child.stderr?.on('data', (text: string) => {
    log += text;
  });
  const listening = new Promise<string>((resolve) => {
    let said = '';
    child.stdout?.on('data', (text: string) => {
      said += text;
      const [, url] = / on (http:\S+)\n/.exec(said) ?? [];
      if (url) resolve(url);
    });
  });
  const failed = ended.then(({ status, stderr }) => {
    throw new Error(`clad ${args[0]} ended with ${status}: ${stderr}`);
  });
  const url = await Promise.race([listening, failed]);
  failed.catch(() => {});
  return {
    url,
    child,
    ended,
    log: () => log,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
