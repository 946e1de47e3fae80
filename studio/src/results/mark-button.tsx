/** @file Says of a judgement that it is wrong, or takes that back. */
import type { ResultImage } from '../../../src/studio/api.ts';
import type { Mark, MarkedImage } from '../../../src/studio/update-api.ts';
import { texts } from '../texts/texts.ts';
import { type Judgement, markFor } from './judged.ts';

/** The marks of a run: of its test images by path, of pictures of the line, and how they are set. */
export interface Marks {
  readonly of: ReadonlyMap<string, Mark>;
  readonly line: readonly MarkedImage[];
  readonly set: (path: string, mark: Mark | null) => void;
}

interface MarkButtonProps {
  readonly image: ResultImage;
  readonly judgement: Judgement;
  readonly marks: Marks;
}

export function MarkButton({ image: { path }, judgement, marks }: MarkButtonProps) {
  const words = texts.value.marks;
  const mark = marks.of.get(path);
  const text = mark ? words.marked[mark] : words.mark[markFor(judgement)];
  return (
    <button
      type="button"
      class={`small mark${mark ? ' set' : ''}`}
      aria-pressed={mark !== undefined}
      aria-label={`${text}: ${path}`}
      onClick={() => marks.set(path, mark ? null : markFor(judgement))}
    >
      {text}
    </button>
  );
}
