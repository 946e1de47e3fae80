/** PyTorch beside us: partner.py in a process of its own, which makes something once and runs it in turns with ours. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Starts it. @param clock - `wall` or `processor` @returns undefined where there is no Python with PyTorch */
export async function startTorch(python, threads, clock) {
  const script = fileURLToPath(new URL('partner.py', import.meta.url));
  const child = spawn(python, [script, String(threads), clock], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const answer = async () => {
    const { value, done } = await lines.next();
    return done ? undefined : JSON.parse(value);
  };
  const hello = await answer();
  if (!hello) return undefined;
  let made = 0;
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const reply = await answer();
    if (reply?.ms === undefined) throw new Error(`PyTorch: ${reply?.error ?? 'the process ended'}`);
    return reply.ms;
  };
  return {
    ...hello,
    /** @returns a function that runs it once and gives milliseconds */
    async make(kind, options) {
      const id = ++made;
      await ask({ id, make: kind, options });
      return () => ask({ id });
    },
    /** Frees all that was made. */
    clear: () => ask({ clear: true }),
    end: () => child.stdin.end(),
  };
}
