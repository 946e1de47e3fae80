/** @file A choice of one of several, with its label before it. */

interface InlineSelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

export function InlineSelect({ label, value, options, onChange }: InlineSelectProps) {
  return (
    <label class="inline">
      {label}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Names behind a choice for all of them. @param textOf - how one is shown; absent: as it is */
export function withAll(
  all: string,
  names: readonly string[],
  textOf = (name: string) => name,
): InlineSelectProps['options'] {
  return [['', all], ...names.map((name) => [name, textOf(name)] as const)];
}
