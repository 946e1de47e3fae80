/** @file Products worst first: what the evaluation measured, and what the thresholds of now make of the test images. */
import type { EvaluationDocument } from '../../../src/jobs/evaluate/evaluate.ts';
import type { RunView } from '../../../src/studio/api.ts';
import { fraction } from '../format.ts';
import { texts } from '../texts/texts.ts';
import { costOf, type Thresholds } from './judged.ts';

/** Products with the lowest image AUROC first; those without one last. */
export function worstFirst(classes: readonly string[], evaluation: EvaluationDocument | null): string[] {
  const value = (name: string) => evaluation?.classes[name]?.imageAuroc ?? Number.POSITIVE_INFINITY;
  return classes.toSorted((a, b) => value(a) - value(b));
}

interface ProductTableProps {
  readonly evaluation: EvaluationDocument;
  readonly products: readonly string[];
  readonly product: string | undefined;
  readonly thresholds: Thresholds;
  readonly results: RunView['results'];
  readonly onChoose: (product: string) => void;
}

export function ProductTable({
  evaluation,
  products,
  product,
  thresholds,
  results,
  onChoose,
}: ProductTableProps) {
  const words = texts.value.resultsPage;
  const row = (record: EvaluationDocument['mean'] | undefined) =>
    [record?.imageAuroc, record?.pixelAuroc, record?.aupro].map((value, at) => (
      <td key={at}>{fraction(value)}</td>
    ));
  const counted = (name: string, what: 'falseAlarms' | 'misses') => {
    const share = results && costOf(results.images, name, thresholds[name] ?? Number.POSITIVE_INFINITY)[what];
    return share ? words.counted(share.count, share.of) : '–';
  };
  return (
    <section aria-labelledby="products">
      <h2 id="products">{words.products}</h2>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="products">
        <table>
          <thead>
            <tr>
              {[
                words.product,
                words.imageAuroc,
                words.pixelAuroc,
                words.aupro,
                words.falseAlarms,
                words.misses,
              ].map((each) => (
                <th key={each} scope="col">
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {products.map((name) => (
              <tr key={name} class={name === product ? 'chosen' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    aria-pressed={name === product}
                    onClick={() => onChoose(name)}
                  >
                    {name}
                  </button>
                </th>
                {row(evaluation.classes[name])}
                <td>{counted(name, 'falseAlarms')}</td>
                <td>{counted(name, 'misses')}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{words.mean}</th>
              {row(evaluation.mean)}
              <td />
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      {(evaluation.images?.trainedOn ?? 0) > 0 && (
        <p class="notice">{texts.value.marks.learntFrom(evaluation.images.trainedOn ?? 0)}</p>
      )}
    </section>
  );
}
