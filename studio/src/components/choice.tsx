/** @file A box that is ticked or not, and what it means. */
import type { ComponentChildren } from 'preact';

interface ChoiceProps {
  readonly text: string;
  /** What follows the text, if anything. */
  readonly hint?: ComponentChildren;
  readonly checked: boolean;
  /** @default false */
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Choice({ text, hint, checked, disabled = false, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>
        {text} {hint !== undefined && <span class="quiet">{hint}</span>}
      </span>
    </label>
  );
}
