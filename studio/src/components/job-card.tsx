/** @file A job: what it is, where it stands, how long it still takes, and what can be done with it. */
import { useEffect, useState } from 'preact/hooks';
import type { JobView } from '../../../src/studio/api.ts';
import { about, countText, duration } from '../format.ts';
import { jobs } from '../live.ts';
import { addressOf } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { said, taskName, unitName } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { CommandLine } from './command-line.tsx';
import { Notice } from './notice.tsx';

export function JobCard({ job, full = false }: { readonly job: JobView; readonly full?: boolean }) {
  const words = texts.value.trainPage;
  const [error, setError] = useState<string>();
  const [stopping, setStopping] = useState(false);
  const { id, kind, subject, state, progress, notes, result } = job;
  // It may have been stopped, and gone on with, in another tab.
  useEffect(() => setStopping(false), [state]);
  const act = (work: Promise<unknown>) => {
    setError(undefined);
    work.catch((thrown: unknown) => {
      setError(sentenceOf(thrown));
      setStopping(false);
    });
  };
  const isOver = state === 'done' || state === 'failed' || state === 'stopped';
  return (
    <article class={`job card ${state}`} aria-label={`${words.kinds[kind]} ${subject}`}>
      <header>
        <h3>
          {words.kinds[kind]} <em>{subject}</em>
        </h3>
        <span class={`state ${state}`} role="status">
          {words.states[state]}
        </span>
        {state === 'done' && result && <span class="quiet">{words.took(duration(result.seconds))}</span>}
        {job.again && !isOver && <span class="quiet">{words.again}</span>}
      </header>
      {state === 'running' && (
        <>
          <progress
            aria-label={progress ? taskName(progress.task) : words.beginning}
            {...(progress && { value: progress.done, max: Math.max(1, progress.total) })}
          />
          {/* Not read out by itself: it changes ten times a second. The bar above says it to who asks. */}
          <p class="progress">
            {progress ? (
              <>
                <span>
                  {taskName(progress.task)}: {countText(progress.done)}/{countText(progress.total)}{' '}
                  {unitName(progress.unit)}
                </span>
                {progress.step !== null && progress.steps !== null && (
                  <span>{words.step(progress.step, progress.steps)}</span>
                )}
                {progress.left !== null && <strong>{words.left(about(progress.left))}</strong>}
              </>
            ) : (
              words.beginning
            )}
          </p>
          {progress && Object.keys(progress.values).length > 0 && (
            <p class="quiet values">
              {Object.entries(progress.values).map(([name, value]) => (
                <span key={name}>
                  {name} {Number(value.toPrecision(3))}
                </span>
              ))}
            </p>
          )}
        </>
      )}
      <Notice text={error ?? (job.error ? said(job.error.message, job.error.code) : undefined)} />
      {full &&
        result?.update?.steps.map((step) => (
          <Notice key={step.mark} text={step.error ? said(step.error.message, step.error.code) : undefined} />
        ))}
      <div class="buttons">
        {(state === 'running' || state === 'waiting') && (
          <button
            type="button"
            disabled={stopping && state === 'running'}
            onClick={() => {
              setStopping(true);
              act(server.stop(id));
            }}
          >
            {stopping && state === 'running' ? words.stopping : words.stop}
          </button>
        )}
        {(state === 'stopped' || state === 'failed') && (
          <button
            type="button"
            class="primary"
            onClick={() => {
              setStopping(false);
              act(server.resume(id));
            }}
          >
            {words.resume}
          </button>
        )}
        {full && state === 'done' && isOfRun(kind) && (
          <a class="button primary" href={addressOf('results', subject)}>
            {words.look}
          </a>
        )}
        {full && state === 'done' && !isOfRun(kind) && (
          <a class="button" href={addressOf('data', subject)}>
            {words.lookData}
          </a>
        )}
        {full && isOver && (
          <button
            type="button"
            onClick={() =>
              act(
                server.remove(id).then(() => {
                  jobs.value = jobs.value.filter((each) => each.id !== id);
                }),
              )
            }
          >
            {words.remove}
          </button>
        )}
      </div>
      {full && notes.length > 0 && (
        <details>
          <summary>
            {words.notes} ({notes.length})
          </summary>
          <ul class="notes">
            {notes.map((note) => (
              <li key={note}>{said(note)}</li>
            ))}
          </ul>
        </details>
      )}
      {full && <CommandLine command={job.command} />}
    </article>
  );
}

/** Whether it is about a run, or else about a data set. */
function isOfRun(kind: JobView['kind']): boolean {
  return kind !== 'demo' && kind !== 'inspect';
}
