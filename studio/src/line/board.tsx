/** @file The newest judgement, large enough to be read from two metres, with the picture that it is of. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { seenPart } from '../../../src/image/geometry.ts';
import type { Outcome } from '../../../src/studio/outcome.ts';
import { scoreText } from '../format.ts';
import { said } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';
import type { Judged, LineSession } from './session.ts';

const marks: Readonly<Record<Outcome, string>> = {
  pass: '✓',
  check: '!',
  reject: '✕',
  unknown: '?',
  none: '–',
  broken: '–',
};

interface BoardProps {
  /** Undefined where there is no verdict that is one now. */
  readonly outcome: Outcome | undefined;
  /** The verdict, or why there is none. */
  readonly word: string;
  /** Below it: the product, or the reason. */
  readonly what: string | undefined;
  readonly numbers?: { readonly score: number; readonly threshold: number | null } | undefined;
  readonly warnings?: readonly string[] | undefined;
  /** The picture. */
  readonly children: ComponentChildren;
}

/** The board itself, whatever is judged. */
export function Board({ outcome, word, what, numbers, warnings = [], children }: BoardProps) {
  const words = texts.value.line;
  const board = useRef<HTMLElement>(null);
  return (
    <section ref={board} class={`board ${outcome ?? 'off'}`} aria-label={words.title}>
      <p class="verdict" role="status">
        {outcome && <span aria-hidden="true">{marks[outcome]} </span>}
        {word}
      </p>
      {/* The reason stands here too: above the board it is not seen on a full screen. */}
      <p class="what">{what}</p>
      <div class="stage">{children}</div>
      <p class="numbers">
        {numbers && (
          <>
            {words.score} <b>{scoreText(numbers.score)}</b> · {words.threshold}{' '}
            <b>{numbers.threshold === null ? words.none : scoreText(numbers.threshold)}</b>
          </>
        )}
      </p>
      {warnings.map((warning) => (
        <p key={warning} class="notice bad">
          {said(warning)}
        </p>
      ))}
      <button type="button" class="full" onClick={() => void board.current?.requestFullscreen()}>
        {words.fullScreen}
      </button>
    </section>
  );
}

/** The board of a camera. */
export function CameraBoard({ session }: { readonly session: LineSession }) {
  const words = texts.value.line;
  const [judged] = session.judged.value;
  const isRunning = session.isRunning.value;
  const isSilent = session.isSilent.value;
  const isLate = session.isLate.value;
  const trouble = session.trouble.value;
  // What was said of a frame is no news once the camera is off or silent, or a later frame could not be judged, or waits for its answer.
  const shown = isRunning && !isSilent && !isLate && trouble === undefined ? judged : undefined;
  const why = !isRunning
    ? words.idle
    : isSilent
      ? words.silent
      : trouble !== undefined
        ? words.failed
        : isLate
          ? words.late
          : !session.detector.value
            ? words.noDetector
            : session.pace.value === 'press'
              ? words.waiting
              : words.opening;
  return (
    <Board
      outcome={shown?.outcome}
      word={shown ? words.verdicts[shown.outcome] : why}
      what={shown ? shown.class : isRunning ? trouble : undefined}
      numbers={shown}
      warnings={shown?.warnings}
    >
      {shown && <Frame judged={shown} alt={words.frame} />}
    </Board>
  );
}

/** A frame with its heat over the part that the detector sees of it. */
export function Frame({ judged, alt }: { readonly judged: Judged; readonly alt: string }) {
  const { frame, heat, geometry, width, height } = judged;
  const part = seenPart(geometry, { width, height });
  const share = (pixels: number, of: number) => `${(100 * pixels) / of}%`;
  return (
    <span class="frame" style={{ 'aspect-ratio': `${width} / ${height}` }}>
      <img src={frame} alt={alt} />
      <img
        class="over"
        src={heat}
        alt=""
        data-over="heat"
        style={{
          left: share(part.x, width),
          top: share(part.y, height),
          width: share(part.width, width),
          height: share(part.height, height),
        }}
      />
    </span>
  );
}
