/**
 * @file Who holds a lock, and whether that process still runs (Node only).
 *
 * On the machine of the holder it is known: no process has that number, or one that began at another time, or the machine has been started
 * again since. Of another machine, or another container, it cannot be known.
 */
import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who holds a lock; what cannot be found out on this system is null. */
export interface Holder {
  /** Tells this lock from any other. */
  readonly id: string;
  readonly pid: number;
  /** When the process began, as the system counts. */
  readonly started: string | null;
  readonly host: string;
  /** Another after each start of the machine. */
  readonly boot: string | null;
  /** Process numbers mean something within it alone. */
  readonly namespace: string | null;
  /** ISO 8601. */
  readonly since: string;
  /** Milliseconds between two touches of the lock; absent: see lock.ts. */
  readonly touch?: number;
  /** That it holds it no longer, where the lock could not be removed. */
  readonly released?: true;
}

/** @param own - of this process */
export async function stateOf(holder: Holder, own: Holder): Promise<'alive' | 'dead' | 'unknown'> {
  if (holder.released) return 'dead';
  if (holder.host !== own.host) return 'unknown';
  if (holder.boot !== own.boot) return 'dead';
  if (holder.namespace !== own.namespace) return 'unknown';
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // Without the permission to signal it, it is there.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  const started = await startOf(holder.pid);
  return started === holder.started || started === null || holder.started === null ? 'alive' : 'dead';
}

/** This process, for a new lock. */
export async function ownHolder(): Promise<Holder> {
  const line = (path: string) =>
    readFile(path, 'utf8').then(
      (text) => text.trim(),
      () => null,
    );
  return {
    id: randomUUID(),
    pid: process.pid,
    started: await startOf(process.pid),
    host: hostname(),
    boot: await line('/proc/sys/kernel/random/boot_id'),
    namespace: await readlink('/proc/self/ns/pid').catch(() => null),
    since: new Date().toISOString(),
  };
}

/** When a process began, in the kernel's ticks: field 22 of its record, the second of which is a name in brackets. Linux only. */
async function startOf(pid: number): Promise<string | null> {
  const record = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = record.slice(record.lastIndexOf(')') + 2).split(' ');
  // One that has ended, and that its parent has not asked about yet, still has its number.
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
}

/** What a lock's text says; undefined where it is none. */
export function holderIn(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    return typeof value?.pid === 'number' && typeof value.host === 'string' ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** The process in words. */
export function holderName(holder: Holder | undefined): string {
  return holder
    ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
    : 'a process that is not known';
}
