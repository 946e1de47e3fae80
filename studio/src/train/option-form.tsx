/** @file All options of a method as a form, made from their JSON Schema: what an option means, what it may be, and what the preset has. */
import { useId } from 'preact/hooks';
import type { OptionSchema } from '../../../src/methods/describe-options.ts';
import { meaning } from '../texts/said.ts';
import { texts } from '../texts/texts.ts';

/** Options that differ from the preset's, by dotted name. */
export type Changes = Readonly<Record<string, unknown>>;

interface OptionFormProps {
  readonly schema: OptionSchema;
  /** Values of the preset. */
  readonly preset: unknown;
  readonly changes: Changes;
  readonly onChange: (changes: Changes) => void;
}

export function OptionForm({ schema, preset, changes, onChange }: OptionFormProps) {
  const entries = Object.entries(schema.properties ?? {});
  const set = (name: string, before: unknown, value: unknown) => {
    const { [name]: _, ...others } = changes;
    onChange(JSON.stringify(value) === JSON.stringify(before) ? others : { ...others, [name]: value });
  };
  const field = (name: string, inner: OptionSchema, before: unknown) => (
    <OptionField
      key={name}
      name={name}
      schema={inner}
      before={before}
      value={Object.hasOwn(changes, name) ? changes[name] : before}
      onSet={(value) => set(name, before, value)}
    />
  );
  return (
    <div class="options">
      {entries
        .filter(([, inner]) => !inner.properties)
        .map(([name, inner]) => field(name, inner, at(preset, name)))}
      {entries
        .filter(([, inner]) => inner.properties)
        .map(([group, { description, properties = {} }]) => (
          <fieldset key={group}>
            <legend>{group}</legend>
            {description && <p class="quiet">{meaning(description)}</p>}
            {Object.entries(properties).map(([key, inner]) =>
              field(`${group}.${key}`, inner, at(at(preset, group), key)),
            )}
          </fieldset>
        ))}
    </div>
  );
}

function at(group: unknown, key: string): unknown {
  return (group as Readonly<Record<string, unknown>> | undefined)?.[key];
}

interface OptionFieldProps {
  readonly name: string;
  readonly schema: OptionSchema;
  readonly before: unknown;
  readonly value: unknown;
  readonly onSet: (value: unknown) => void;
}

function OptionField({ name, schema, before, value, onSet }: OptionFieldProps) {
  const id = useId();
  const isChanged = JSON.stringify(value) !== JSON.stringify(before);
  return (
    <div class={`option ${isChanged ? 'changed' : ''}`}>
      <label for={id}>{name}</label>
      <OptionInput id={id} schema={schema} value={value} onSet={onSet} />
      <p class="quiet" id={`${id}-meaning`}>
        {meaning(schema.description)}{' '}
        {isChanged && (
          <button type="button" class="small" onClick={() => onSet(before)}>
            {texts.value.trainPage.defaultValue}: {textOf(before)}
          </button>
        )}
      </p>
    </div>
  );
}

type InputProps = Pick<OptionFieldProps, 'schema' | 'value' | 'onSet'> & { readonly id: string };

function OptionInput({ id, schema, value, onSet }: InputProps) {
  const described = { id, 'aria-describedby': `${id}-meaning` };
  if (schema.enum)
    return (
      <select
        {...described}
        value={String(value)}
        onChange={({ currentTarget }) => onSet(currentTarget.value)}
      >
        {schema.enum.map((each) => (
          <option key={String(each)} value={String(each)}>
            {String(each)}
          </option>
        ))}
      </select>
    );
  if (schema.type === 'boolean')
    return (
      <input
        {...described}
        type="checkbox"
        checked={value === true}
        onChange={({ currentTarget }) => onSet(currentTarget.checked)}
      />
    );
  if (schema.type === 'integer' || schema.type === 'number')
    return (
      <input
        {...described}
        type="number"
        step={schema.type === 'integer' ? 1 : 'any'}
        min={bounded(schema.minimum ?? schema.exclusiveMinimum)}
        max={bounded(schema.maximum)}
        required
        value={String(value)}
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '') onSet(Number(currentTarget.value));
        }}
      />
    );
  // Lists, and what may be of several kinds: as JSON has it, where words need no quotes.
  return (
    <input
      {...described}
      type="text"
      spellcheck={false}
      value={textOf(value)}
      onChange={({ currentTarget }) => onSet(valueIn(currentTarget.value))}
    />
  );
}

/** Integers have limits that no one means. */
function bounded(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
