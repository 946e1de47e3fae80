/** @file Test images by their score, the highest first, with what the thresholds of now make of them. */
import { useMemo, useState } from 'preact/hooks';
import { heatStops, legendGradient } from '../../../src/detector/heat/heat-legend.ts';
import type { ResultImage, ResultsView } from '../../../src/studio/api.ts';
import { InlineSelect, withAll } from '../components/inline-select.tsx';
import { useWidth, VirtualRows } from '../components/virtual-rows.tsx';
import { kindText, scoreText } from '../format.ts';
import { texts } from '../texts/texts.ts';
import { type Judgement, judgementOf, type Thresholds } from './judged.ts';
import { MarkButton, type Marks } from './mark-button.tsx';
import { type Overlay, Photograph } from './photograph.tsx';
import { Viewer } from './viewer.tsx';

const filters = ['all', 'wrong', 'misses', 'falseAlarms', 'defective', 'good'] as const;
type Filter = (typeof filters)[number];

const gradient = legendGradient({ stops: heatStops() });
/** Pixels. */
const [tileWidth, tileHeight, gap] = [190, 290, 10];

interface GalleryProps {
  readonly run: string;
  readonly results: ResultsView;
  readonly thresholds: Thresholds;
  readonly marks: Marks;
}

interface Placed {
  readonly image: ResultImage;
  readonly index: number;
}

export function Gallery({ run, results, thresholds, marks }: GalleryProps) {
  const words = texts.value.resultsPage;
  const [show, setShow] = useState<Filter>('all');
  const [product, setProduct] = useState('');
  const [kind, setKind] = useState('');
  const [overlay, setOverlay] = useState<Overlay>({ heat: true, opacity: 0.9, truth: false });
  const [looked, setLooked] = useState<number>();
  const [element, width] = useWidth<HTMLDivElement>();
  const placed = useMemo(
    () =>
      results.images
        .map((image, index): Placed => ({ image, index }))
        .sort((a, b) => b.image.score - a.image.score),
    [results],
  );
  const shown = useMemo(
    () =>
      placed.filter(
        ({ image }) =>
          (product === '' || image.product === product) &&
          (kind === '' || image.kind === kind) &&
          isShown(image, show, thresholds),
      ),
    [placed, product, kind, show, thresholds],
  );
  const counts = useMemo(
    () => filters.map((each) => placed.filter(({ image }) => isShown(image, each, thresholds)).length),
    [placed, thresholds],
  );
  const products = useMemo(() => [...new Set(results.images.map((image) => image.product))], [results]);
  const kinds = [
    ...new Set(
      results.images
        .filter((image) => product === '' || image.product === product)
        .map((image) => image.kind),
    ),
  ];
  const columns = Math.max(2, Math.floor((width + gap) / (tileWidth + gap)));
  const heightOf = useMemo(() => () => tileHeight + gap, []);
  const at = shown.findIndex(({ index }) => index === looked);
  return (
    <section aria-labelledby="gallery">
      <h2 id="gallery">{words.gallery}</h2>
      <div class="filters">
        <InlineSelect
          label={words.filter.show}
          value={show}
          options={filters.map((each, at) => [each, `${words.filter[each]} (${counts[at]})`])}
          onChange={(value) => setShow(value as Filter)}
        />
        <InlineSelect
          label={words.product}
          value={product}
          options={withAll(words.filter.allProducts, products)}
          onChange={(value) => {
            setProduct(value);
            setKind('');
          }}
        />
        <InlineSelect
          label={words.filter.kind}
          value={kind}
          options={withAll(words.filter.allKinds, kinds, kindText)}
          onChange={setKind}
        />
        <OverlayControls overlay={overlay} onChange={setOverlay} />
      </div>
      {shown.length === 0 && <p>{words.none2}</p>}
      <div ref={element}>
        {width > 0 && (
          <VirtualRows count={Math.ceil(shown.length / columns)} heightOf={heightOf}>
            {(row) => (
              <div class={`tiles columns-${Math.min(12, columns)}`}>
                {shown.slice(row * columns, (row + 1) * columns).map(({ image, index }) => (
                  <figure key={index} class={`tile result ${judgementOf(image, thresholds)}`}>
                    <button type="button" class="picture" onClick={() => setLooked(index)}>
                      <Photograph
                        {...{ run, results, image, index, overlay }}
                        size="small"
                        alt={texts.value.dataPage.open(image.path)}
                      />
                    </button>
                    <figcaption>
                      <strong class={`verdict-badge ${judgementOf(image, thresholds)}`}>
                        {words[judgementOf(image, thresholds)]}
                      </strong>
                      <span>{words.score(scoreText(image.score))}</span>
                      <span class="quiet">
                        {image.product} · {kindText(image.kind)}
                      </span>
                      {image.recognisedAs !== image.product && (
                        <span class="quiet">{words.takenFor(image.recognisedAs)}</span>
                      )}
                      {(isWrong(judgementOf(image, thresholds)) || marks.of.has(image.path)) && (
                        <MarkButton image={image} judgement={judgementOf(image, thresholds)} marks={marks} />
                      )}
                    </figcaption>
                  </figure>
                ))}
              </div>
            )}
          </VirtualRows>
        )}
      </div>
      {at >= 0 && (
        <Viewer
          run={run}
          results={results}
          {...(shown[at] as Placed)}
          thresholds={thresholds}
          marks={marks}
          overlay={overlay}
          onOverlay={setOverlay}
          onClose={() => setLooked(undefined)}
          onStep={(step) => setLooked(shown[Math.min(shown.length - 1, Math.max(0, at + step))]?.index)}
        />
      )}
    </section>
  );
}

function isShown(image: ResultImage, show: Filter, thresholds: Thresholds): boolean {
  const judgement = judgementOf(image, thresholds);
  switch (show) {
    case 'all':
      return true;
    case 'wrong':
      return isWrong(judgement);
    case 'misses':
      return judgement === 'miss';
    case 'falseAlarms':
      return judgement === 'falseAlarm';
    case 'defective':
      return image.anomalous;
    case 'good':
      return !image.anomalous;
  }
}

function isWrong(judgement: Judgement): boolean {
  return judgement === 'miss' || judgement === 'falseAlarm';
}

/** What lies over the photographs, and how strongly. */
export function OverlayControls({
  overlay,
  onChange,
}: {
  readonly overlay: Overlay;
  readonly onChange: (overlay: Overlay) => void;
}) {
  const words = texts.value.resultsPage;
  return (
    <div class="overlay">
      <label class="inline">
        <input
          type="checkbox"
          checked={overlay.heat}
          onChange={({ currentTarget }) => onChange({ ...overlay, heat: currentTarget.checked })}
        />
        {words.heat}
      </label>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label={words.opacity}
        disabled={!overlay.heat}
        value={overlay.opacity}
        onInput={({ currentTarget }) => onChange({ ...overlay, opacity: Number(currentTarget.value) })}
      />
      <label class="inline">
        <input
          type="checkbox"
          checked={overlay.truth}
          onChange={({ currentTarget }) => onChange({ ...overlay, truth: currentTarget.checked })}
        />
        {words.truth}
      </label>
      {overlay.heat && (
        <figure class="heat-legend">
          <i style={{ 'background-image': gradient }} aria-hidden="true" />
          <figcaption>
            <span>{words.legend.low}</span>
            <span>{words.legend.middle}</span>
            <span>{words.legend.top}</span>
          </figcaption>
        </figure>
      )}
    </div>
  );
}
