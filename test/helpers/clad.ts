/** @file The built command line in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cladCommand } from './fixtures.ts';

export interface Ended {
  /** Exit status; null where a signal ended the process. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the command and goes on. */
export function startClad(...args: readonly string[]): Running {
  return startCladWith({}, ...args);
}

/** The same with more variables of the environment. */
export function startCladWith(
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Running {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, [cladCommand, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs the command to its end. */
export function clad(...args: readonly string[]): Promise<Ended> {
  return startClad(...args).ended;
}
