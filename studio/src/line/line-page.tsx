/** @file The line page: a camera, what a detector of the workspace says of what it shows, and good parts filmed to learn from. */
import { useEffect, useRef } from 'preact/hooks';
import { type Keep, keeps } from '../../../src/studio/outcome.ts';
import { InlineSelect } from '../components/inline-select.tsx';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { countText } from '../format.ts';
import { changes, overview } from '../live.ts';
import { go } from '../route.ts';
import { server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { CameraBoard, Frame } from './board.tsx';
import { Capture } from './capture.tsx';
import { type Judged, type LineSession, lineSession, type Pace, paces } from './session.ts';
import { Sources } from './sources.tsx';
import { Drift, type Item, Tally } from './tally.tsx';

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
  // One that films goes on with its detector when a training ends meanwhile, and another run is the newest.
  const filming = session.isRunning.value ? session.detector.value?.run : undefined;
  const named = (wanted: string | undefined) => runs.find(({ name }) => name === wanted);
  const run = asked === noRun ? undefined : (named(asked) ?? named(filming) ?? runs[0])?.name;
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
  const [newest] = session.judged.value;
  return (
    <>
      <h1>{words.title}</h1>
      <Sources now={undefined} />
      <div class="head">
        <button
          type="button"
          class="primary"
          onClick={() => (session.isRunning.value ? session.stop() : void session.start())}
        >
          {session.isRunning.value ? words.stop : words.start}
        </button>
        {names.length > 1 && (
          <InlineSelect
            label={words.camera}
            value={session.cameraId.value}
            options={names.map(({ deviceId, label }, at) => [deviceId, label || `${words.camera} ${at + 1}`])}
            onChange={(id) => void session.start(id)}
          />
        )}
        <InlineSelect
          label={words.detector}
          value={run ?? noRun}
          options={[...runs.map(({ name }) => [name, name] as const), [noRun, words.noDetector]]}
          onChange={(name) => go('line', name)}
        />
        {run !== undefined && files.length > 1 && (
          <InlineSelect
            label={words.version}
            value={version ?? ''}
            options={files.map((file) => [
              file ?? '',
              texts.value.resultsPage.versionName(file, value?.version ?? 1),
            ])}
            onChange={(file) => go('line', run, ...(file === '' ? [] : [file]))}
          />
        )}
        <InlineSelect
          label={words.pace}
          value={session.pace.value}
          options={(Object.keys(paces) as Pace[]).map((each) => [each, words.paces[each]])}
          onChange={(pace) => {
            session.pace.value = pace as Pace;
          }}
        />
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
        <CameraBoard session={session} />
        <div>
          <Preview session={session} />
          <Tally
            run={run}
            counts={session.counts.value}
            since={session.since.value}
            hint={words.countsHint}
            onReset={() => session.reset()}
            items={session.judged.value.map((judged) => itemOf(run, judged))}
          >
            {run !== undefined && <Journal session={session} />}
          </Tally>
          {newest && <Drift drift={newest.drift} name={newest.class} />}
          <Capture session={session} />
        </div>
      </div>
    </>
  );
}

/** Where judgements are noted, and which frames are kept. */
function Journal({ session }: { readonly session: LineSession }) {
  const words = texts.value.line;
  const [newest] = session.judged.value;
  const gigabytes = countText((overview.value?.keepSize ?? 0) / 1e9);
  return (
    <>
      <p>
        <InlineSelect
          label={words.keep}
          value={session.keep.value}
          options={keeps.map((each) => [each, words.keeps[each]])}
          onChange={(keep) => {
            session.keep.value = keep as Keep;
          }}
        />
      </p>
      <p class="quiet">
        {newest?.journal === null ? (
          words.notNoted
        ) : (
          <>
            {newest && (
              <>
                {words.noted} <code>{newest.journal}</code>.{' '}
              </>
            )}
            {words.keepHint(gigabytes)}
          </>
        )}
      </p>
    </>
  );
}

function itemOf(run: string | undefined, judged: Judged): Item {
  const { id, outcome, frame, class: name, score, threshold, at, png, verdict } = judged;
  return {
    ...{ id, outcome, picture: frame, class: name, score, threshold, at },
    large: () => <Frame judged={judged} alt={texts.value.line.frame} />,
    mark: (mark) => server.markFrame(run ?? '', mark, { class: name, score, threshold, verdict }, png),
  };
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
