/** @file What was said since the beginning, and of the last pictures, each of which can be called wrong; and whether they still look as in the training. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { LineDrift } from '../../../src/studio/line-api.ts';
import type { Outcome, OutcomeCounts } from '../../../src/studio/outcome.ts';
import { outcomes } from '../../../src/studio/outcome.ts';
import type { Mark, MarkedImage } from '../../../src/studio/update-api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Notice } from '../components/notice.tsx';
import { countText, scoreText } from '../format.ts';
import { addressOf } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { clock } from './session.ts';

/** A judgement in the list. */
export interface Item {
  readonly id: number;
  readonly outcome: Outcome;
  /** Address of a small picture; undefined of a file that is none. */
  readonly picture: string | undefined;
  readonly class: string | null;
  readonly score: number | null;
  readonly threshold: number | null;
  readonly at: Date;
  /** File of a folder. */
  readonly path?: string;
  /** Where that was moved to; null where it stays. */
  readonly destination?: string | null;
  /** Large, with its heat. */
  readonly large: () => ComponentChildren;
  /** Keeps it, marked. */
  readonly mark: (mark: Mark) => Promise<MarkedImage>;
}

interface TallyProps {
  readonly run: string | undefined;
  readonly counts: OutcomeCounts;
  readonly since: Date | undefined;
  readonly hint: string;
  /** Counts from zero; absent where that is not offered. */
  readonly onReset?: () => void;
  /** The newest first. */
  readonly items: readonly Item[];
  readonly children?: ComponentChildren;
}

export function Tally({ run, counts, since, hint, onReset, items, children }: TallyProps) {
  const words = texts.value.line;
  // Some that few detectors have, or few folders, are shown once they occur.
  const shown = outcomes.filter(
    (each) => each === 'pass' || each === 'reject' || each === 'unknown' || counts[each] > 0,
  );
  return (
    <section class="card" aria-labelledby="counts">
      <div class="head">
        <h2 id="counts">{words.counts}</h2>
        {since && <span class="quiet">{words.countsSince(clock(since))}</span>}
        {onReset && (
          <button type="button" class="small" disabled={!since} onClick={onReset}>
            {words.again}
          </button>
        )}
      </div>
      <dl class="tally">
        {shown.map((each) => (
          <div key={each} class={each}>
            <dt>{words.verdicts[each]}</dt>
            <dd>{countText(counts[each])}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{hint}</p>
      {children}
      <h3>{words.last}</h3>
      {items.length === 0 ? (
        <p class="quiet">{words.nothingYet}</p>
      ) : (
        <>
          <p class="quiet">{words.lastHint}</p>
          <Last run={run} items={items} />
        </>
      )}
    </section>
  );
}

/** What was marked here, by the judgement's number. */
type Marked = ReadonlyMap<number, MarkedImage>;

function Last({ run, items }: Pick<TallyProps, 'run' | 'items'>) {
  const words = texts.value.line;
  // What somebody is about to press must not move away.
  const [held, setHeld] = useState<readonly Item[]>();
  const [looked, setLooked] = useState<Item>();
  const [marked, setMarked] = useState<Marked>(new Map());
  const shown = held ?? items;
  return (
    <>
      <ol
        class="last"
        onPointerEnter={() => setHeld(items)}
        onPointerLeave={() => setHeld(undefined)}
        // For whoever goes through them by the keyboard. A focus that a closed dialog gives back does not count, or nothing new would be seen until it goes.
        onKeyUp={({ key }) => {
          if (key === 'Tab') setHeld((before) => before ?? items);
        }}
        onFocusOut={() => setHeld(undefined)}
      >
        {shown.map((item) => (
          <li key={item.id} class={item.outcome}>
            <button type="button" aria-haspopup="dialog" onClick={() => setLooked(item)}>
              {item.picture === undefined ? <i /> : <img src={item.picture} alt="" />}
              <span>
                <strong>{words.verdicts[item.outcome]}</strong>
                <span class="of">
                  {marked.has(item.id)
                    ? texts.value.marks.marked[marked.get(item.id)?.mark ?? 'missed']
                    : [item.score === null ? '' : scoreText(item.score), item.path ?? item.class ?? '']
                        .filter((each) => each !== '')
                        .join(' · ')}
                </span>
              </span>
              <time class="quiet">{clock(item.at)}</time>
            </button>
          </li>
        ))}
      </ol>
      {looked && (
        <Looked
          item={looked}
          run={run}
          marked={marked.get(looked.id)}
          onMarked={(image) => {
            const next = new Map(marked);
            if (image) next.set(looked.id, image);
            else next.delete(looked.id);
            setMarked(next);
          }}
          onClose={() => setLooked(undefined)}
        />
      )}
    </>
  );
}

interface LookedProps {
  readonly item: Item;
  readonly run: string | undefined;
  readonly marked: MarkedImage | undefined;
  readonly onMarked: (image: MarkedImage | undefined) => void;
  readonly onClose: () => void;
}

/** A judgement at which somebody looks, and which can be called wrong. */
function Looked({ item, run, marked, onMarked, onClose }: LookedProps) {
  const words = texts.value.line;
  const [error, setError] = useState<string>();
  const [isSending, setSending] = useState(false);
  const { outcome, score, threshold, class: name, path, destination, at } = item;
  const can = run !== undefined && outcome !== 'broken' && outcome !== 'none';
  const mark: Mark = outcome === 'pass' ? 'missed' : 'false-alarm';
  const press = async () => {
    setError(undefined);
    setSending(true);
    try {
      if (marked && run !== undefined) await server.mark(run, marked.path, null);
      onMarked(marked ? undefined : await item.mark(mark));
    } catch (thrown) {
      setError(sentenceOf(thrown));
    } finally {
      setSending(false);
    }
  };
  return (
    <Dialog title={`${words.verdicts[outcome]}, ${clock(at)}`} wide onClose={onClose}>
      <div class="looked">
        {item.large()}
        <p>
          <strong>{words.verdicts[outcome]}</strong>
          {score !== null && ` · ${words.score} ${scoreText(score)}`}
          {score !== null &&
            ` · ${words.threshold} ${threshold === null ? words.none : scoreText(threshold)}`}
          {name !== null && ` · ${name}`}
        </p>
        {path !== undefined && (
          <p class="quiet path">{[path, ...(destination == null ? [] : [destination])].join(' → ')}</p>
        )}
        <Notice text={error} />
        {can && (
          <p>
            <button
              type="button"
              class={`mark${marked ? ' set' : ''}`}
              aria-pressed={marked !== undefined}
              disabled={isSending}
              onClick={() => void press()}
            >
              {marked ? texts.value.marks.marked[marked.mark] : texts.value.marks.mark[mark]}
            </button>
          </p>
        )}
        {can && (
          <p class="quiet" role="status">
            {marked ? (
              <>
                {words.keptFor(run)} <a href={addressOf('results', run)}>{words.toMarks}</a>
              </>
            ) : (
              words.markHint
            )}
          </p>
        )}
      </div>
    </Dialog>
  );
}

/** @param name - class of the last picture */
export function Drift({ drift, name }: { readonly drift: LineDrift | null; readonly name: string }) {
  const words = texts.value.line;
  return (
    <section class="card" aria-labelledby="drift">
      <h2 id="drift">{words.drift}</h2>
      {drift === null && <p class="quiet">{words.driftNone}</p>}
      {drift?.findings.map((sentence) => (
        <p key={sentence} class="notice bad">
          {said(sentence)}
        </p>
      ))}
      {drift !== null && drift.findings.length === 0 && (
        <p>
          {drift.images < drift.least
            ? words.driftFew(drift.images, drift.least, name)
            : words.driftFine(drift.images, name)}
        </p>
      )}
    </section>
  );
}
