/** @file A watched folder on the line page: looked at, stopped, begun again. It goes on without the page. */
import { useState } from 'preact/hooks';
import { shellWord } from '../../../src/core/shell-word.ts';
import type { WatchJudgement, WatchView } from '../../../src/studio/line-api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { Notice } from '../components/notice.tsx';
import { connected, watches } from '../live.ts';
import { go } from '../route.ts';
import { addresses, sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { Board } from './board.tsx';
import { NewWatch } from './new-watch.tsx';
import { clock } from './session.ts';
import { Sources } from './sources.tsx';
import { Drift, type Item, Tally } from './tally.tsx';

export function WatchPage({ id }: { readonly id: string | undefined }) {
  const words = texts.value.line;
  const watch = watches.value.find((each) => String(each.id) === id);
  const isNew = !watch && (id === 'new' || watches.value.length === 0);
  return (
    <>
      <h1>{words.title}</h1>
      <Sources now={watch ? String(watch.id) : isNew ? 'new' : id} />
      {watch ? (
        <Watched key={watch.id} watch={watch} />
      ) : isNew ? (
        <NewWatch />
      ) : (
        <p>{connected.value && words.watchGone}</p>
      )}
    </>
  );
}

function Watched({ watch }: { readonly watch: WatchView }) {
  const words = texts.value.line;
  const [refused, setRefused] = useState<string>();
  const { id, folder, run, state, trouble, notes, counts, judged, drift, since, command, journal, move } =
    watch;
  const [newest] = judged;
  const isOn = state !== 'off';
  const act = (work: Promise<WatchView | unknown>, then?: () => void) => {
    setRefused(undefined);
    work.then(
      () => then?.(),
      (thrown: unknown) => setRefused(sentenceOf(thrown)),
    );
  };
  // What was said before the folder or the server went away is no news.
  const shown = connected.value && state === 'watching' ? newest : undefined;
  const why = !connected.value
    ? words.lost
    : state === 'watching'
      ? words.nothingCame
      : { off: words.watchOff, opening: words.opening, trouble: words.watchTrouble }[state];
  const reason = connected.value && trouble ? said(trouble.message, trouble.code) : undefined;
  return (
    <>
      <div class="head">
        <h2 class="path">{folder}</h2>
        <span class={`state ${state}`} role="status">
          {words.states[state]}
        </span>
        <button
          type="button"
          class={isOn ? '' : 'primary'}
          onClick={() => act(isOn ? server.stopWatch(id) : server.startWatch(id))}
        >
          {isOn ? words.watchStop : words.watchAgain}
        </button>
        {!isOn && (
          <button type="button" onClick={() => act(server.removeWatch(id), () => go('line'))}>
            {texts.value.trainPage.remove}
          </button>
        )}
      </div>
      <Notice text={refused} />
      {reason !== undefined && (
        <p class="notice bad" role="alert">
          {reason} {words.triedAgain}
        </p>
      )}
      <div class="line">
        <Board
          outcome={shown?.outcome}
          word={shown ? words.verdicts[shown.outcome] : why}
          what={shown ? `${shown.class ?? ''} ${clock(new Date(shown.at))}` : reason}
          numbers={
            shown && shown.score !== null ? { score: shown.score, threshold: shown.threshold } : undefined
          }
          warnings={shown?.error ? [shown.error] : []}
        >
          {shown && <Picture id={id} judgement={shown} />}
        </Board>
        <div>
          <Tally
            run={run}
            counts={counts}
            since={new Date(since)}
            hint={`${words.watchCounts(journal)} ${move ? words.moved(move.folder) : words.stay}`}
            items={judged.map((each) => itemOf(id, each))}
          />
          {newest && <Drift drift={drift} name={newest.class ?? ''} />}
          <section class="card">
            <CommandLine command={command} label={words.watchCommand} />
            <CommandLine
              command={`clad drift ${shellWord(`runs/${run}`, false)} ${shellWord(journal, false)}`}
              label={words.watchDrift}
            />
            {notes.length > 0 && (
              <details>
                <summary>
                  {texts.value.trainPage.notes} ({notes.length})
                </summary>
                <ul class="notes">
                  {notes.map((note, at) => (
                    <li key={`${at} ${note}`}>{said(note)}</li>
                  ))}
                </ul>
              </details>
            )}
          </section>
        </div>
      </div>
    </>
  );
}

/** A file with its heat, or as it is where there is none. */
function Picture({ id, judgement }: { readonly id: number; readonly judgement: WatchJudgement }) {
  const { id: number, heat, path, outcome } = judgement;
  if (outcome === 'broken') return null;
  return (
    <img
      class="watched"
      src={addresses.watched(id, number, heat ? 'heat' : 'photograph', 'large')}
      alt={texts.value.line.watchedFile(path)}
      data-judgement={number}
    />
  );
}

function itemOf(id: number, judgement: WatchJudgement): Item {
  const { id: number, outcome, class: name, score, threshold, at, path, destination } = judgement;
  return {
    ...{ id: number, outcome, class: name, score, threshold, path, destination, at: new Date(at) },
    picture: outcome === 'broken' ? undefined : addresses.watched(id, number, 'photograph', 'small'),
    large: () => <Picture id={id} judgement={judgement} />,
    mark: (mark) => server.markWatched(id, number, mark),
  };
}
