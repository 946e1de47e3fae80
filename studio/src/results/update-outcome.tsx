/** @file What an update has done: what joined or was lowered, what was refused and the way on, and the test images before and after. */
import { useState } from 'preact/hooks';
import type { JobView, RunView } from '../../../src/studio/api.ts';
import type { UpdateResult, UpdateStep } from '../../../src/studio/update-api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { percent, scoreText } from '../format.ts';
import { busyJobs } from '../live.ts';
import { addressOf } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { BeforeAfter } from './before-after.tsx';
import { KeptPictures } from './kept-pictures.tsx';

interface UpdateOutcomeProps {
  /** The newest update of the run. */
  readonly job: JobView;
  readonly run: RunView;
}

export function UpdateOutcome({ job, run }: UpdateOutcomeProps) {
  const words = texts.value.marks;
  const update = job.state === 'done' ? job.result?.update : undefined;
  // Of a detector that has changed again, or that was trained anew, it says nothing.
  const isOfNow = run.results === null || run.results.key === update?.after;
  const isKept = update !== undefined && run.earlier.some(({ key }) => key === update.before);
  const { value: earlier } = useAsked(isKept ? () => server.results(run.name, update.before) : undefined, [
    update?.before,
    isKept,
  ]);
  if (!update || !isOfNow) return null;
  // The answer of before stays until the new one is there.
  const before = earlier?.key === update.before ? earlier : undefined;
  const changed = update.after !== update.before;
  return (
    <section class="card" aria-labelledby="learnt">
      <h2 id="learnt">{words.done}</h2>
      {update.steps.map((step) => (
        <Step key={step.mark} step={step} job={job} run={run} />
      ))}
      {changed && <p class="quiet">{words.kept(`runs/${run.name}/versions/`)}</p>}
      {update.kept && update.kept.length > 0 && <KeptPictures run={run.name} update={update} />}
      {changed && !run.results && run.evaluation && <p>{words.waiting}</p>}
      {changed && run.results && before && (
        <BeforeAfter
          run={run.name}
          before={before}
          now={run.results}
          learnt={update.steps.flatMap(({ done }) => done).filter((path) => !isOfLine(update, path))}
        />
      )}
      {changed && run.results && before && (
        <p>
          <a href={addressOf('compare', run.name, `key-${update.before}`, run.name, 'now')}>{words.side}</a>
        </p>
      )}
      <CommandLine command={job.command} />
    </section>
  );
}

/** Whether a marked image is a picture of the line. */
function isOfLine({ kept }: UpdateResult, path: string): boolean {
  return kept?.some((each) => each.path === path) ?? false;
}

interface StepProps extends UpdateOutcomeProps {
  readonly step: UpdateStep;
}

function Step({ step, job, run }: StepProps) {
  const words = texts.value.marks;
  const { mark, version, done, refused, thresholds, error, canForce } = step;
  return (
    <>
      {version !== null && done.length > 0 && (
        <p>{mark === 'missed' ? words.lowered(done.length, version) : words.joined(done.length, version)}</p>
      )}
      {version === null && !error && mark === 'missed' && <p>{words.caught}</p>}
      <ul class="marks">
        {thresholds.map((each) => (
          <li key={each.class}>
            {words.threshold(
              each.class,
              each.before === null ? words.fresh : scoreText(each.before),
              scoreText(each.after),
              percent(each.rate),
            )}
          </li>
        ))}
      </ul>
      {refused.length > 0 && (
        <div class="notice bad">
          {words.refused(refused.length)}
          <ul class="refused">
            {refused.map(({ path, reason }) => (
              <li key={path}>
                {path}: {said(reason)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Notice text={error ? said(error.message, error.code) : undefined} />
      {canForce && <Insist step={step} job={job} run={run} />}
    </>
  );
}

/** Does what was refused all the same. */
function Insist({ step, job: { request }, run: { name, key } }: StepProps) {
  const words = texts.value.marks;
  const [error, setError] = useState<string>();
  if (request.kind !== 'update' || key === null) return null;
  const paths =
    step.refused.length > 0
      ? step.refused.map(({ path }) => path)
      : step.mark === 'missed'
        ? request.missed
        : request.falseAlarms;
  const keptOf = request.kept ?? { falseAlarms: [], missed: [] };
  const all = step.mark === 'missed' ? keptOf.missed : keptOf.falseAlarms;
  const kept = step.refused.length > 0 ? all.filter((path) => paths.includes(path)) : all;
  const tested = paths.filter((path) => !all.includes(path));
  const marked = (own: readonly string[]) => ({
    falseAlarms: step.mark === 'missed' ? [] : [...own],
    missed: step.mark === 'missed' ? [...own] : [],
  });
  const isBusy = busyJobs.value.some(({ kind, subject }) => kind === 'update' && subject === name);
  const insist = () =>
    server
      .add({ ...request, ...marked(tested), kept: marked(kept), of: key, force: true })
      .catch((thrown: unknown) => setError(sentenceOf(thrown)));
  return (
    <>
      <Notice text={error} />
      <p>
        <button type="button" disabled={isBusy} onClick={() => void insist()}>
          {words.force}
        </button>{' '}
        <span class="quiet">{words.forceHint}</span>
      </p>
    </>
  );
}
