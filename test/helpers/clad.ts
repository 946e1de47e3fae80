/** @file The built command line: in a process of its own, or one command after another in one that is warm. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cladCommand } from './fixtures.ts';
import { full } from './full.ts';

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

/** Runs the command to its end, in a process of its own. */
export function cladProcess(...args: readonly string[]): Promise<Ended> {
  return startClad(...args).ended;
}

/** Commands that one warm process runs before another takes its place, so that what they leave in memory does not add up. */
const mostCommands = 40;
const host = fileURLToPath(new URL('warm-clad.mjs', import.meta.url));
/** Has `process.env` as it was when the process began. */
interface Warm {
  readonly child: ChildProcess;
  readonly environment: string;
  commands: number;
}
const idle: Warm[] = [];

/**
 * Runs the command to its end: in a process that has run others before, or, in the long form of the tests, in one of its own.
 * Several at once are several processes.
 */
export async function clad(...args: readonly string[]): Promise<Ended> {
  if (full) return cladProcess(...args);
  const environment = JSON.stringify(process.env);
  const found = idle.find((each) => each.child.connected && each.environment === environment);
  if (found) idle.splice(idle.indexOf(found), 1);
  const warm = found ?? (await newWarm(environment));
  const ended = await answered(warm.child, args);
  warm.commands++;
  if (warm.commands === mostCommands || !warm.child.connected) warm.child.kill();
  else idle.push(warm);
  return ended;
}

async function newWarm(environment: string): Promise<Warm> {
  // Without what vitest gives its own processes.
  const child = fork(host, [cladCommand], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await new Promise((resolve) => child.once('message', resolve));
  // It ends with the tests that use it.
  child.unref();
  child.channel?.unref();
  return { child, environment, commands: 0 };
}

function answered(child: ChildProcess, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const onMessage = (said: Omit<Ended, 'signal'>) => {
      child.off('exit', onExit);
      resolve({ ...said, signal: null });
    };
    const onExit = (status: number | null, signal: NodeJS.Signals | null) => {
      reject(new Error(`The process of clad ${args.join(' ')} ended: ${signal ?? status}.`));
    };
    child.once('message', onMessage).once('exit', onExit);
    child.send(args);
  });
}
