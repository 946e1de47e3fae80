/** @file The line page: a camera, what a detector of the workspace says of what it shows, and good parts filmed to learn from. */
import { useEffect, useRef } from 'preact/hooks';
import { NameOptions } from '../components/name-options.tsx';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { changes, overview } from '../live.ts';
import { go } from '../route.ts';
import { server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { Board } from './board.tsx';
import { Capture } from './capture.tsx';
import { type LineSession, lineSession, type Pace, paces } from './session.ts';
import { Drift, Tally } from './tally.tsx';

interface LinePageProps {
  /** Of the address: the run, and a file of `detectors/`. */
  readonly run: string | undefined;
  readonly version: string | undefined;
}

/** In the address where only filming is wanted. */
const noRun = '-';

export function LinePage({ run: asked, version: askedVersion }: LinePageProps) {
  const words = texts.value.line;
  const session = lineSession();
  const runs = (overview.value?.runs ?? []).filter(({ finished }) => finished);
  const run = asked === noRun ? undefined : (runs.find(({ name }) => name === asked) ?? runs[0])?.name;
  const { value, error } = useAsked(run === undefined ? undefined : () => server.run(run), [
    run,
    changes.value.runs,
  ]);
  const files = (value?.name === run ? value?.versions : undefined)?.map(({ file }) => file) ?? [];
  const version = files.find((file) => file !== null && file === askedVersion) ?? undefined;
  // A page that is left does not film on.
  useEffect(() => () => session.stop(), []);
  useEffect(() => {
    session.use(run === undefined ? undefined : { run, ...(version != null && { version }) });
  }, [run, version]);
  useSpace(session);
  const names = session.cameras.value;
  return (
    <>
      <div class="head">
        <h1>{words.title}</h1>
        <button
          type="button"
          class="primary"
          onClick={() => (session.isRunning.value ? session.stop() : void session.start())}
        >
          {session.isRunning.value ? words.stop : words.start}
        </button>
        {names.length > 1 && (
          <label class="inline">
            {words.camera}
            <select
              value={session.cameraId.value}
              onChange={({ currentTarget }) => void session.start(currentTarget.value)}
            >
              {names.map(({ deviceId, label }, at) => (
                <option key={deviceId} value={deviceId}>
                  {label || `${words.camera} ${at + 1}`}
                </option>
              ))}
            </select>
          </label>
        )}
        <label class="inline">
          {words.detector}
          <select value={run ?? noRun} onChange={({ currentTarget }) => go('line', currentTarget.value)}>
            <NameOptions names={runs.map(({ name }) => name)} />
            <option value={noRun}>{words.noDetector}</option>
          </select>
        </label>
        {run !== undefined && files.length > 1 && (
          <label class="inline">
            {words.version}
            <select
              value={version ?? ''}
              onChange={({ currentTarget }) =>
                go('line', run, ...(currentTarget.value === '' ? [] : [currentTarget.value]))
              }
            >
              {files.map((file) => (
                <option key={file ?? ''} value={file ?? ''}>
                  {texts.value.resultsPage.versionName(file, value?.version ?? 1)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label class="inline">
          {words.pace}
          <select
            value={session.pace.value}
            onChange={({ currentTarget }) => {
              session.pace.value = currentTarget.value as Pace;
            }}
          >
            {(Object.keys(paces) as Pace[]).map((each) => (
              <option key={each} value={each}>
                {words.paces[each]}
              </option>
            ))}
          </select>
        </label>
        {session.pace.value === 'press' && (
          <>
            <button type="button" disabled={!session.isRunning.value} onClick={() => session.judgeOnce()}>
              {words.judge}
            </button>
            <span class="quiet">{words.judgeHint}</span>
          </>
        )}
      </div>
      <Notice text={session.trouble.value ?? error} />
      {overview.value && runs.length === 0 && <p>{words.noRuns}</p>}
      <div class="line">
        <Board session={session} />
        <div>
          <Preview session={session} />
          <Tally session={session} />
          <Drift session={session} />
          <Capture session={session} />
        </div>
      </div>
    </>
  );
}

/** The camera as it films. Its element belongs to the session. */
function Preview({ session }: { readonly session: LineSession }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { video } = session;
    place.current?.append(video);
    return () => video.remove();
  }, []);
  return <div ref={place} class="preview" hidden={!session.isRunning.value} />;
}

/** The space bar judges, where nothing that has the focus wants it for itself. */
function useSpace(session: LineSession): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isFree = event.target === document.body || (event.target as HTMLElement).id === 'main';
      if (event.key !== ' ' || !isFree || session.pace.value !== 'press') return;
      event.preventDefault();
      session.judgeOnce();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
