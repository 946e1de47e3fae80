/** @file Judgements that were marked as wrong, and the one button that lets the detector learn from them. */
import { useState } from 'preact/hooks';
import type { ResultsView } from '../../../src/studio/api.ts';
import { commandOf } from '../../../src/studio/commands.ts';
import type { Mark } from '../../../src/studio/update-api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { Notice } from '../components/notice.tsx';
import { scoreText } from '../format.ts';
import { busyJobs } from '../live.ts';
import { addresses, sentenceOf, server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import type { Marks } from './mark-button.tsx';

interface MarksPanelProps {
  readonly run: string;
  /** Key of its detector file. */
  readonly detector: string;
  /** Of its test images; undefined where they were not evaluated. */
  readonly results: ResultsView | undefined;
  readonly marks: Marks;
  /** Why marks could not be set or read. */
  readonly error: string | undefined;
}

export function MarksPanel({ run, detector, results, marks, error }: MarksPanelProps) {
  const words = texts.value.marks;
  const [refused, setRefused] = useState<string>();
  const pathsOf = (wanted: Mark) => [...marks.of].filter(([, mark]) => mark === wanted).map(([path]) => path);
  const [falseAlarms, missed] = [pathsOf('false-alarm'), pathsOf('missed')];
  const lineOf = (wanted: Mark) => marks.line.filter(({ mark }) => mark === wanted).map(({ path }) => path);
  const kept = { falseAlarms: lineOf('false-alarm'), missed: lineOf('missed') };
  const job = {
    kind: 'update',
    ...{ run, dataset: results?.dataset ?? null, of: results?.key ?? detector },
    ...{ falseAlarms, missed, ...(marks.line.length > 0 && { kept }) },
    force: false,
  } as const;
  const counts = {
    falseAlarms: falseAlarms.length + kept.falseAlarms.length,
    missed: missed.length + kept.missed.length,
  };
  const isBusy = busyJobs.value.some(({ kind, subject }) => kind === 'update' && subject === run);
  const update = async () => {
    setRefused(undefined);
    try {
      await server.add(job);
      // How far it is stands at the top.
      scrollTo({ top: 0 });
    } catch (thrown) {
      setRefused(sentenceOf(thrown));
    }
  };
  const takeBack = (path: string) => (
    <button
      type="button"
      class="icon"
      aria-label={words.takeBack(path)}
      onClick={() => marks.set(path, null)}
    >
      ✕
    </button>
  );
  return (
    <section class="card" aria-labelledby="marks">
      <h2 id="marks">{words.title}</h2>
      <p class="quiet">{words.hint}</p>
      <Notice text={refused ?? error} />
      {marks.of.size + marks.line.length > 0 && (
        <>
          <ul class="marks">
            {[...marks.of].map(([path, mark]) => (
              <li key={path}>
                <span class="path">{path}</span> <span class="quiet">{words.marked[mark]}</span>{' '}
                {takeBack(path)}
              </li>
            ))}
            {marks.line.map(({ path, mark, said: judged }) => (
              <li key={path} class="of-line">
                <img src={addresses.marked(run, path, 'small')} alt="" />
                <span>
                  {judged?.class} <span class="quiet">{words.fromLine}</span>{' '}
                  {judged && <span>{scoreText(judged.score)}</span>}{' '}
                  <span class="quiet">{words.marked[mark]}</span>
                </span>
                {takeBack(path)}
              </li>
            ))}
          </ul>
          <p>
            {[
              ...(counts.falseAlarms > 0 ? [words.falseAlarms(counts.falseAlarms)] : []),
              ...(counts.missed > 0 ? [words.missed(counts.missed)] : []),
            ].join('; ')}
            . <span class="quiet">{words.own}</span>
          </p>
          <p>
            <button type="button" class="primary" disabled={isBusy} onClick={() => void update()}>
              {isBusy ? words.updating : words.update}
            </button>
          </p>
          <CommandLine command={commandOf(job, [], [], false)} />
        </>
      )}
    </section>
  );
}
