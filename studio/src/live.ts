/** @file What the server tells by itself: jobs as they go on, and that data or runs have changed. Every open page hears the same. */
import { computed, signal } from '@preact/signals';
import type { ImagesEvent, JobView, Overview, StudioEvent, WatchView } from '../../src/studio/api.ts';
import { locked, server } from './server.ts';
import { language } from './texts/texts.ts';

export const overview = signal<Overview | undefined>(undefined);
/** Folders that are watched. */
export const watches = signal<readonly WatchView[]>([]);
export const jobs = signal<readonly JobView[]>([]);
/** False while the server cannot be reached. */
export const connected = signal(true);
/** Counts changes of data sets, of runs and of marks, so that what shows them asks again. */
export const changes = signal({ data: 0, runs: 0, marks: 0 });

export const busyJobs = computed(() =>
  jobs.value.filter(({ state }) => state === 'running' || state === 'waiting'),
);

export async function refreshOverview(): Promise<void> {
  try {
    overview.value = await server.overview();
    locked.value = false;
  } catch {
    // The stream says that the server is gone, or the token is asked for.
  }
}

const imageListeners = new Set<(event: ImagesEvent) => void>();

/** Hears of single images that are others now, each time. @returns a function that ends it */
export function onImages(listener: (event: ImagesEvent) => void): () => void {
  imageListeners.add(listener);
  return () => imageListeners.delete(listener);
}

function hear(event: StudioEvent): void {
  switch (event.type) {
    case 'images':
      for (const listener of imageListeners) listener(event);
      break;
    case 'jobs':
      jobs.value = event.jobs;
      break;
    case 'job': {
      const { job } = event;
      const known = jobs.value.some(({ id }) => id === job.id);
      jobs.value = known ? jobs.value.map((each) => (each.id === job.id ? job : each)) : [...jobs.value, job];
      break;
    }
    case 'progress': {
      const { type: _, id, ...news } = event;
      jobs.value = jobs.value.map((each) => (each.id === id ? { ...each, ...news } : each));
      break;
    }
    case 'watches':
      watches.value = event.watches;
      break;
    case 'watch':
      heardOf(event.watch);
      break;
    case 'removed':
      jobs.value = jobs.value.filter(({ id }) => id !== event.id);
      break;
    case 'changed':
      changes.value = { ...changes.value, [event.what]: changes.value[event.what] + 1 };
      if (event.what !== 'marks') void refreshOverview();
  }
}

/** What is known of a watched folder is that. */
export function heardOf(watch: WatchView): void {
  const known = watches.value.some(({ id }) => id === watch.id);
  watches.value = known
    ? watches.value.map((each) => (each.id === watch.id ? watch : each))
    : [...watches.value, watch];
}

/** The one stream there is, and the next try where it was refused. */
let stream: EventSource | undefined;
let next: ReturnType<typeof setTimeout> | undefined;

/** A page that nobody sees needs no news, and leaves its connection to those that are seen; when it is seen again, it asks for everything. */
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) return listen();
  clearTimeout(next);
  stream?.close();
});

// Why data were refused is put into the language of the page as it comes, so they are asked for again in another one.
language.subscribe(() => {
  const { data } = changes.peek();
  changes.value = { ...changes.peek(), data: data + 1 };
});

/** Listens, and again whenever the connection is lost. A browser gives a site six connections, so there is never more than one stream. */
export function listen(): void {
  clearTimeout(next);
  stream?.close();
  const events = new EventSource('/api/events');
  stream = events;
  events.onmessage = ({ data }) => hear(JSON.parse(data as string) as StudioEvent);
  events.onopen = () => {
    connected.value = true;
    void refreshOverview();
    const { data, runs, marks } = changes.value;
    changes.value = { data: data + 1, runs: runs + 1, marks: marks + 1 };
  };
  events.onerror = () => {
    connected.value = false;
    // Where the answer was no stream the browser gives up, and does not say why: perhaps the token is asked for.
    if (events.readyState !== EventSource.CLOSED) return;
    void refreshOverview();
    next = setTimeout(listen, 2000);
  };
}
