/** @file A dialog: the browser's own, which keeps the focus inside, closes by Escape, and gives the focus back. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../texts/texts.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** Whether Escape and the cross close it. @default true */
  readonly canClose?: boolean;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, canClose = true, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : ''}
      aria-label={title}
      onClose={onClose}
      onCancel={(event) => {
        if (!canClose) event.preventDefault();
      }}
    >
      <header>
        <h2>{title}</h2>
        {canClose && (
          <button
            type="button"
            class="icon"
            onClick={() => dialog.current?.close()}
            aria-label={texts.value.close}
          >
            ✕
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
