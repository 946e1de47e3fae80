/** @file What is told of a drawing, and what can be done with it: save, close a polygon, take back, do again, and what a page adds. */
import type { ComponentChildren } from 'preact';
import { Notice } from '../components/notice.tsx';
import { texts } from '../texts/texts.ts';
import type { Polygon } from './use-polygon.ts';
import type { Saving } from './use-saving.ts';

interface DrawingActionsProps {
  readonly state: Saving;
  /** Where it is the tool. */
  readonly polygon: Polygon | undefined;
  readonly canSave: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly onSave: () => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  readonly children: ComponentChildren;
}

export function DrawingActions({
  state,
  polygon,
  canSave,
  canUndo,
  canRedo,
  onSave,
  onUndo,
  onRedo,
  children,
}: DrawingActionsProps) {
  const words = texts.value.drawing;
  const { saving, refused, told } = state;
  return (
    <>
      <Notice text={refused} />
      <p role="status" class="told">
        {told}
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={saving || !canSave} onClick={onSave}>
          {words.save}
        </button>
        {polygon && (
          <button type="button" disabled={saving || polygon.corners.length < 3} onClick={polygon.close}>
            {words.close}
          </button>
        )}
        <button type="button" disabled={saving || (!canUndo && !polygon?.corners.length)} onClick={onUndo}>
          {words.undo}
        </button>
        <button type="button" disabled={saving || !canRedo} onClick={onRedo}>
          {words.redo}
        </button>
        {children}
      </div>
    </>
  );
}

/** What a key asks for, of the ways back and forth. */
export function stepOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): 'undo' | 'redo' | undefined {
  if (!ctrlKey && !metaKey) return undefined;
  const letter = key.toLowerCase();
  if (letter === 'y' || (letter === 'z' && shiftKey)) return 'redo';
  return letter === 'z' ? 'undo' : undefined;
}
