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
import type { LineJudgement, LineQuery, WatchRequest, WatchView } from '../../src/studio/line-api.ts';
import type { Keep } from '../../src/studio/outcome.ts';
import type { LineSaid, Mark, MarkedImage } from '../../src/studio/update-api.ts';
import { said } from './texts/said.ts';

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
    ask<MaskView>(`datasets/${at(name)}/mask?${new URLSearchParams({ path })}`).then(drawnSaid),
  saveMask: (name: string, mask: MaskRequest) =>
    ask<MaskView>(`datasets/${at(name)}/mask`, { method: 'PUT', json: mask }).then(drawnSaid),
  removeMask: (name: string, mask: MaskRemoval) =>
    ask<MaskView>(`datasets/${at(name)}/mask`, { method: 'DELETE', json: mask }).then(drawnSaid),
  region: (name: string, product: string, image: string) =>
    ask<RegionView>(`datasets/${at(name)}/regions?${new URLSearchParams({ product, image })}`).then(
      drawnSaid,
    ),
  saveRegion: (name: string, region: RegionRequest) =>
    ask<RegionView>(`datasets/${at(name)}/regions`, { method: 'PUT', json: region }).then(drawnSaid),
  removeRegion: (name: string, region: RegionRemoval) =>
    ask<RegionView>(`datasets/${at(name)}/regions`, { method: 'DELETE', json: region }).then(drawnSaid),
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
  /** @param frame - an image file @param keep - whether it is kept @param given - ends the waiting */
  judge: (query: LineQuery, frame: Blob, keep: Keep, given: AbortSignal) =>
    ask<LineJudgement>(`line?${new URLSearchParams({ ...query, keep })}`, {
      ...{ method: 'POST', body: frame, signal: given },
    }),
  /** @param frame - an image file whose judgement was wrong */
  markFrame: (run: string, mark: Mark, { class: name, score, threshold, verdict }: LineSaid, frame: Blob) => {
    const said = {
      ...{ mark, class: name, score: String(score) },
      ...(threshold !== null && { threshold: String(threshold) }),
      ...(verdict !== null && { verdict }),
    };
    return ask<MarkedImage>(`runs/${at(run)}/marks/frame?${new URLSearchParams(said)}`, {
      ...{ method: 'POST', body: frame },
    });
  },
  watchFolders: () => ask<{ readonly folders: readonly string[] }>('watches'),
  watch: (request: WatchRequest) => ask<WatchView>('watches', { method: 'POST', json: request }),
  startWatch: (id: number) => ask<WatchView>(`watches/${id}/start`, { method: 'POST' }),
  stopWatch: (id: number) => ask<WatchView>(`watches/${id}/stop`, { method: 'POST' }),
  removeWatch: (id: number) => ask(`watches/${id}`, { method: 'DELETE' }),
  markWatched: (id: number, judgement: number, mark: Mark) =>
    ask<MarkedImage>(`watches/${id}/mark`, { method: 'POST', json: { judgement, mark } }),
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
  watched: (id: number, judgement: number, what: 'photograph' | 'heat', size: 'small' | 'large') =>
    `/api/watches/${id}/picture?${new URLSearchParams({ judgement: String(judgement), what, size })}`,
  /** A picture of the line that was kept; with its heat where a detector file is named. */
  marked: (run: string, file: string, size: 'small' | 'large', key?: string) =>
    `/api/runs/${at(run)}/marked/${at(file)}?${new URLSearchParams({ size, ...(key !== undefined && { key }) })}`,
  report: (run: string) => `/api/runs/${at(run)}/report`,
  detector: (run: string, version: string | null) =>
    `/api/runs/${at(run)}/detector${version === null ? '' : `?version=${at(version)}`}`,
};

/** What went wrong, for people, in the language of the page. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refused) return said(error.message, error.code);
  // Those of the page itself, as of its camera, are sentences as well.
  return said(error instanceof Error ? error.message : String(error));
}

/** What is said of what is drawn, in the language of the page. */
function drawnSaid<T extends { readonly problem: string | null; readonly refused?: string | null }>(
  view: T,
): T {
  const { problem, refused } = view;
  return { ...view, problem: problem && said(problem), ...(refused != null && { refused: said(refused) }) };
}
