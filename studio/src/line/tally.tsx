/** @file What was said since the beginning, and of the last frames; and whether they still look as in the training. */
import { scoreText } from '../format.ts';
import { texts } from '../texts/texts.ts';
import { clock, type LineSession, outcomes } from './session.ts';

export function Tally({ session }: { readonly session: LineSession }) {
  const words = texts.value.line;
  const counts = session.counts.value;
  const since = session.since.value;
  // Two that few detectors have are shown once they occur.
  const shown = outcomes.filter((each) => (each !== 'check' && each !== 'none') || counts[each] > 0);
  return (
    <section class="card" aria-labelledby="counts">
      <div class="head">
        <h2 id="counts">{words.counts}</h2>
        {since && <span class="quiet">{words.countsSince(clock(since))}</span>}
        <button type="button" class="small" disabled={!since} onClick={() => session.reset()}>
          {words.again}
        </button>
      </div>
      <dl class="tally">
        {shown.map((each) => (
          <div key={each} class={each}>
            <dt>{words.verdicts[each]}</dt>
            <dd>{counts[each].toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{words.countsHint}</p>
      <h3>{words.last}</h3>
      {session.judged.value.length === 0 && <p class="quiet">{words.nothingYet}</p>}
      <ol class="last">
        {session.judged.value.map(({ id, outcome, frame, class: name, score, at }) => (
          <li key={id} class={outcome}>
            <img src={frame} alt="" />
            <div>
              <strong>{words.verdicts[outcome]}</strong>
              <span>
                {scoreText(score)} · {name}
              </span>
            </div>
            <time class="quiet">{clock(at)}</time>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Drift({ session }: { readonly session: LineSession }) {
  const words = texts.value.line;
  const [judged] = session.judged.value;
  if (!judged) return null;
  const { drift, class: name } = judged;
  return (
    <section class="card" aria-labelledby="drift">
      <h2 id="drift">{words.drift}</h2>
      {drift === null && <p class="quiet">{words.driftNone}</p>}
      {drift?.findings.map((sentence) => (
        <p key={sentence} class="notice bad">
          {sentence}
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
