/** @file Test images as a detector file of before judged them and as the one of now does: the marked ones one by one, all of them counted. */
import type { ResultImage, ResultsView } from '../../../src/studio/api.ts';
import { scoreText } from '../format.ts';
import { texts } from '../texts/texts.ts';
import { type Counts, countsOf, judgementOf } from './judged.ts';
import { Photograph } from './photograph.tsx';

interface BeforeAfterProps {
  readonly run: string;
  readonly before: ResultsView;
  readonly now: ResultsView;
  /** Images that it has learnt from, below the data set. */
  readonly learnt: readonly string[];
}

export function BeforeAfter({ run, before, now, learnt }: BeforeAfterProps) {
  const words = texts.value.marks;
  const cell = (results: ResultsView, path: string) => {
    const index = results.images.findIndex((image) => image.path === path);
    const image = results.images[index];
    return <td>{image && <Seen run={run} results={results} image={image} index={index} />}</td>;
  };
  const isOther = ({ path }: ResultImage) => !learnt.includes(path);
  const [all, others] = [
    [before, now],
    [before, now],
  ].map((pair, at) =>
    pair.map(({ images, thresholds }) => countsOf(at === 0 ? images : images.filter(isOther), thresholds)),
  ) as [Counts[], Counts[]];
  return (
    <>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="learnt">
        <table class="before-after">
          <BeforeAndNow />
          {/* Its name above the two, so that both fit beside each other on a phone. */}
          {learnt.map((path) => (
            <tbody key={path}>
              <tr>
                <th scope="rowgroup" colSpan={2} class="path">
                  {path}
                </th>
              </tr>
              <tr>
                {cell(before, path)}
                {cell(now, path)}
              </tr>
            </tbody>
          ))}
        </table>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label={words.set}>
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">{words.set}</th>
              <th scope="col">{words.before}</th>
              <th scope="col">{words.now}</th>
            </tr>
          </thead>
          <tbody>
            {(
              [
                [words.allImages, all],
                [words.others, others],
              ] as const
            ).flatMap(([set, counts]) =>
              (['falseAlarms', 'misses'] as const).map((what) => (
                <tr key={`${set} ${what}`}>
                  <th scope="row">
                    {texts.value.resultsPage[what]}, {set}
                  </th>
                  {counts.map((each, at) => (
                    <td key={at}>
                      {texts.value.resultsPage.counted(
                        each[what],
                        what === 'misses' ? each.defective : each.good,
                      )}
                    </td>
                  ))}
                </tr>
              )),
            )}
          </tbody>
        </table>
      </div>
      <p class="quiet">{words.othersHint}</p>
    </>
  );
}

interface SeenProps {
  readonly run: string;
  readonly results: ResultsView;
  readonly image: ResultImage;
  readonly index: number;
  readonly size?: 'small' | 'large';
  /** Which of them, where the page does not say it above. */
  readonly title?: string;
}

/** An image with what one detector file says of it. */
export function Seen({ run, results, image, index, size = 'small', title }: SeenProps) {
  const words = texts.value;
  const judgement = judgementOf(image, results.thresholds);
  const threshold = results.thresholds[image.recognisedAs];
  return (
    <figure class="seen">
      <Photograph
        {...{ run, results, image, index, size }}
        overlay={{ heat: true, opacity: 0.9, truth: false }}
        alt={title === undefined ? image.path : `${image.path}: ${title}`}
      />
      <figcaption>
        {title !== undefined && <span class="quiet title">{title}</span>}
        <strong class={`verdict-badge ${judgement}`}>{words.resultsPage[judgement]}</strong>
        <span>
          {threshold === undefined
            ? scoreText(image.score)
            : words.marks.judged(scoreText(image.score), scoreText(threshold))}
        </span>
      </figcaption>
    </figure>
  );
}

/** What the columns of a table are. */
export function BeforeAndNow() {
  const words = texts.value.marks;
  return (
    <thead>
      <tr>
        <th scope="col">{words.before}</th>
        <th scope="col">{words.now}</th>
      </tr>
    </thead>
  );
}
