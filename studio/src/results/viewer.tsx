/** @file One test image up to its full resolution, with its heat, and beside it its ground truth where there is one. */
import { useState } from 'preact/hooks';
import type { ResultImage, ResultsView } from '../../../src/studio/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { kindText, scoreText } from '../format.ts';
import { texts } from '../texts/texts.ts';
import { OverlayControls } from './gallery.tsx';
import { judgementOf, markFor, type Thresholds } from './judged.ts';
import { MarkButton, type Marks } from './mark-button.tsx';
import { type Overlay, Photograph } from './photograph.tsx';

interface ViewerProps {
  readonly run: string;
  readonly results: ResultsView;
  readonly image: ResultImage;
  readonly index: number;
  readonly thresholds: Thresholds;
  readonly marks: Marks;
  readonly overlay: Overlay;
  readonly onOverlay: (overlay: Overlay) => void;
  readonly onClose: () => void;
  readonly onStep: (step: 1 | -1) => void;
}

/** How many times as wide as its place. */
const zooms = [1, 1.5, 2, 3, 4, 6, 8] as const;

export function Viewer({
  run,
  results,
  image,
  index,
  thresholds,
  marks,
  overlay,
  onOverlay,
  onClose,
  onStep,
}: ViewerProps) {
  const words = texts.value.resultsPage;
  const [zoom, setZoom] = useState(0);
  const times = zooms[zoom] ?? 1;
  const step = (by: 1 | -1) => setZoom((before) => Math.min(zooms.length - 1, Math.max(0, before + by)));
  const judgement = judgementOf(image, thresholds);
  const picture = (over: Overlay, alt: string) => (
    // It can be scrolled, by the keyboard too.
    <div class="pane" tabIndex={0} role="group" aria-label={alt}>
      <div style={{ width: `${100 * times}%` }}>
        <Photograph
          {...{ run, results, image, index }}
          // Only who looks closely needs every pixel.
          size={times > 1.5 ? 'full' : 'large'}
          overlay={over}
          alt={alt}
        />
      </div>
    </div>
  );
  return (
    <Dialog title={image.path} wide onClose={onClose}>
      <div
        class="look"
        onKeyDown={({ key, target }) => {
          // Arrows move what has them for itself.
          const own =
            target instanceof HTMLInputElement || (target as HTMLElement).classList.contains('pane');
          if (key === 'ArrowRight' && !own) onStep(1);
          if (key === 'ArrowLeft' && !own) onStep(-1);
          if (key === '+') step(1);
          if (key === '-') step(-1);
        }}
      >
        <div class="filters">
          <div class="buttons">
            <button type="button" aria-label={texts.value.dataPage.previous} onClick={() => onStep(-1)}>
              ←
            </button>
            <button type="button" aria-label={texts.value.dataPage.next} onClick={() => onStep(1)}>
              →
            </button>
            <button type="button" aria-label={words.zoomOut} disabled={zoom === 0} onClick={() => step(-1)}>
              −
            </button>
            <button
              type="button"
              aria-label={`${words.fit}: ${Math.round(100 * times)} %`}
              onClick={() => setZoom(0)}
            >
              {Math.round(100 * times)} %
            </button>
            <button
              type="button"
              aria-label={words.zoomIn}
              disabled={zoom === zooms.length - 1}
              onClick={() => step(1)}
            >
              +
            </button>
          </div>
          <OverlayControls overlay={overlay} onChange={onOverlay} />
        </div>
        <p>
          <strong class={`verdict-badge ${judgement}`}>{words[judgement]}</strong> ·{' '}
          {words.score(scoreText(image.score))} · {words.threshold}{' '}
          {scoreText(thresholds[image.recognisedAs] ?? Number.NaN)} · {image.product}, {kindText(image.kind)}
          {image.recognisedAs !== image.product && ` · ${words.takenFor(image.recognisedAs)}`}
          {image.verdict === 'unknown' && ` · ${words.unknown}`}
        </p>
        <p>
          <MarkButton image={image} judgement={judgement} marks={marks} />{' '}
          {(judgement === 'hit' || judgement === 'pass') && (
            <span class="quiet">{texts.value.marks.against[markFor(judgement)]}</span>
          )}
        </p>
        <div class="panes">
          {picture(overlay, words.photograph)}
          {image.truth && picture({ heat: false, opacity: 1, truth: true }, words.truth)}
        </div>
      </div>
    </Dialog>
  );
}
