/** @file What a training will take, measured on this machine before it is begun. */
import { useEffect, useState } from 'preact/hooks';
import type { PlanView, TrainSettings } from '../../../src/studio/api.ts';
import { Notice } from '../components/notice.tsx';
import { about, megabytes } from '../format.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';

/** Milliseconds after the last change before it is measured: it takes seconds of all cores. */
const patience = 600;

export function PlanCard({ settings }: { readonly settings: TrainSettings }) {
  const words = texts.value.trainPage.plan;
  const [plan, setPlan] = useState<PlanView>();
  const [error, setError] = useState<string>();
  const asked = JSON.stringify(settings);
  useEffect(() => {
    setPlan(undefined);
    setError(undefined);
    const gone = new AbortController();
    const timer = setTimeout(() => {
      server.plan(settings, gone.signal).then(setPlan, (thrown: unknown) => {
        if (!gone.signal.aborted) setError(sentenceOf(thrown));
      });
    }, patience);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [asked]);
  if (error !== undefined) return <Notice text={error} />;
  if (!plan)
    return (
      <p class="plan quiet" role="status">
        {words.measuring}…
      </p>
    );
  const sum = (values: Readonly<Record<string, number>>) =>
    Object.values(values).reduce((total, each) => total + each, 0);
  return (
    <>
      <dl class="plan facts" aria-label={words.title}>
        <div>
          <dt>{words.time}</dt>
          <dd>
            <strong>{about(sum(plan.time))}</strong> <span class="quiet">{words.asNow}</span>
          </dd>
        </div>
        <div>
          <dt>{words.learns}</dt>
          <dd>{words.learnsText(plan.images, plan.classes)}</dd>
        </div>
        <div>
          <dt>{words.memory}</dt>
          <dd>{(plan.memory / 1e9).toFixed(1)} GB</dd>
        </div>
        <div>
          <dt>{words.disk}</dt>
          <dd>{(sum(plan.disk) / 1e9).toFixed(1)} GB</dd>
        </div>
        {plan.file !== undefined && (
          <div>
            <dt>{words.file}</dt>
            <dd>{megabytes(plan.file)} MB</dd>
          </div>
        )}
      </dl>
      {plan.notes.length > 0 && (
        <ul class="notes">
          {plan.notes.map((note, at) => (
            <li key={at}>{said(note)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
