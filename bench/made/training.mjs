/** A training of the default preset, phase by phase: time and the most memory of each. */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('training-child.mjs', import.meta.url));
const pageBytes = 4096;

/** Memory of a process, bytes, where the system tells it of others (Linux). */
async function memoryOf(pid) {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split(' ')[1]) * pageBytes;
}

/**
 * Trains.
 * @param request - of `train`, with `clock`
 * @returns `phases` in their order, each with milliseconds, most bytes and units done; `milliseconds` of the whole; `most` bytes; `perImage`
 */
export async function trainedPhases(request, onProgress) {
  const running = fork(child, [JSON.stringify(request)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const samples = [];
  const sampling = setInterval(async () => {
    const bytes = await memoryOf(running.pid);
    if (bytes !== undefined) samples.push({ at: Date.now(), bytes });
  }, 50);
  const events = [];
  let said = '';
  running.stderr.on('data', (text) => {
    said += text;
  });
  running.on('message', (event) => {
    events.push(event);
    onProgress?.(event);
  });
  const status = await new Promise((resolve) => running.on('close', resolve));
  clearInterval(sampling);
  const last = events.at(-1);
  if (status !== 0 || last?.task !== 'end') throw new Error(`the training ended with ${status}: ${said}`);
  const phases = new Map();
  for (let index = 1; index < events.length; index++) {
    const [before, event] = [events[index - 1], events[index]];
    const phase = phases.get(event.task) ?? { task: event.task, milliseconds: 0, most: 0, units: 0 };
    phase.milliseconds += event.now - before.now;
    phase.units = Math.max(phase.units, event.total ?? 0);
    for (const { at, bytes } of samples)
      if (at >= before.at && at <= event.at) phase.most = Math.max(phase.most, bytes);
    phases.set(event.task, phase);
  }
  return {
    phases: [...phases.values()],
    milliseconds: last.now - events[0].now,
    most: last.most,
    perImage: last.perImage,
  };
}
