/** @file The form that has a folder watched: which, with what detector, and what becomes of its photographs, said before it begins. */
import { useState } from 'preact/hooks';
import { InlineSelect } from '../components/inline-select.tsx';
import { NameOptions } from '../components/name-options.tsx';
import { Notice } from '../components/notice.tsx';
import { useAsked } from '../components/use-asked.ts';
import { countText } from '../format.ts';
import { changes, heardOf, overview } from '../live.ts';
import { addressOf, go } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { texts } from '../texts/texts.ts';

/** What becomes of photographs that were judged: they stay, or are moved and all kept, or the oldest removed. */
type Photographs = 'stay' | 'all' | 'some';

/** Where they are moved to, unless somebody says otherwise. */
function sortedFolder(folder: string): string {
  const name = folder.split(/[\\/]/).findLast((each) => each.trim() !== '' && each !== '.');
  return name === undefined ? 'sorted' : `sorted/${name.trim()}`;
}

export function NewWatch() {
  const words = texts.value.line;
  const runs = (overview.value?.runs ?? []).filter(({ finished }) => finished);
  const [chosen, setChosen] = useState<string>();
  const [version, setVersion] = useState('');
  const [folder, setFolder] = useState('');
  const [photographs, setPhotographs] = useState<Photographs>('stay');
  const [target, setTarget] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const [isSending, setSending] = useState(false);
  const run = runs.find(({ name }) => name === chosen)?.name ?? runs[0]?.name;
  const { value } = useAsked(run === undefined ? undefined : () => server.run(run), [
    run,
    changes.value.runs,
  ]);
  const { value: offered } = useAsked(() => server.watchFolders(), []);
  const gigabytes = countText((overview.value?.keepSize ?? 0) / 1e9);
  const files = (value?.name === run ? value?.versions : undefined)?.map(({ file }) => file) ?? [];
  const into = target ?? sortedFolder(folder);
  const isMoved = photographs !== 'stay';
  const start = async (event: Event) => {
    event.preventDefault();
    if (run === undefined) return;
    setRefused(undefined);
    setSending(true);
    try {
      const known = files.includes(version) ? { version } : {};
      const asked = { run, ...known, folder: folder.trim() };
      const watch = await server.watch(
        photographs === 'stay'
          ? asked
          : { ...asked, move: { folder: into.trim(), removeOldest: photographs === 'some' } },
      );
      heardOf(watch);
      go('watch', String(watch.id));
    } catch (thrown) {
      setRefused(sentenceOf(thrown));
      setSending(false);
    }
  };
  if (overview.value && run === undefined)
    return (
      <p>
        {texts.value.resultsPage.none} <a href={addressOf('train')}>{texts.value.resultsPage.toTrain}</a>
      </p>
    );
  return (
    <form class="card" onSubmit={(event) => void start(event)}>
      <h2>{words.watchTitle}</h2>
      <p class="quiet">{words.watchHint}</p>
      <div class="fields">
        <label>
          {words.folder}
          <input
            list="watch-folders"
            autocomplete="off"
            value={folder}
            onInput={({ currentTarget }) => setFolder(currentTarget.value)}
          />
        </label>
        <datalist id="watch-folders">
          <NameOptions names={offered?.folders ?? []} />
        </datalist>
        <label>
          {words.detector}
          <select
            value={run ?? ''}
            onChange={({ currentTarget }) => {
              setChosen(currentTarget.value);
              setVersion('');
            }}
          >
            <NameOptions names={runs.map(({ name }) => name)} />
          </select>
        </label>
        {files.length > 1 && (
          <InlineSelect
            label={words.version}
            value={version}
            options={files.map((file) => [
              file ?? '',
              texts.value.resultsPage.versionName(file, value?.version ?? 1),
            ])}
            onChange={setVersion}
          />
        )}
      </div>
      <p class="quiet">{words.folderHint}</p>
      <div class="fields">
        <label>
          {words.photographs}
          <select
            value={photographs}
            onChange={({ currentTarget }) => setPhotographs(currentTarget.value as Photographs)}
          >
            {(['stay', 'all', 'some'] as const).map((each) => (
              <option key={each} value={each}>
                {words.photographsBecome[each](gigabytes)}
              </option>
            ))}
          </select>
        </label>
        {isMoved && (
          <label>
            {words.moveInto}
            <input
              autocomplete="off"
              value={into}
              onInput={({ currentTarget }) => setTarget(currentTarget.value)}
            />
          </label>
        )}
      </div>
      {isMoved && (
        <p class="notice" role="status">
          {words.moveHint(folder.trim(), into.trim())} {words.moveKeeps[photographs](gigabytes)}
        </p>
      )}
      <Notice text={refused} />
      <button
        type="submit"
        class="primary"
        disabled={folder.trim() === '' || (isMoved && into.trim() === '') || isSending}
      >
        {words.watchStart}
      </button>
    </form>
  );
}
