/** @file The newest judgement, large enough to be read from two metres, with the frame that it is of. */
import { useRef } from 'preact/hooks';
import { seenPart } from '../../../src/image/geometry.ts';
import { scoreText } from '../format.ts';
import { texts } from '../texts/texts.ts';
import type { Judged, LineSession, Outcome } from './session.ts';

const marks: Readonly<Record<Outcome, string>> = {
  pass: '✓',
  check: '!',
  reject: '✕',
  unknown: '?',
  none: '–',
};

export function Board({ session }: { readonly session: LineSession }) {
  const words = texts.value.line;
  const board = useRef<HTMLElement>(null);
  const [judged] = session.judged.value;
  const isRunning = session.isRunning.value;
  const isSilent = session.isSilent.value;
  const trouble = session.trouble.value;
  // What was said of a frame is no news once the camera is off or silent, or a later frame could not be judged.
  const shown = isRunning && !isSilent && trouble === undefined ? judged : undefined;
  const word = shown
    ? words.verdicts[shown.outcome]
    : !isRunning
      ? words.idle
      : isSilent
        ? words.silent
        : trouble !== undefined
          ? words.failed
          : !session.detector.value
            ? words.noDetector
            : session.pace.value === 'press'
              ? words.waiting
              : words.opening;
  return (
    <section ref={board} class={`board ${shown?.outcome ?? 'off'}`} aria-label={words.title}>
      <p class="verdict" role="status">
        {shown && <span aria-hidden="true">{marks[shown.outcome]} </span>}
        {word}
      </p>
      {/* The reason stands here too: above the board it is not seen on a full screen. */}
      <p class="what">{shown ? shown.class : isRunning && trouble}</p>
      <div class="stage">{shown && <Frame judged={shown} alt={words.frame} />}</div>
      <p class="numbers">
        {shown && (
          <>
            {words.score} <b>{scoreText(shown.score)}</b> · {words.threshold}{' '}
            <b>{shown.threshold === null ? words.none : scoreText(shown.threshold)}</b>
          </>
        )}
      </p>
      {shown?.warnings.map((warning) => (
        <p key={warning} class="notice bad">
          {warning}
        </p>
      ))}
      <button type="button" class="full" onClick={() => void board.current?.requestFullscreen()}>
        {words.fullScreen}
      </button>
    </section>
  );
}

/** A frame with its heat over the part that the detector sees of it. */
function Frame({ judged, alt }: { readonly judged: Judged; readonly alt: string }) {
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
