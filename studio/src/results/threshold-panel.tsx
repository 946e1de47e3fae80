/** @file The threshold of one product: a slider over its scores, what it costs as it moves, and a new version of the detector with it. */
import { useMemo, useState } from 'preact/hooks';
import type { CountedShare } from '../../../src/evaluation/intervals.ts';
import { histogram } from '../../../src/report/chart/histogram.ts';
import type { ResultImage } from '../../../src/studio/api.ts';
import { Drawn } from '../components/drawn.tsx';
import { percent, scoreText } from '../format.ts';
import { texts } from '../texts/texts.ts';
import { costOf, scoresOf } from './judged.ts';

/** Steps of the slider over the range of scores. */
const steps = 1000;

interface ThresholdPanelProps {
  readonly product: string;
  readonly images: readonly ResultImage[];
  readonly threshold: number;
  /** Of the version that is shown. */
  readonly before: number;
  readonly onMove: (threshold: number) => void;
}

export function ThresholdPanel({ product, images, threshold, before, onMove }: ThresholdPanelProps) {
  const words = texts.value.resultsPage;
  const scores = useMemo(() => scoresOf(images, product), [images, product]);
  const cost = useMemo(() => costOf(images, product, threshold), [images, product, threshold]);
  const markup = useMemo(
    () =>
      histogram({
        title: product,
        good: scores.good,
        anomalous: scores.defective,
        threshold,
        before: before === threshold ? null : before,
        words: texts.value.charts.histogram,
      }),
    [texts.value, scores, product, threshold, before],
  );
  const all = [...scores.good, ...scores.defective, before];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  const [from, to] = [low - room, high + room];
  const [text, setText] = useState<string>();
  return (
    <div class="threshold">
      <h3>{words.thresholdOf(product)}</h3>
      <Drawn markup={markup} />
      <div class="slide">
        <input
          type="range"
          aria-label={words.thresholdOf(product)}
          aria-valuetext={scoreText(threshold)}
          min={from}
          max={to}
          step={(to - from) / steps}
          value={threshold}
          onInput={({ currentTarget }) => onMove(tidy(Number(currentTarget.value)))}
        />
        <input
          type="text"
          inputMode="decimal"
          aria-label={words.threshold}
          value={text ?? scoreText(threshold)}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onBlur={() => setText(undefined)}
          onChange={({ currentTarget }) => {
            const value = Number(currentTarget.value);
            if (currentTarget.value.trim() !== '' && Number.isFinite(value)) onMove(value);
            setText(undefined);
          }}
        />
      </div>
      <dl class="cost" aria-live="polite">
        <Share name={words.falseAlarms} share={cost.falseAlarms} />
        <Share name={words.misses} share={cost.misses} />
      </dl>
      {threshold !== before && (
        <p>
          {words.moved(scoreText(before), scoreText(threshold))}{' '}
          <button type="button" class="small" onClick={() => onMove(before)}>
            {words.undo}
          </button>
        </p>
      )}
    </div>
  );
}

/** As many digits as matter, so that the same number can be written in a command. */
function tidy(value: number): number {
  return Number(value.toPrecision(5));
}

function Share({ name, share }: { readonly name: string; readonly share: CountedShare | null }) {
  const words = texts.value.resultsPage;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {share ? (
          <>
            <strong>{words.counted(share.count, share.of)}</strong> ({percent(share.rate)})
            <small>{words.limits(percent(share.low), percent(share.high))}</small>
          </>
        ) : (
          words.nothing
        )}
      </dd>
    </div>
  );
}
