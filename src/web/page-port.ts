/**
 * @file Both ends of a channel to a web worker.
 *
 * A browser says when a worker's script fails, but not when the worker ends: by itself, or for lack of memory. So the worker takes a lock
 * (Web Locks) that nothing but its end gives back, and the page waits for the same lock. Pages without locks, which are those without
 * HTTPS, hear of failing scripts alone.
 */
import type { Answer, AnsweringPort, AskingPort, Call } from '../runtime/worker/protocol.ts';

/** Said by the ports themselves: the page names the lock, the worker has it, the worker is about to end. */
interface Control {
  readonly control: 'lock' | 'locked' | 'closed';
  readonly lock: string;
}

/** What a worker tells while it works, between call and answer. */
interface Told {
  readonly told: unknown;
}

const isTold = (message: unknown): message is Told =>
  typeof message === 'object' && message !== null && 'told' in message;

const isControl = (message: unknown): message is Control =>
  typeof message === 'object' && message !== null && 'control' in message;

/**
 * The page's end of the channel.
 * @param worker - just started; given as an object since bundlers look for `new Worker(new URL(...))` where the script is named
 * @param onTold - given what the worker tells while it works (`tellPage`)
 */
export function browserWorker(worker: Worker, onTold?: (what: unknown) => void): AskingPort {
  const watching = new AbortController();
  let end = (_reason: string) => {};
  return {
    post: (call, transfer) => worker.postMessage(call, [...transfer]),
    listen(onAnswer, onEnd) {
      end = (reason) => {
        if (watching.signal.aborted) return;
        watching.abort();
        worker.terminate();
        onEnd(reason);
      };
      worker.onmessage = ({ data }: MessageEvent<Answer | Control | Told>) => {
        if (isTold(data)) onTold?.(data.told);
        else if (!isControl(data)) onAnswer(data);
        else if (data.control === 'closed') end('it closed');
        else void whenFree(data.lock, watching.signal).then(() => end('the browser ended it'));
      };
      worker.onerror = (event) => end(event.message || 'its script cannot be started');
      worker.onmessageerror = () => end('an answer could not be read');
      worker.postMessage({ control: 'lock', lock: `clad-worker-${Math.random()}` } satisfies Control);
    },
    terminate: () => end('it was ended'),
  };
}

/** Resolves when nobody has the lock; never once the signal is aborted. */
function whenFree(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    navigator.locks.request(name, { signal }, () => resolve()).catch(() => {});
  });
}

/** The worker's scope; the DOM's types know only the page's. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Call | Control>) => void;
  postMessage(message: Answer | Control | Told, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

/** The worker's end of the channel. */
export function browserWorkerSide(): AnsweringPort {
  const scope = globalThis as unknown as WorkerScope;
  const say = (control: Control['control'], lock: string) => scope.postMessage({ control, lock }, []);
  return {
    post: (answer, transfer) => scope.postMessage(answer, transfer),
    listen(onCall) {
      scope.onmessage = ({ data }) => {
        if (isControl(data)) holdLock(data.lock, () => say('locked', data.lock));
        else onCall(data);
      };
    },
    close() {
      say('closed', '');
      scope.close();
    },
  };
}

/** Tells the page something in the midst of a call. @param told - can be cloned */
export function tellPage(told: unknown): void {
  (globalThis as unknown as WorkerScope).postMessage({ told }, []);
}

/** Takes a lock for as long as the worker lives, where the browser has locks. */
function holdLock(name: string, onHeld: () => void): void {
  // Absent from pages without HTTPS, whatever the types say.
  const locks = (globalThis.navigator as Partial<Navigator>).locks;
  locks
    ?.request(name, () => {
      onHeld();
      return new Promise(() => {});
    })
    // Refused to pages without an origin of their own.
    .catch(() => {});
}
