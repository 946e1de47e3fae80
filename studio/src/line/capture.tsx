/** @file Good parts filmed into a product of a data set of the workspace, to learn from. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { nameProblem, productProblem } from '../../../src/studio/names.ts';
import { whileHeld } from '../../../src/web/while-held.ts';
import { NameOptions } from '../components/name-options.tsx';
import { Notice } from '../components/notice.tsx';
import { overview, refreshOverview } from '../live.ts';
import { addressOf } from '../route.ts';
import { sentenceOf, server } from '../server.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import type { LineSession } from './session.ts';

/** Milliseconds from one picture to the next. */
const pause = 250;

export function Capture({ session }: { readonly session: LineSession }) {
  const words = texts.value.line;
  const datasets = overview.value?.datasets ?? [];
  const [chosen, setChosen] = useState<string>();
  const [named, setNamed] = useState('camera');
  const [product, setProduct] = useState('');
  const [filmed, setFilmed] = useState(0);
  const [error, setError] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const known = datasets.find(({ name }) => name === (chosen ?? datasets[0]?.name));
  const isNew = chosen === '' || !known;
  const dataset = isNew ? named : known.name;
  const problem = (isNew ? nameProblem(named) : undefined) ?? productProblem(product);
  const isReady = session.isRunning.value && problem === undefined;
  // What is held must see what was typed since it was made.
  const target = useRef({ dataset, product });
  target.current = { dataset, product };
  const take = async () => {
    const png = await session.camera.frame();
    if (!png) return false;
    const file = `camera-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.png`;
    const { dataset: into, product: of } = target.current;
    try {
      await server.upload(into, { product: of, place: 'train', kind: 'good', file }, png);
      // The page of a data set that was not there yet is known by the overview.
      if (!overview.value?.datasets.some(({ name }) => name === into)) void refreshOverview();
      setFilmed((before) => before + 1);
      setError(undefined);
      return session.camera.running;
    } catch (thrown) {
      setError(sentenceOf(thrown));
      return false;
    }
  };
  useEffect(() => {
    if (button.current && isReady) return whileHeld(button.current, pause, take);
  }, [isReady]);
  useEffect(() => setFilmed(0), [dataset, product]);
  return (
    <section class="card" aria-labelledby="capture">
      <h2 id="capture">{words.capture}</h2>
      <p class="quiet">{words.captureHint}</p>
      <div class="fields">
        <label>
          {words.dataset}
          <select
            value={isNew ? '' : dataset}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
          >
            <NameOptions names={datasets.map(({ name }) => name)} />
            <option value="">{words.newDataset}</option>
          </select>
        </label>
        {isNew && (
          <label>
            {words.datasetName}
            <input value={named} onInput={({ currentTarget }) => setNamed(currentTarget.value)} />
          </label>
        )}
        <label>
          {words.product}
          <input
            list="line-products"
            value={product}
            onInput={({ currentTarget }) => setProduct(currentTarget.value)}
          />
        </label>
        <datalist id="line-products">
          <NameOptions names={isNew ? [] : (known.products ?? [])} />
        </datalist>
      </div>
      {product !== '' && problem !== undefined && (
        <p class="notice bad">
          {texts.value.incoming.notUsable} {said(problem)}.
        </p>
      )}
      <Notice text={error} />
      <button ref={button} type="button" class="hold" disabled={!isReady}>
        {words.hold}
      </button>
      {!session.isRunning.value && <p class="quiet">{words.startFirst}</p>}
      <p role="status">
        {filmed > 0 && (
          <>
            {words.filmed(filmed, product, dataset)} <a href={addressOf('data', dataset)}>{words.look}</a>
          </>
        )}
      </p>
    </section>
  );
}
