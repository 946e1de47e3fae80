/** @file Test images as two detector files judged them, beside each other: counted, and one by one. */
import { useMemo, useState } from 'preact/hooks';
import type { ResultsView } from '../../../src/studio/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { InlineSelect, withAll } from '../components/inline-select.tsx';
import { useWidth, VirtualRows } from '../components/virtual-rows.tsx';
import { Seen } from '../results/before-after.tsx';
import { countsOf } from '../results/judged.ts';
import { texts } from '../texts/texts.ts';
import { isAlarm, type Pair, pairsOf } from './paired.ts';

type Both<T> = readonly [T, T];

const filters = ['all', 'split', 'firstWrong', 'secondWrong', 'bothWrong'] as const;
type Filter = (typeof filters)[number];

/** Pixels. */
const [cardWidth, cardHeight, gap] = [344, 292, 10];

interface PairsProps {
  readonly runs: Both<string>;
  readonly results: Both<ResultsView>;
  readonly titles: Both<string>;
}

export function Pairs({ runs, results, titles }: PairsProps) {
  const words = texts.value.compare;
  const [show, setShow] = useState<Filter>('all');
  const [product, setProduct] = useState('');
  const [looked, setLooked] = useState<string>();
  const [element, width] = useWidth<HTMLDivElement>();
  const heightOf = useMemo(() => () => cardHeight + gap, []);
  const pairs = useMemo(() => pairsOf(...results), results);
  const isOf = (pair: Pair, filter: Filter) => {
    const wrong = results.map((each, at) => {
      const { image } = pair.sides[at as 0 | 1];
      return isAlarm(image, each) !== image.anomalous;
    });
    switch (filter) {
      case 'all':
        return true;
      case 'split':
        return pair.isSplit;
      case 'firstWrong':
        return wrong[0] && !wrong[1];
      case 'secondWrong':
        return wrong[1] && !wrong[0];
      case 'bothWrong':
        return wrong[0] && wrong[1];
    }
  };
  const products = [...new Set(pairs.map(({ sides }) => sides[0].image.product))];
  const ofProduct = pairs.filter(({ sides }) => product === '' || sides[0].image.product === product);
  const shown = ofProduct.filter((pair) => isOf(pair, show));
  const columns = Math.max(1, Math.floor((width + gap) / (cardWidth + gap)));
  const seen = (pair: Pair, at: 0 | 1, isLarge = false) => (
    <Seen
      run={runs[at]}
      results={results[at]}
      {...pair.sides[at]}
      size={isLarge ? 'large' : 'small'}
      title={titles[at]}
    />
  );
  const open = pairs.find(({ path }) => path === looked);
  if (pairs.length === 0)
    return <p>{words.noCommon(results[0].dataset ?? '–', results[1].dataset ?? '–')}</p>;
  return (
    <>
      <Summary pairs={ofProduct} results={results} titles={titles} />
      <div class="filters">
        <InlineSelect
          label={texts.value.resultsPage.filter.show}
          value={show}
          options={filters.map((each) => [
            each,
            `${words.show[each]} (${ofProduct.filter((pair) => isOf(pair, each)).length})`,
          ])}
          onChange={(value) => setShow(value as Filter)}
        />
        <InlineSelect
          label={texts.value.resultsPage.product}
          value={product}
          options={withAll(texts.value.resultsPage.filter.allProducts, products)}
          onChange={setProduct}
        />
      </div>
      <p class="quiet">{words.order}</p>
      {shown.length === 0 && <p>{texts.value.resultsPage.none2}</p>}
      <div ref={element}>
        {width > 0 && (
          <VirtualRows count={Math.ceil(shown.length / columns)} heightOf={heightOf}>
            {(row) => (
              <div class={`tiles columns-${Math.min(12, columns)}`}>
                {shown.slice(row * columns, (row + 1) * columns).map((pair) => (
                  <article key={pair.path} class={`tile pair${pair.isSplit ? ' miss' : ''}`}>
                    <button type="button" class="pair-sides" onClick={() => setLooked(pair.path)}>
                      {seen(pair, 0)}
                      {seen(pair, 1)}
                    </button>
                    <p class="path">{pair.path}</p>
                  </article>
                ))}
              </div>
            )}
          </VirtualRows>
        )}
      </div>
      {open && (
        <Dialog title={open.path} wide onClose={() => setLooked(undefined)}>
          <div class="panes">
            {seen(open, 0, true)}
            {seen(open, 1, true)}
          </div>
        </Dialog>
      )}
    </>
  );
}

interface SummaryProps extends Omit<PairsProps, 'runs'> {
  readonly pairs: readonly Pair[];
}

function Summary({ pairs, results, titles }: SummaryProps) {
  const words = texts.value;
  const counts = results.map(({ thresholds }, at) =>
    countsOf(
      pairs.map(({ sides }) => sides[at as 0 | 1].image),
      thresholds,
    ),
  );
  const split = pairs.filter(({ isSplit }) => isSplit).length;
  return (
    <>
      <p role="status">
        {words.compare.common(pairs.length)}; {words.compare.split(split)}.
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label={words.compare.title}>
        <table>
          <thead>
            <tr>
              <td />
              {titles.map((title, at) => (
                <th key={at} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(['falseAlarms', 'misses'] as const).map((what) => (
              <tr key={what}>
                <th scope="row">{words.resultsPage[what]}</th>
                {counts.map((each, at) => (
                  <td key={at}>
                    {words.resultsPage.counted(each[what], what === 'misses' ? each.defective : each.good)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
