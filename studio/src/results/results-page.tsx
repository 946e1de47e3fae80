/** @file The results page: all runs, or one of them. */
import { fraction, moment } from '../format.ts';
import { overview } from '../live.ts';
import { addressOf } from '../route.ts';
import { texts } from '../texts/texts.ts';
import { RunPage } from './run-page.tsx';

export function ResultsPage({ name }: { readonly name: string | undefined }) {
  const words = texts.value.resultsPage;
  if (name !== undefined) return <RunPage key={name} name={name} />;
  const runs = overview.value?.runs ?? [];
  return (
    <>
      <h1>{words.title}</h1>
      {overview.value && runs.length === 0 && (
        <p>
          {words.none} <a href={addressOf('train')}>{words.toTrain}</a>
        </p>
      )}
      <ul class="runs">
        {runs.map((run) => (
          <li key={run.name}>
            <a class="card" href={addressOf('results', run.name)}>
              <strong>{run.name}</strong>
              <span class="quiet">
                {run.dataset} · {run.method} {run.preset} · {moment(run.created)}
              </span>
              <span>
                {run.finished
                  ? run.imageAuroc === null
                    ? words.unevaluated
                    : `${words.imageAuroc} ${fraction(run.imageAuroc)}`
                  : words.unfinished}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
