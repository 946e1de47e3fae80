/** @file The server, asked. Refusals are its sentences. */
import { signal } from '@preact/signals';
import type {
  DatasetView,
  JobRequest,
  JobView,
  LogView,
  MaskRemoval,
  MaskRequest,
  MaskView,
  Overview,
  PlanView,
  RegionRemoval,
  RegionRequest,
  RegionView,
  ResultsView,
  RunView,
  ToldError,
  TrainChoices,
  TrainSettings,
  UploadQuery,
} from '../../src/studio/api.ts';
import type { LineJudgement, LineQuery } from '../../src/studio/line-api.ts';
import type { Mark, MarkedImage } from '../../src/studio/update-api.ts';

/** Whether the token has to be said first. */
export const locked = signal(false);

/** What the server refused. */
export class Refused extends Error {
  readonly code: string;
  constructor({ code, message }: ToldError) {
    super(message);
    this.code = code;
  }
}

interface Asked {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: Blob;
  readonly signal?: AbortSignal | undefined;
}

async function ask<T>(path: string, { method = 'GET', json, body, signal: given }: Asked = {}): Promise<T> {
  const type = json === undefined ? 'application/octet-stream' : 'application/json';
  const content = json === undefined ? body : JSON.stringify(json);
  const answer = await fetch(`/api/${path}`, {
    method,
    ...(content !== undefined && { body: content, headers: { 'Content-Type': type } }),
    ...(given && { signal: given }),
  });
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401) locked.value = true;
  const told = (await answer.json().catch(() => undefined)) as { readonly error?: ToldError } | undefined;
  throw new Refused(told?.error ?? { code: 'INTERNAL', message: `${answer.status} ${answer.statusText}` });
}

const at = encodeURIComponent;

export const server = {
  signIn: (token: string) => ask('session', { method: 'POST', json: { token } }),
  overview: () => ask<Overview>('overview'),
  choices: () => ask<TrainChoices>('choices'),
  dataset: (name: string) => ask<DatasetView>(`datasets/${at(name)}`),
  exclude: (name: string, paths: readonly string[], excluded: boolean) =>
    ask(`datasets/${at(name)}/exclusions`, { method: 'POST', json: { paths, excluded } }),
  mask: (name: string, path: string) =>
    ask<MaskView>(`datasets/${at(name)}/mask?${new URLSearchParams({ path })}`),
  saveMask: (name: string, mask: MaskRequest) =>
    ask<MaskView>(`datasets/${at(name)}/mask`, { method: 'PUT', json: mask }),
  removeMask: (name: string, mask: MaskRemoval) =>
    ask<MaskView>(`datasets/${at(name)}/mask`, { method: 'DELETE', json: mask }),
  region: (name: string, product: string, image: string) =>
    ask<RegionView>(`datasets/${at(name)}/regions?${new URLSearchParams({ product, image })}`),
  saveRegion: (name: string, region: RegionRequest) =>
    ask<RegionView>(`datasets/${at(name)}/regions`, { method: 'PUT', json: region }),
  removeRegion: (name: string, region: RegionRemoval) =>
    ask<RegionView>(`datasets/${at(name)}/regions`, { method: 'DELETE', json: region }),
  upload: (name: string, query: UploadQuery, body: Blob) =>
    ask<{ readonly path: string; readonly known: boolean }>(
      `datasets/${at(name)}/images?${new URLSearchParams({ ...query })}`,
      { method: 'PUT', body },
    ),
  add: (job: JobRequest) => ask<JobView>('jobs', { method: 'POST', json: job }),
  stop: (id: number) => ask<JobView>(`jobs/${id}/stop`, { method: 'POST' }),
  resume: (id: number) => ask<JobView>(`jobs/${id}/resume`, { method: 'POST' }),
  remove: (id: number) => ask(`jobs/${id}`, { method: 'DELETE' }),
  plan: (settings: TrainSettings, given: AbortSignal) =>
    ask<PlanView>('plan', { method: 'POST', json: settings, signal: given }),
  run: (name: string) => ask<RunView>(`runs/${at(name)}`),
  log: (name: string) => ask<LogView>(`runs/${at(name)}/log`),
  /** @param key - of one of its detector files */
  results: (name: string, key: string) =>
    ask<ResultsView>(`runs/${at(name)}/results?${new URLSearchParams({ key })}`),
  /** @param frame - an image file */
  judge: (query: LineQuery, frame: Blob) =>
    ask<LineJudgement>(`line?${new URLSearchParams({ ...query })}`, { method: 'POST', body: frame }),
  marks: (name: string) => ask<MarkedImage[]>(`runs/${at(name)}/marks`),
  mark: (name: string, path: string, mark: Mark | null) =>
    ask(`runs/${at(name)}/marks`, { method: 'PUT', json: { path, mark } }),
};

/** Addresses of pictures and files, for the browser to ask for. */
export const addresses = {
  picture: (dataset: string, path: string, size: 'small' | 'large' | 'full') =>
    `/api/datasets/${at(dataset)}/picture?${new URLSearchParams({ path, size })}`,
  /** @param of - tells one state of the data set from another while this page is loaded, so that no older picture is shown */
  truth: (dataset: string, path: string, size: 'small' | 'large', of: number) =>
    `/api/datasets/${at(dataset)}/truth?${new URLSearchParams({ path, size, of: `${performance.timeOrigin}-${of}` })}`,
  runPicture: (run: string, of: 'samples' | 'standing-out', file: string) =>
    `/api/runs/${at(run)}/pictures/${of}/${at(file)}`,
  result: (
    run: string,
    what: 'heat' | 'truth',
    index: number,
    { key, created }: Pick<ResultsView, 'key' | 'created'>,
  ) => `/api/runs/${at(run)}/results/${what}/${index}?${new URLSearchParams({ key, of: created })}`,
  report: (run: string) => `/api/runs/${at(run)}/report`,
  detector: (run: string, version: string | null) =>
    `/api/runs/${at(run)}/detector${version === null ? '' : `?version=${at(version)}`}`,
};

/** What went wrong, for people. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
