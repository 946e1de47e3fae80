/** @file The train page: one button after what it will take, all options behind it, and the jobs with how far they are. */
import { useEffect, useState } from 'preact/hooks';
import type { JobView, Sight, TrainChoices, TrainSettings } from '../../../src/studio/api.ts';
import { nameProblem } from '../../../src/studio/names.ts';
import { Choice } from '../components/choice.tsx';
import { DatasetSelect } from '../components/dataset-select.tsx';
import { JobCard } from '../components/job-card.tsx';
import { NameOptions } from '../components/name-options.tsx';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { busyJobs, jobs, overview } from '../live.ts';
import { addressOf } from '../route.ts';
import { addresses, sentenceOf, server } from '../server.ts';
import { meaning, said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { LossCharts } from './loss-chart.tsx';
import { type Changes, OptionForm } from './option-form.tsx';
import { PlanCard } from './plan-card.tsx';
import { allowed, drawnFor, WhereToLook } from './where-to-look.tsx';

export function TrainPage({ dataset: asked }: { readonly dataset: string | undefined }) {
  const words = texts.value.trainPage;
  const datasets = overview.value?.datasets ?? [];
  const dataset = datasets.some(({ name }) => name === asked) ? asked : datasets[0]?.name;
  const { value: choices, error } = useAsked(server.choices, []);
  return (
    <>
      <h1>{words.title}</h1>
      <Notice text={error} />
      {overview.value && dataset === undefined && (
        <p>
          {words.noData} <a href={addressOf('data')}>{words.toData}</a>
        </p>
      )}
      {dataset !== undefined && choices && <TrainForm key={dataset} dataset={dataset} choices={choices} />}
      <JobList />
    </>
  );
}

/** `demo-1`, or the next number that no run has. */
function freeName(dataset: string): string {
  const taken = new Set([
    ...(overview.value?.runs ?? []).map(({ name }) => name),
    ...jobs.value.filter(({ kind }) => kind === 'train').map(({ subject }) => subject),
  ]);
  for (let number = 1; ; number++) if (!taken.has(`${dataset}-${number}`)) return `${dataset}-${number}`;
}

const devices = ['cpu', 'webgpu', 'cuda'] as const;
const precisions = ['fp32', 'fp16', 'int8'] as const;
type Device = (typeof devices)[number];
type Precision = (typeof precisions)[number];

interface TrainFormProps {
  readonly dataset: string;
  readonly choices: TrainChoices;
}

function TrainForm({ dataset, choices: { methods, backbones } }: TrainFormProps) {
  const words = texts.value.trainPage;
  const [run, setRun] = useState<string>();
  const [methodName, setMethod] = useState(methods[0]?.name ?? '');
  const method = methods.find(({ name }) => name === methodName);
  const [preset, setPreset] = useState(method?.presets[0] ?? '');
  const [backbone, setBackbone] = useState(backbones[0] ?? '');
  const [device, setDevice] = useState<Device>('cpu');
  const [precision, setPrecision] = useState<Precision>('fp32');
  const [sight, setSight] = useState<Sight>({});
  const [changes, setChanges] = useState<Changes>({});
  const [error, setError] = useState<string>();
  const [starting, setStarting] = useState(false);
  const { value: data } = useAsked(() => server.dataset(dataset), [dataset]);
  const regions = Object.keys(data?.regions ?? {});
  const [keepsTo, setKeepsTo] = useState(true);
  const drawn = drawnFor(keepsTo ? Object.values(data?.regions ?? {}) : []);
  const excluded = data?.images.filter((image) => image.excluded).length ?? 0;
  // To measure beside a training would slow it, and measure wrongly.
  const isBusy = busyJobs.value.some(({ kind }) => ['train', 'evaluate', 'update'].includes(kind));
  const name = run ?? freeName(dataset);
  const problem = nameProblem(name);
  const settings: TrainSettings = {
    dataset,
    method: methodName,
    preset,
    changes,
    ...(backbone !== backbones[0] && { backbone }),
    ...(precision !== 'fp32' && { backbonePrecision: precision }),
    ...(device !== 'cpu' && { device }),
    ...allowed(sight, drawn),
    ...(regions.length > 0 && !keepsTo && { regions: false }),
  };
  const start = async (event: Event) => {
    event.preventDefault();
    setStarting(true);
    try {
      await server.add({ kind: 'train', run: name, ...settings });
      setRun(undefined);
      setError(undefined);
    } catch (thrown) {
      setError(sentenceOf(thrown));
    } finally {
      setStarting(false);
    }
  };
  const choose = (each: string) => {
    setMethod(each);
    setPreset(methods.find((one) => one.name === each)?.presets[0] ?? '');
    setChanges({});
  };
  return (
    <form class="card train" onSubmit={(event) => void start(event)}>
      <div class="fields">
        <DatasetSelect page="train" dataset={dataset} label={words.dataset} />
        <label>
          {words.run}
          <input value={name} onInput={({ currentTarget }) => setRun(currentTarget.value)} />
        </label>
      </div>
      {problem !== undefined && (
        <p class="notice bad">
          {texts.value.incoming.notUsable} {said(problem)}.
        </p>
      )}
      <WhereToLook sight={sight} onChange={setSight} drawn={drawn}>
        {regions.length > 0 && (
          <Choice
            text={words.regions}
            hint={regions.map((product) => (
              <a key={product} href={addressOf('data', dataset, 'region', product)}>
                {product}{' '}
              </a>
            ))}
            checked={keepsTo}
            onChange={setKeepsTo}
          />
        )}
      </WhereToLook>
      {excluded > 0 && <p>{words.excluded(excluded)}</p>}
      {isBusy ? <p class="quiet">{words.plan.later}</p> : <PlanCard settings={settings} />}
      <Notice text={error} />
      <button type="submit" class="primary big" disabled={problem !== undefined || starting}>
        {words.start}
      </button>
      <details>
        <summary>
          {words.options} <span class="quiet">({words.changed(Object.keys(changes).length)})</span>
        </summary>
        <div class="fields">
          <label>
            {words.method}
            <select value={methodName} onChange={({ currentTarget }) => choose(currentTarget.value)}>
              <NameOptions names={methods.map((each) => each.name)} />
            </select>
          </label>
          <label>
            {words.preset}
            <select
              value={preset}
              onChange={({ currentTarget }) => {
                setPreset(currentTarget.value);
                setChanges({});
              }}
            >
              <NameOptions names={method?.presets ?? []} />
            </select>
          </label>
          <NameSelect label={words.backbone} names={backbones} value={backbone} onChange={setBackbone} />
          <NameSelect label={words.precision} names={precisions} value={precision} onChange={setPrecision} />
          <NameSelect label={words.device} names={devices} value={device} onChange={setDevice} />
        </div>
        <p class="quiet">{meaning(method?.summary)}</p>
        {Object.keys(changes).length > 0 && (
          <button type="button" onClick={() => setChanges({})}>
            {words.reset}
          </button>
        )}
        {method && (
          <OptionForm
            schema={method.schema}
            preset={method.schema.presets[preset]}
            changes={changes}
            onChange={setChanges}
          />
        )}
      </details>
    </form>
  );
}

interface NameSelectProps<Name extends string> {
  readonly label: string;
  readonly names: readonly Name[];
  readonly value: Name;
  readonly onChange: (name: Name) => void;
}

function NameSelect<Name extends string>({ label, names, value, onChange }: NameSelectProps<Name>) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as Name)}>
        <NameOptions names={names} />
      </select>
    </label>
  );
}

function JobList() {
  const words = texts.value.trainPage;
  const newest = jobs.value.toReversed();
  return (
    <section aria-labelledby="jobs">
      <h2 id="jobs">{words.jobs}</h2>
      {newest.length === 0 && <p class="quiet">{words.noJobs}</p>}
      {newest.map((job) => (
        <div key={job.id}>
          <JobCard job={job} full />
          {job.kind === 'train' && job.state === 'running' && <Training job={job} />}
        </div>
      ))}
    </section>
  );
}

/** Milliseconds between two looks at what a training has written. */
const look = 3000;

/** Losses and samples of a training that runs. */
function Training({ job }: { readonly job: JobView }) {
  const words = texts.value.trainPage;
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((before) => before + 1), look);
    return () => clearInterval(timer);
  }, []);
  // Before it has begun there is no folder to ask about; it is asked again.
  const { value } = useAsked(
    async () => ({ log: await server.log(job.subject), run: await server.run(job.subject) }),
    [turn],
  );
  return (
    <div class="training">
      {value && <LossCharts log={value.log} />}
      {value && value.run.samples.length > 0 && (
        <details open>
          <summary>{words.samples}</summary>
          <p class="quiet">{words.samplesHint}</p>
          <div class="samples">
            {value.run.samples.map((file) => (
              <figure key={file}>
                <img
                  src={addresses.runPicture(job.subject, 'samples', file)}
                  alt={`${words.samples}: ${file.replace(/\.png$/, '')}`}
                  loading="lazy"
                />
                <figcaption>{file.replace(/\.png$/, '')}</figcaption>
              </figure>
            ))}
          </div>
        </details>
      )}
    </div>
  );
}
