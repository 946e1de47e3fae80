/** @file Judgements that were marked as wrong, and the one button that lets the detector learn from them. */
import { useState } from 'preact/hooks';
import type { ResultsView } from '../../../src/studio/api.ts';
import { commandOf } from '../../../src/studio/commands.ts';
import type { Mark } from '../../../src/studio/update-api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { Notice } from '../components/notice.tsx';
import { busyJobs } from '../live.ts';
import { sentenceOf, server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import type { Marks } from './mark-button.tsx';

interface MarksPanelProps {
  readonly run: string;
  readonly results: ResultsView;
  readonly marks: Marks;
  /** Why marks could not be set or read. */
  readonly error: string | undefined;
}

export function MarksPanel({ run, results: { key, dataset }, marks, error }: MarksPanelProps) {
  const words = texts.value.marks;
  const [refused, setRefused] = useState<string>();
  const pathsOf = (wanted: Mark) => [...marks.of].filter(([, mark]) => mark === wanted).map(([path]) => path);
  const [falseAlarms, missed] = [pathsOf('false-alarm'), pathsOf('missed')];
  const job = { kind: 'update', run, dataset, of: key, falseAlarms, missed, force: false } as const;
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
  return (
    <section class="card" aria-labelledby="marks">
      <h2 id="marks">{words.title}</h2>
      <p class="quiet">{words.hint}</p>
      <Notice text={refused ?? error} />
      {marks.of.size > 0 && (
        <>
          <ul class="marks">
            {[...marks.of].map(([path, mark]) => (
              <li key={path}>
                <span class="path">{path}</span> <span class="quiet">{words.marked[mark]}</span>{' '}
                <button
                  type="button"
                  class="icon"
                  aria-label={words.takeBack(path)}
                  onClick={() => marks.set(path, null)}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
          <p>
            {[
              ...(falseAlarms.length > 0 ? [words.falseAlarms(falseAlarms.length)] : []),
              ...(missed.length > 0 ? [words.missed(missed.length)] : []),
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
