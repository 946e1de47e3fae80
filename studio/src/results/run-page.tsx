/** @file One run: products worst first, thresholds to move, test images by score, and what is handed over. */
import { useMemo, useState } from 'preact/hooks';
import { shellWord } from '../../../src/core/shell-word.ts';
import type { JobView, RunView, VersionView } from '../../../src/studio/api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { JobCard } from '../components/job-card.tsx';
import { NameOptions } from '../components/name-options.tsx';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { changes, jobs } from '../live.ts';
import { addressOf } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { Gallery } from './gallery.tsx';
import { HandOver } from './hand-over.tsx';
import type { Thresholds } from './judged.ts';
import { MarksPanel } from './marks-panel.tsx';
import { ProductTable, worstFirst } from './product-table.tsx';
import { ThresholdPanel } from './threshold-panel.tsx';
import { UpdateOutcome } from './update-outcome.tsx';
import { useMarks } from './use-marks.ts';

/** Jobs that make what the page shows. */
const kinds: readonly JobView['kind'][] = ['train', 'evaluate', 'update'];

export function RunPage({ name }: { readonly name: string }) {
  const words = texts.value.resultsPage;
  const { value: run, error } = useAsked(() => server.run(name), [name, changes.value.runs]);
  const last = jobs.value.findLast(({ kind, subject }) => kinds.includes(kind) && subject === name);
  const updated = jobs.value.findLast(({ kind, subject }) => kind === 'update' && subject === name);
  const busy = last && last.state !== 'done' ? last : undefined;
  const [refused, setRefused] = useState<string>();
  const evaluate = () =>
    server.add({ kind: 'evaluate', run: name }).catch((thrown: unknown) => setRefused(sentenceOf(thrown)));
  return (
    <>
      <div class="head">
        <h1>{name}</h1>
        {run && (
          <span class="quiet">
            {run.dataset} · {run.method} {run.preset}
          </span>
        )}
        {run?.results && <a href={addressOf('compare', name, 'now')}>{texts.value.compare.link}</a>}
      </div>
      <Notice text={error ?? refused} />
      {busy && <JobCard job={busy} />}
      {run && updated && <UpdateOutcome job={updated} run={run} />}
      {run && !run.finished && !busy && <p>{words.unfinishedText}</p>}
      {run?.finished && !run.results && !busy && (
        <p>
          {run.evaluation || !run.hasReport ? words.evaluateText : words.noTests}{' '}
          <button type="button" class="primary" onClick={() => void evaluate()}>
            {words.evaluate}
          </button>
        </p>
      )}
      {run?.finished && <Finished run={run} />}
    </>
  );
}

function Finished({ run }: { readonly run: RunView }) {
  const words = texts.value.resultsPage;
  const newest = run.versions.at(-1) as VersionView;
  const [file, setFile] = useState<string | null>();
  const version = run.versions.find((each) => each.file === file) ?? newest;
  const [moved, setMoved] = useState<Thresholds>({});
  const [chosen, setChosen] = useState<string>();
  const products = useMemo(() => worstFirst(run.classes, run.evaluation), [run]);
  const product = chosen ?? products[0];
  const thresholds: Thresholds = useMemo(
    () => ({ ...version.thresholds, ...moved }),
    [version.thresholds, moved],
  );
  // None of a product that no good image was judged for.
  const before = product === undefined ? undefined : version.thresholds[product];
  const { results, evaluation } = run;
  const { marks, error } = useMarks(run.name);
  return (
    <>
      {evaluation && (
        <ProductTable
          {...{ evaluation, products, product, thresholds }}
          results={results}
          onChoose={setChosen}
        />
      )}
      {results && product !== undefined && (
        <section class="card" aria-labelledby="thresholds">
          <div class="head">
            <h2 id="thresholds">{words.threshold}</h2>
            <label class="inline">
              {words.product}
              <select value={product} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
                <NameOptions names={products} />
              </select>
            </label>
            <label class="inline">
              {words.version}
              <select
                value={version.file ?? ''}
                onChange={({ currentTarget }) => {
                  setFile(currentTarget.value === '' ? null : currentTarget.value);
                  setMoved({});
                }}
              >
                {run.versions.map((each) => (
                  <option key={each.file ?? ''} value={each.file ?? ''}>
                    {words.versionName(each.file, run.version)}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <p class="quiet">
            {words.thresholdHint} {words.others}
          </p>
          {before !== undefined && (
            <ThresholdPanel
              key={product}
              product={product}
              images={results.images}
              threshold={thresholds[product] ?? before}
              before={before}
              onMove={(threshold) => {
                const { [product]: _, ...others } = moved;
                setMoved(threshold === before ? others : { ...others, [product]: threshold });
              }}
            />
          )}
          <SaveVersion
            run={run.name}
            dataset={results.dataset}
            base={version.file}
            moved={moved}
            versions={run.versions}
            onSaved={(saved) => {
              setFile(saved);
              setMoved({});
            }}
          />
        </section>
      )}
      {run.key !== null && (results || marks.line.length > 0) && (
        <MarksPanel
          run={run.name}
          detector={run.key}
          results={results ?? undefined}
          marks={marks}
          error={error}
        />
      )}
      {results && <Gallery run={run.name} results={results} thresholds={thresholds} marks={marks} />}
      <HandOver run={run} isMoved={Object.keys(moved).length > 0} />
    </>
  );
}

interface SaveVersionProps {
  readonly run: string;
  readonly dataset: string | null;
  readonly base: string | null;
  readonly moved: Thresholds;
  readonly versions: readonly VersionView[];
  readonly onSaved: (file: string) => void;
}

function SaveVersion({ run, dataset, base, moved, versions, onSaved }: SaveVersionProps) {
  const words = texts.value.resultsPage;
  const [job, setJob] = useState<number>();
  const [error, setError] = useState<string>();
  const [told, setTold] = useState<number>();
  const current = jobs.value.find(({ id }) => id === job);
  const made = current?.result?.detector;
  // Until it is listed there is nothing else to show than what was moved.
  const file = versions.some((each) => each.file === made) ? made : undefined;
  if (file !== undefined && told !== job) {
    setTold(job);
    onSaved(file);
  }
  const isSaving =
    current?.state === 'waiting' ||
    current?.state === 'running' ||
    (made !== undefined && file === undefined);
  const save = async () => {
    setError(undefined);
    try {
      setJob((await server.add({ kind: 'threshold', run, base, thresholds: moved })).id);
    } catch (thrown) {
      setError(sentenceOf(thrown));
    }
  };
  const from = base === null ? `runs/${run}` : `detectors/${base}`;
  const word = (text: string) => shellWord(text, false);
  const flags = Object.entries(moved).map(([name, value]) => `--threshold ${word(`${name}=${value}`)}`);
  return (
    <>
      <Notice
        text={error ?? (current?.error ? said(current.error.message, current.error.code) : undefined)}
      />
      <p>
        <button
          type="button"
          class="primary"
          disabled={Object.keys(moved).length === 0 || isSaving}
          onClick={() => void save()}
        >
          {isSaving ? words.saving : words.save}
        </button>{' '}
        <span role="status">{file !== undefined && words.saved(file)}</span>
      </p>
      <CommandLine
        command={
          flags.length > 0
            ? `clad calibrate ${word(from)} ${flags.join(' ')} --out detectors/NEW.onnx`
            : `clad tradeoff ${word(from)}${dataset === null ? '' : ` ${word(`data/${dataset}`)}`}`
        }
      />
    </>
  );
}
