/** @file Asks what the photographs that came in show, and sends them, a few at a time; what is refused is listed, and the rest goes on. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { defectProblem, nameProblem, productProblem } from '../../../src/studio/names.ts';
import { Dialog } from '../components/dialog.tsx';
import { Notice } from '../components/notice.tsx';
import { overview, refreshOverview } from '../live.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import { ArchiveRefused, type Incoming } from './incoming.ts';
import { fileName, folderOf, isImage, isTold, judgedPlace, type Place, placeOf, Renamed } from './place.ts';

type What = 'placed' | 'judged' | 'byFolder' | 'train' | 'testGood' | 'defective';

/** Images on their way at a time. */
const atOnce = 3;
/** Refusals that are listed. */
const mostListed = 20;

interface IncomingDialogProps {
  readonly files: Promise<Incoming[]>;
  /** Data set that is shown, where there is one. */
  readonly dataset: string | undefined;
  readonly onDone: (dataset: string | undefined) => void;
}

interface Sent {
  readonly done: number;
  readonly known: number;
  readonly refused: readonly string[];
  readonly finished: boolean;
}

export function IncomingDialog({ files, dataset, onDone }: IncomingDialogProps) {
  const words = texts.value.incoming;
  const [found, setFound] = useState<readonly Incoming[]>();
  const [error, setError] = useState<string>();
  const [into, setInto] = useState(dataset ?? '');
  const [name, setName] = useState('photos');
  const [what, setWhat] = useState<What>('train');
  const [product, setProduct] = useState('part');
  const [kind, setKind] = useState('defect');
  const [sent, setSent] = useState<Sent>();
  useEffect(() => {
    files.then(
      (all) => {
        setFound(all);
        const images = all.filter(({ path }) => isImage(path));
        if (images.length > 0 && images.every(({ path }) => placeOf(path))) setWhat('placed');
        // Before products by folders: bad parts are not to be learnt as a product.
        else if (areJudged(images)) setWhat('judged');
        else if (foldersOf(images).size > 1) setWhat('byFolder');
        const [only] = foldersOf(images);
        if (!areJudged(images) && only !== undefined && productProblem(only) === undefined) setProduct(only);
      },
      (thrown: unknown) =>
        setError(thrown instanceof ArchiveRefused ? words.zip[thrown.why] : sentenceOf(thrown)),
    );
  }, [files]);

  // Made once: twenty thousand are sent one by one, and each is told.
  const { images, passed, placed, judged, folders } = useMemo(() => {
    const images = (found ?? []).filter(({ path }) => isImage(path));
    return {
      images,
      passed: (found ?? []).filter(({ path }) => !isImage(path) && isTold(path)).length,
      placed: new Set(images.map(({ path }) => placeOf(path)?.product)),
      judged: new Set(images.map(({ path }) => judgedPlace(path)?.product)),
      folders: foldersOf(images),
    };
  }, [found]);
  const isPlaced = images.length > 0 && !placed.has(undefined);
  const isJudged = images.length > 0 && !judged.has(undefined);
  const target = into === '' ? name : into;
  const problem =
    nameProblem(target) ??
    (what === 'placed' || what === 'byFolder' ? undefined : productProblem(product)) ??
    (what === 'defective' ? defectProblem(kind) : undefined);

  const placeFor = (path: string): Place => {
    const file = fileName(path);
    switch (what) {
      case 'placed':
        return placeOf(path) as Place;
      case 'judged': {
        const place = judgedPlace(path) as Place;
        return judged.size > 1 && place.product !== '' ? place : { ...place, product };
      }
      case 'byFolder':
        return { product: folderOf(path) ?? product, place: 'train', kind: 'good', file };
      case 'train':
        return { product, place: 'train', kind: 'good', file };
      case 'testGood':
        return { product, place: 'test', kind: 'good', file };
      case 'defective':
        return { product, place: 'test', kind, file };
    }
  };

  const send = async (event: Event) => {
    event.preventDefault();
    const state = { done: 0, known: 0, refused: [] as string[] };
    const tell = (finished: boolean) => setSent({ ...state, refused: [...state.refused], finished });
    tell(false);
    const renamed = new Renamed();
    const worker = async (waiting: Incoming[]) => {
      for (let each = waiting.shift(); each; each = waiting.shift()) {
        try {
          const place = placeFor(each.path);
          const { path, known } = await server.upload(target, renamed.maskOf(place), await each.read());
          renamed.note(place, path);
          if (known) state.known++;
        } catch (thrown) {
          state.refused.push(
            `${each.path}: ${thrown instanceof ArchiveRefused ? words.zip[thrown.why] : sentenceOf(thrown)}`,
          );
        }
        state.done++;
        tell(false);
      }
    };
    const isMask = ({ path }: Incoming) => placeFor(path).place === 'mask';
    window.addEventListener('beforeunload', ask);
    // Ground truth after the images, as it is called after them.
    for (const waiting of [images.filter((each) => !isMask(each)), images.filter(isMask)])
      await Promise.all(Array.from({ length: atOnce }, () => worker(waiting)));
    window.removeEventListener('beforeunload', ask);
    if (state.done > state.refused.length)
      await server
        .add({ kind: 'inspect', dataset: target })
        .catch((thrown: unknown) => setError(sentenceOf(thrown)));
    // The page that follows shows a data set that may be new.
    await refreshOverview();
    tell(true);
  };

  const close = () => onDone(sent?.finished && sent.done > sent.refused.length ? target : undefined);
  const option = (value: What, text: string) => (
    <label class="choice">
      <input type="radio" name="what" checked={what === value} onChange={() => setWhat(value)} />
      {text}
    </label>
  );
  return (
    <Dialog title={words.title(images.length)} onClose={close} canClose={!sent || sent.finished}>
      {!found && !error && <p role="status">{words.reading}</p>}
      <Notice text={error} />
      {sent ? (
        <div>
          <progress value={sent.done} max={images.length} aria-label={words.title(images.length)} />
          <p role="status">
            {sent.finished
              ? words.done(sent.done - sent.refused.length - sent.known)
              : words.sending(sent.done, images.length)}{' '}
            {sent.known > 0 && words.known(sent.known)}
          </p>
          {sent.refused.length > 0 && (
            <>
              <p>{words.refused(sent.refused.length)}</p>
              <ul class="refused">
                {sent.refused.slice(0, mostListed).map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </>
          )}
          {sent.finished && (
            <button type="button" class="primary" onClick={close}>
              {texts.value.close}
            </button>
          )}
        </div>
      ) : (
        found && (
          <form onSubmit={(event) => void send(event)}>
            <label>
              {words.dataset}
              <select value={into} onChange={({ currentTarget }) => setInto(currentTarget.value)}>
                {(overview.value?.datasets ?? []).map((each) => (
                  <option key={each.name} value={each.name}>
                    {each.name}
                  </option>
                ))}
                <option value="">{words.newDataset}</option>
              </select>
            </label>
            {into === '' && (
              <label>
                {words.name}
                <input value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} />
              </label>
            )}
            <fieldset>
              <legend>{words.what}</legend>
              {isPlaced && option('placed', words.placed(placed.size))}
              {isJudged && option('judged', words.judged)}
              {folders.size > 1 && option('byFolder', words.byFolder(folders.size))}
              {option('train', words.train)}
              {option('testGood', words.testGood)}
              {option('defective', words.defective)}
            </fieldset>
            {what !== 'placed' && what !== 'byFolder' && (
              <label>
                {words.product}
                <input value={product} onInput={({ currentTarget }) => setProduct(currentTarget.value)} />
              </label>
            )}
            {what === 'defective' && (
              <label>
                {words.kind}
                <input value={kind} onInput={({ currentTarget }) => setKind(currentTarget.value)} />
              </label>
            )}
            {images.length === 0 && <p class="notice bad">{words.none}</p>}
            {passed > 0 && <p class="quiet">{words.passed(passed)}</p>}
            {problem !== undefined && (
              <p class="notice bad">
                {words.notUsable} {said(problem)}.
              </p>
            )}
            <button type="submit" class="primary" disabled={images.length === 0 || problem !== undefined}>
              {words.start}
            </button>
          </form>
        )
      )}
    </Dialog>
  );
}

/** Keeps people from leaving while photographs are on their way. */
function ask(event: Event): void {
  event.preventDefault();
}

function areJudged(images: readonly Incoming[]): boolean {
  return images.length > 0 && images.every(({ path }) => judgedPlace(path));
}

function foldersOf(images: readonly Incoming[]): Set<string> {
  return new Set(images.map(({ path }) => folderOf(path)).filter((each) => each !== undefined));
}
