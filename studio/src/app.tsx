/** @file The frame of all pages: the way between them, what runs, and the token where one is asked for. */
import { useEffect, useState } from 'preact/hooks';
import { ComparePage } from './compare/compare-page.tsx';
import { Notice } from './components/notice.tsx';
import { DataPage } from './data/data-page.tsx';
import { LinePage } from './line/line-page.tsx';
import { WatchPage } from './line/watch-page.tsx';
import { busyJobs, connected, listen, overview } from './live.ts';
import { ResultsPage } from './results/results-page.tsx';
import { addressOf, route } from './route.ts';
import { locked, sentenceOf, server } from './server.ts';
import { choose, language, languages, texts } from './texts/texts.ts';
import { TrainPage } from './train/train-page.tsx';

const pages = ['data', 'train', 'results', 'line'] as const;

export function App() {
  const [page = 'data', ...rest] = route.value;
  const words = texts.value;
  // To compare is a way of looking at results, a watched folder one of the line.
  const within = { compare: 'results', watch: 'line' } as const;
  const shown =
    page === 'compare' || page === 'watch' ? within[page] : (pages.find((each) => each === page) ?? 'data');
  const titles = { data: words.data, train: words.train, results: words.results, line: words.line.title };
  useEffect(() => {
    document.documentElement.lang = language.value;
    document.title = `${titles[shown]} · ${words.title}`;
  });
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.skip}
      </button>
      <header class="top">
        <a class="brand" href={addressOf('data')}>
          clad <span>studio</span>
        </a>
        <nav aria-label={words.pages}>
          {pages.map((each) => (
            <a key={each} href={addressOf(each)} aria-current={each === shown ? 'page' : undefined}>
              {titles[each]}
              {each === 'train' && busyJobs.value.length > 0 && (
                <span class="badge">{busyJobs.value.length}</span>
              )}
            </a>
          ))}
        </nav>
        {languages.length > 1 && (
          <select
            class="language"
            aria-label={words.languages}
            value={language.value}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
          >
            {languages.map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        )}
      </header>
      {!connected.value && !locked.value && (
        <p class="notice bad" role="status">
          {words.lost}
        </p>
      )}
      <main id="main" tabIndex={-1}>
        {locked.value ? (
          <SignIn />
        ) : page === 'compare' ? (
          <ComparePage steps={rest} />
        ) : shown === 'data' ? (
          <DataPage name={rest[0]} task={rest[1]} of={rest[2]} />
        ) : shown === 'train' ? (
          <TrainPage dataset={rest[0]} />
        ) : page === 'watch' ? (
          <WatchPage id={rest[0]} />
        ) : shown === 'line' ? (
          <LinePage run={rest[0]} version={rest[1]} />
        ) : (
          <ResultsPage name={rest[0]} />
        )}
      </main>
      <footer class="quiet">
        {overview.value && (
          <>
            clad {overview.value.version} · <span class="path">{overview.value.folder}</span>
          </>
        )}
      </footer>
    </>
  );
}

function SignIn() {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const words = texts.value.signIn;
  const open = async (event: Event) => {
    event.preventDefault();
    try {
      await server.signIn(token);
      locked.value = false;
      listen();
    } catch (thrown) {
      setError(sentenceOf(thrown));
    }
  };
  return (
    <form class="card narrow" onSubmit={(event) => void open(event)}>
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      <label>
        {words.token}
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <Notice text={error} />
      <button type="submit" class="primary" disabled={token === ''}>
        {words.go}
      </button>
    </form>
  );
}
