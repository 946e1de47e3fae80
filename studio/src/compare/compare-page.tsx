/** @file Two runs, or two versions of one, on the same test images. */
import { useMemo } from 'preact/hooks';
import type { ResultsView, RunView } from '../../../src/studio/api.ts';
import { NameOptions } from '../components/name-options.tsx';
import { Notice } from '../components/notice.tsx';
import { type Asked, useAsked } from '../components/use-asked.ts';
import { moment } from '../format.ts';
import { changes, overview } from '../live.ts';
import { addressOf, go } from '../route.ts';
import { server } from '../server.ts';
import { texts } from '../texts/texts.ts';
import { Pairs } from './pairs.tsx';

/** Which detector file of a run: `now`, `file-NAME` of `detectors/`, or `key-KEY` of one that was replaced. */
type Which = string;

interface Choice {
  readonly run: string;
  readonly which: Which;
}

/** Steps of the address behind `compare`: run and file of the first, and of the second. */
export function ComparePage({ steps }: { readonly steps: readonly string[] }) {
  const words = texts.value.compare;
  const runs = (overview.value?.runs ?? []).filter(({ finished }) => finished);
  const known = (name: string | undefined) => runs.find((run) => run.name === name)?.name;
  const firstRun = known(steps[0]) ?? runs[0]?.name;
  const first = useSide(firstRun, steps[1] ?? 'now');
  // Of what was not said: the version of before, or another run on the same data.
  const dataset = runs.find(({ name }) => name === firstRun)?.dataset;
  const another = runs.find((run) => run.name !== firstRun && run.dataset === dataset)?.name;
  const before = first.run?.earlier.at(-1)?.key;
  const secondRun = known(steps[2]) ?? (before === undefined ? (another ?? firstRun) : firstRun);
  const second = useSide(secondRun, steps[3] ?? (before === undefined ? 'now' : `key-${before}`));
  if (firstRun === undefined || secondRun === undefined)
    return (
      <>
        <h1>{words.title}</h1>
        {overview.value && (
          <p>
            {texts.value.resultsPage.none} <a href={addressOf('train')}>{texts.value.resultsPage.toTrain}</a>
          </p>
        )}
      </>
    );
  const choices = [first.choice, second.choice] as const;
  const choose = (at: 0 | 1, choice: Choice) => {
    const [a, b] = at === 0 ? [choice, choices[1]] : [choices[0], choice];
    go('compare', a.run, a.which, b.run, b.which);
  };
  const names = runs.map(({ name }) => name);
  return (
    <>
      <h1>{words.title}</h1>
      <div class="fields">
        <SideSelect label={words.first} side={first} names={names} onChoose={(to) => choose(0, to)} />
        <SideSelect label={words.second} side={second} names={names} onChoose={(to) => choose(1, to)} />
      </div>
      <Notice text={first.error ?? second.error} />
      {[first, second].map(
        ({ run, results, choice }, at) =>
          run && results === null && <p key={at}>{words.unevaluated(choice.run)}</p>,
      )}
      {first.results && second.results && (
        <Pairs
          runs={[first.choice.run, second.choice.run]}
          results={[first.results, second.results]}
          titles={[titleOf(first), titleOf(second)]}
        />
      )}
    </>
  );
}

interface SideState {
  readonly choice: Choice;
  readonly run: RunView | undefined;
  /** Null where the run was not evaluated; undefined until that is known. */
  readonly results: ResultsView | null | undefined;
  readonly error: string | undefined;
}

/** What one detector file saw. */
function useSide(name = '', wanted: Which): SideState {
  const { value, error } = useAsked(name === '' ? undefined : () => server.run(name), [
    name,
    changes.value.runs,
  ]);
  const run = value?.name === name ? value : undefined;
  // One that is not there any more gives way to the one that is.
  const which = run && !whichOf(run).some(([each]) => each === wanted) ? 'now' : wanted;
  const key = which.startsWith('key-') ? which.slice('key-'.length) : undefined;
  const earlier: Asked<ResultsView> = useAsked(
    key === undefined || !run ? undefined : () => server.results(name, key),
    [name, key, run !== undefined],
  );
  const results = useMemo(() => {
    if (!run) return undefined;
    if (key !== undefined) return earlier.value?.key === key ? earlier.value : undefined;
    const version = run.versions.find(({ file }) => `file-${file}` === which);
    return run.results && version ? { ...run.results, thresholds: version.thresholds } : run.results;
  }, [run, which, earlier.value]);
  return { choice: { run: name, which }, run, results, error: error ?? earlier.error };
}

/** Files of a run that can be compared, with their names. */
function whichOf({ versions, earlier }: RunView): [which: Which, name: string][] {
  const words = texts.value.compare;
  return [
    ['now', words.now],
    ...versions.flatMap(({ file }): [Which, string][] => (file === null ? [] : [[`file-${file}`, file]])),
    ...earlier
      .toReversed()
      .map(({ key, version, until }): [Which, string] => [
        `key-${key}`,
        words.earlier(version, moment(until)),
      ]),
  ];
}

function titleOf({ choice, run }: SideState): string {
  const name = run && whichOf(run).find(([which]) => which === choice.which)?.[1];
  return `${choice.run}, ${name ?? ''}`;
}

interface SideSelectProps {
  readonly label: string;
  readonly side: SideState;
  readonly names: readonly string[];
  readonly onChoose: (choice: Choice) => void;
}

function SideSelect({ label, side: { choice, run }, names, onChoose }: SideSelectProps) {
  const words = texts.value.compare;
  return (
    <fieldset>
      <legend>{label}</legend>
      <select
        aria-label={words.run(label)}
        value={choice.run}
        onChange={({ currentTarget }) => onChoose({ run: currentTarget.value, which: 'now' })}
      >
        <NameOptions names={names} />
      </select>
      <select
        aria-label={words.version(label)}
        value={choice.which}
        onChange={({ currentTarget }) => onChoose({ ...choice, which: currentTarget.value })}
      >
        {(run ? whichOf(run) : [[choice.which, words.now] as const]).map(([which, name]) => (
          <option key={which} value={which}>
            {name}
          </option>
        ))}
      </select>
    </fieldset>
  );
}
