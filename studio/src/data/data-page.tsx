/** @file The data page: what there is to learn from and to test with, what is wrong with it, and what is left out. */
import { useCallback, useMemo, useState } from 'preact/hooks';
import { shellWord } from '../../../src/core/shell-word.ts';
import type { DatasetImage, JobView } from '../../../src/studio/api.ts';
import { CommandLine } from '../components/command-line.tsx';
import { DatasetSelect } from '../components/dataset-select.tsx';
import { JobCard } from '../components/job-card.tsx';
import { Notice } from '../components/notice.tsx';
import { jobs, overview } from '../live.ts';
import { addressOf, go } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { demo } from './demo.ts';
import { DropZone } from './drop-zone.tsx';
import { filtered, ImageFilter, noFilter } from './image-filter.tsx';
import { ImageGrid } from './image-grid.tsx';
import { ImageView } from './image-view.tsx';
import type { Incoming } from './incoming.ts';
import { IncomingDialog } from './incoming-dialog.tsx';
import { MaskPage } from './mask-page.tsx';
import { RegionPage } from './region-page.tsx';
import { useDataset } from './use-dataset.ts';

interface DataPageProps {
  readonly name: string | undefined;
  /** What is drawn, and on which photograph or of which product; undefined for the data set itself. */
  readonly task: string | undefined;
  readonly of: string | undefined;
}

export function DataPage({ name, task, of }: DataPageProps) {
  if (name !== undefined && task === 'mask' && of !== undefined)
    return <MaskPage key={`${name}/${of}`} dataset={name} path={of} />;
  if (name !== undefined && task === 'region' && of !== undefined)
    return <RegionPage key={`${name}/${of}`} dataset={name} product={of} />;
  return <DatasetPage name={name} />;
}

function DatasetPage({ name }: { readonly name: string | undefined }) {
  const words = texts.value.dataPage;
  const [incoming, setIncoming] = useState<Promise<Incoming[]>>();
  const [error, setError] = useState<string>();
  const datasets = overview.value?.datasets ?? [];
  // Its last state too where it is not finished: what went wrong is to be seen where it was asked for.
  const drawn = jobs.value.findLast(({ kind }) => kind === 'demo');
  const drawing = drawn && drawn.state !== 'done' ? drawn : undefined;
  const isOver = drawing?.state === 'failed' || drawing?.state === 'stopped';
  const chosen = name ?? datasets[0]?.name;
  const isThere = datasets.some((each) => each.name === chosen);
  const draw = async () => {
    try {
      await server.add(demo);
      go('data', demo.dataset);
    } catch (thrown) {
      setError(sentenceOf(thrown));
    }
  };
  return (
    <>
      {overview.value && !isThere && (
        <section class="hero">
          <h1>{words.emptyTitle}</h1>
          <p class="lead">{words.emptyText}</p>
          <Notice text={error} />
          {name !== undefined && name !== drawing?.subject && datasets.length > 0 && (
            <p>
              {words.notThere(name)}{' '}
              {datasets.map((each) => (
                <a key={each.name} class="button" href={addressOf('data', each.name)}>
                  {each.name}
                </a>
              ))}
            </p>
          )}
          {drawing && <JobCard job={drawing} />}
          {(!drawing || isOver) && (
            <>
              <DropZone large onFiles={setIncoming} />
              <p class="or">
                <button type="button" class="primary" onClick={() => void draw()}>
                  {words.demo}
                </button>
                <span class="quiet">{words.demoHint}</span>
              </p>
            </>
          )}
        </section>
      )}
      {isThere && chosen !== undefined && (
        <Dataset
          key={chosen}
          name={chosen}
          onFiles={setIncoming}
          drawing={drawing?.subject === chosen ? drawing : undefined}
        />
      )}
      {incoming && (
        <IncomingDialog
          files={incoming}
          dataset={isThere ? chosen : undefined}
          onDone={(added) => {
            setIncoming(undefined);
            if (added !== undefined) go('data', added);
          }}
        />
      )}
    </>
  );
}

interface DatasetProps {
  readonly name: string;
  readonly onFiles: (files: Promise<Incoming[]>) => void;
  readonly drawing: JobView | undefined;
}

function Dataset({ name, onFiles, drawing }: DatasetProps) {
  const words = texts.value.dataPage;
  const { value, error } = useDataset(name);
  const [filter, setFilter] = useState(noFilter);
  const [adding, setAdding] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [looked, setLooked] = useState<string>();
  const shown = useMemo(() => filtered(value?.images ?? [], filter), [value, filter]);
  const checking = jobs.value.find(
    ({ kind, subject, state }) =>
      kind === 'inspect' && subject === name && (state === 'running' || state === 'waiting'),
  );
  const exclude = useCallback(
    async (paths: readonly string[], excluded: boolean) => {
      try {
        await server.exclude(name, paths, excluded);
        setRefused(undefined);
      } catch (thrown) {
        setRefused(sentenceOf(thrown));
      }
    },
    [name],
  );
  const train = value?.images.filter(({ split }) => split === 'train').length ?? 0;
  const good = value?.images.filter(({ split, kind }) => split === 'test' && kind === 'good').length ?? 0;
  const flagged = shown.filter(
    (image) => image.flags.some(({ stays }) => !stays) && image.split === 'train' && !image.excluded,
  );
  const at = shown.findIndex(({ path }) => path === looked);
  return (
    <>
      <div class="head">
        <h1>{words.title}</h1>
        <DatasetSelect class="inline" page="data" dataset={name} label={words.dataset} />
        <div class="buttons">
          <button type="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            {words.add}
          </button>
          <button
            type="button"
            disabled={checking !== undefined}
            onClick={() =>
              void server
                .add({ kind: 'inspect', dataset: name })
                .catch((thrown: unknown) => setRefused(sentenceOf(thrown)))
            }
          >
            {words.check}
          </button>
          <a class="button primary" href={addressOf('train', name)}>
            {words.toTrain}
          </a>
        </div>
      </div>
      {adding && <DropZone onFiles={onFiles} />}
      <Notice
        text={error ?? refused ?? (value?.error ? said(value.error.message, value.error.code) : undefined)}
      />
      {drawing && <JobCard job={drawing} />}
      {checking && <JobCard job={checking} />}
      {value && value.error === null && (
        <>
          <p class="quiet">
            {texts.value.images(value.images.length)}, {texts.value.products(value.products.length)}:{' '}
            {words.counts(train, good, value.images.length - train - good)}.{' '}
            {!checking && (value.inspection ? value.inspection.stale && words.stale : words.unchecked)}
          </p>
          {value.inspection && value.inspection.problems.length > 0 && (
            <details class="problems">
              <summary>
                {words.problems} ({value.inspection.problems.length})
              </summary>
              <ul>
                {value.inspection.problems.map((problem) => (
                  <li key={`${problem.class}${problem.message}`} class={problem.severity}>
                    <strong>{problem.class}</strong>: {said(problem.message)}
                  </li>
                ))}
              </ul>
            </details>
          )}
          <ImageFilter images={value.images} products={value.products} filter={filter} onChange={setFilter}>
            {filter.show === 'flagged' && flagged.length > 0 && (
              <button
                type="button"
                onClick={() =>
                  void exclude(
                    flagged.map(({ path }) => path),
                    true,
                  )
                }
              >
                {words.excludeFlagged(flagged.length)}
              </button>
            )}
          </ImageFilter>
          {shown.length === 0 ? (
            <p>{words.none}</p>
          ) : (
            <ImageGrid
              dataset={name}
              images={shown}
              regions={value.regions}
              onExclude={exclude}
              onLook={setLooked}
            />
          )}
          {at >= 0 && (
            <ImageView
              dataset={name}
              image={shown[at] as DatasetImage}
              region={value.regions[(shown[at] as DatasetImage).product]}
              onExclude={exclude}
              onClose={() => setLooked(undefined)}
              onStep={(step) => setLooked(shown[Math.min(shown.length - 1, Math.max(0, at + step))]?.path)}
            />
          )}
          <CommandLine command={`clad data inspect ${shellWord(`data/${name}`, false)}`} />
        </>
      )}
    </>
  );
}
