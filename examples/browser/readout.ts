/** @file The result in words, numbers and a bar. */
import type { Prediction } from 'clad/web';
import { element } from './element.ts';

const words = {
  normal: { mark: '✓', word: 'Normal' },
  anomalous: { mark: '✕', word: 'Anomalous' },
  unknown: { mark: '?', word: 'Unknown part' },
  none: { mark: '–', word: 'No threshold' },
} as const;

type Kind = keyof typeof words;

/** Takes back everything that was said of an image. @param word - stands in the verdict's place */
export function showNothing(word: string): void {
  showVerdict('none', words.none.mark, word);
  const gauge = element('gauge', HTMLElement);
  gauge.className = 'gauge none';
  gauge.style.removeProperty('--score');
  gauge.style.removeProperty('--limit');
  gauge.setAttribute('aria-label', 'No score');
  for (const id of ['score', 'threshold', 'class', 'votes', 'time', 'rate']) text(id, '–');
  showRegions([]);
  showNamedRegions({});
}

export function showResult(result: Prediction): void {
  const { score, threshold } = result;
  const kind = result.verdict ?? 'none';
  showVerdict(kind, words[kind].mark, words[kind].word);
  showGauge(score, threshold, kind);
  showWarnings(result);
  text('score', score.toFixed(2));
  text('threshold', threshold === null ? 'none' : threshold.toFixed(2));
  text('class', result.class);
  text('votes', `${Math.round(100 * result.classShare)} %`);
  showRegions(result.regions);
  showNamedRegions(result);
}

/** Named regions of the class, those that fail marked; nothing is shown where it has none. */
function showNamedRegions({ namedRegions = [] }: Pick<Prediction, 'namedRegions'>): void {
  const list = element('named', HTMLElement);
  list.hidden = namedRegions.length === 0;
  list.replaceChildren(
    ...namedRegions.map(({ name, score, threshold, margin, verdict }) => {
      const line = document.createElement('li');
      const limit =
        threshold === null || margin === null
          ? 'no threshold'
          : `threshold ${threshold.toFixed(2)}, margin ${margin.toFixed(2)}`;
      line.textContent = `${verdict === 'anomalous' ? '✕' : '✓'} ${name}: ${score.toFixed(2)}, ${limit}`;
      return line;
    }),
  );
}

function showVerdict(kind: Kind, mark: string, word: string): void {
  const verdict = element('verdict', HTMLElement);
  verdict.className = `verdict ${kind}`;
  say(verdict.querySelector('.mark'), mark);
  say(verdict.querySelector('.word'), word);
}

function showRegions(regions: Prediction['regions']): void {
  const lines = regions.map(({ x, y, width, height, peak }) => {
    const line = document.createElement('li');
    line.textContent = `${width} × ${height} px at ${x}, ${y}; highest ${peak.toFixed(2)}`;
    return line;
  });
  if (lines.length === 0) {
    const line = document.createElement('li');
    line.className = 'quiet';
    line.textContent = 'none';
    lines.push(line);
  }
  element('regions', HTMLElement).replaceChildren(...lines);
}

/** What makes the image unlike those of the training. */
function showWarnings({ warnings }: Pick<Prediction, 'warnings'>): void {
  const list = element('warnings', HTMLElement);
  list.hidden = warnings.length === 0;
  list.replaceChildren(
    ...warnings.map(({ message }) => {
      const line = document.createElement('li');
      line.textContent = message;
      return line;
    }),
  );
}

/** @param rate - images a second, of a camera */
export function showSpeed(milliseconds: number, rate: number | undefined): void {
  text('time', `${Math.round(milliseconds)} ms`);
  text('rate', rate === undefined ? '–' : rate.toFixed(1));
}

function showGauge(score: number, threshold: number | null, kind: Kind): void {
  const gauge = element('gauge', HTMLElement);
  gauge.className = `gauge ${kind}`;
  const end = Math.max(score * 1.15, (threshold ?? 0) * 2, 1e-6);
  gauge.style.setProperty('--score', String(Math.max(0, score) / end));
  if (threshold === null) gauge.style.removeProperty('--limit');
  else gauge.style.setProperty('--limit', String(threshold / end));
  const limit = threshold === null ? 'no threshold' : `the threshold is ${threshold.toFixed(2)}`;
  gauge.setAttribute('aria-label', `Score ${score.toFixed(2)}, ${limit}`);
}

function text(id: string, value: string): void {
  say(element(id, HTMLElement), value);
}

/** Unchanged text is left alone, so that screen readers tell of changes only. */
function say(target: Element | null, value: string): void {
  if (target && target.textContent !== value) target.textContent = value;
}
