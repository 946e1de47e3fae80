/** @file Pictures of the line that a detector has learnt from, as the file of before judged them and as the one of now does. */
import { outcomeOf } from '../../../src/studio/outcome.ts';
import type { LineSaid, UpdateResult } from '../../../src/studio/update-api.ts';
import { scoreText } from '../format.ts';
import { addresses } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { BeforeAndNow } from './before-after.tsx';

interface KeptPicturesProps {
  readonly run: string;
  readonly update: UpdateResult;
}

export function KeptPictures({ run, update: { kept = [], before, after } }: KeptPicturesProps) {
  const words = texts.value.marks;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={words.lineTitle}>
      <table class="before-after">
        <caption>{words.lineTitle}</caption>
        <BeforeAndNow />
        <tbody>
          {kept.map((each) => (
            <tr key={each.path}>
              <td>
                <Judged run={run} file={each.path} of={before} judged={each.before} title={words.before} />
              </td>
              <td>
                <Judged run={run} file={each.path} of={after} judged={each.after} title={words.now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface JudgedProps {
  readonly run: string;
  readonly file: string;
  /** Key of the detector file. */
  readonly of: string;
  readonly judged: LineSaid | null;
  readonly title: string;
}

function Judged({ run, file, of, judged, title }: JudgedProps) {
  const words = texts.value;
  if (!judged) return <p class="quiet">{words.marks.notJudged}</p>;
  const { score, threshold, verdict } = judged;
  const decision = verdict === 'normal' ? 'pass' : verdict === 'anomalous' ? 'reject' : null;
  const outcome = outcomeOf({ verdict, decision });
  return (
    <figure class="seen">
      <img src={addresses.marked(run, file, 'small', of)} alt={`${words.marks.fromLine}, ${title}`} />
      <figcaption>
        <strong class={`verdict-badge ${outcome === 'pass' ? 'pass' : 'falseAlarm'}`}>
          {words.line.verdicts[outcome]}
        </strong>
        <span>
          {threshold === null ? scoreText(score) : words.marks.judged(scoreText(score), scoreText(threshold))}
        </span>
      </figcaption>
    </figure>
  );
}
