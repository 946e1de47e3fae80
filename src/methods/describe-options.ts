/** @file The options of a method for people and programs, out of its schema: names, meanings, ranges, and the values of its presets. */
import { z } from 'zod';
import type { CommonOptions, Method } from './contract.ts';

/** One option. */
export interface OptionRow {
  /** Dotted, e.g. `losses.gamma`. */
  readonly name: string;
  readonly meaning: string;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** By preset, as text. */
  readonly values: Readonly<Record<string, string>>;
}

/** Options under one name. */
export interface OptionGroup {
  /** Empty for those that stand alone. */
  readonly name: string;
  readonly meaning: string;
  readonly rows: readonly OptionRow[];
}

/** JSON Schema as far as options use it. */
export interface OptionSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly anyOf?: readonly OptionSchema[];
  readonly enum?: readonly unknown[];
  readonly items?: OptionSchema;
  readonly prefixItems?: readonly OptionSchema[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** The same of all options of a method, with the values of its presets. */
export type MethodSchema = OptionSchema & { readonly presets: Readonly<Record<string, unknown>> };

type Described = Pick<Method<CommonOptions>, 'options' | 'presets'>;

/** JSON Schema of the options; its defaults are those of the first preset, and `presets` has the others beside it. */
export function optionSchema({ options, presets }: Described): MethodSchema {
  const [first] = Object.values(presets);
  return { ...withDefaults(schemaOf(options), first), presets };
}

/** All options, those that stand alone first. */
export function optionGroups({ options, presets }: Described): OptionGroup[] {
  const alone: OptionRow[] = [];
  const groups: OptionGroup[] = [];
  for (const [name, schema] of Object.entries(schemaOf(options).properties ?? {})) {
    const values = Object.entries(presets).map(([preset, all]) => [preset, valueAt(all, name)] as const);
    if (!schema.properties) {
      alone.push(row(name, schema, values));
      continue;
    }
    const rows = Object.entries(schema.properties).map(([key, inner]) =>
      row(
        `${name}.${key}`,
        inner,
        values.map(([preset, group]) => [preset, valueAt(group, key)]),
      ),
    );
    groups.push({ name, meaning: schema.description ?? '', rows });
  }
  return [{ name: '', meaning: '', rows: alone }, ...groups];
}

/**
 * What keeps options from being listed: the first that has no meaning, or that there are none with names; undefined where nothing.
 * @throws TypeError where it is no Zod schema
 */
export function undescribed(options: z.ZodType): string | undefined {
  const { properties } = schemaOf(options);
  if (!properties) return 'its options are no group with names, such as z.strictObject({ ... })';
  const all = Object.entries(properties).flatMap(([name, schema]) =>
    schema.properties
      ? Object.entries(schema.properties).map(([key, inner]) => [`${name}.${key}`, inner] as const)
      : [[name, schema] as const],
  );
  const without = all.find(([, { description }]) => description === undefined || description.trim() === '');
  return without && `its option ${without[0]} has no description; give it one with .describe('...')`;
}

function schemaOf(options: z.ZodType): OptionSchema {
  return z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as OptionSchema;
}

function withDefaults(schema: OptionSchema, value: unknown): OptionSchema {
  if (!schema.properties) return { ...schema, default: value };
  const entries = Object.entries(schema.properties);
  const properties = entries.map(([name, inner]) => [name, withDefaults(inner, valueAt(value, name))]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function valueAt(group: unknown, name: string): unknown {
  return (group as Readonly<Record<string, unknown>> | undefined)?.[name];
}

function row(name: string, schema: OptionSchema, values: readonly (readonly [string, unknown])[]): OptionRow {
  const shown = values.map(([preset, value]) => [preset, text(value)]);
  return {
    name,
    meaning: schema.description ?? '',
    allowed: range(schema),
    values: Object.fromEntries(shown),
  };
}

/** What a schema allows, in words. */
function range(schema: OptionSchema): string {
  if (schema.anyOf) return schema.anyOf.map(range).join('; or ');
  if (schema.enum) return schema.enum.join(', ');
  if (schema.type === 'null') return 'null';
  if (schema.type === 'boolean') return 'true, false';
  if (schema.type === 'string') return schema.description ?? 'text';
  if (schema.type === 'array') {
    const [first] = schema.prefixItems ?? [];
    if (first) return `${schema.prefixItems?.length} times: ${range(first)}`;
    return schema.items?.type === 'string' ? 'names' : `a list, each ${range(schema.items ?? {})}`;
  }
  const { minimum, exclusiveMinimum, maximum } = schema;
  const whole = schema.type === 'integer';
  const kind = whole ? 'whole' : 'number';
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + (whole ? 1 : 0);
  if (least === undefined || least === Number.MIN_SAFE_INTEGER) return kind;
  const from = exclusiveMinimum === undefined || whole ? `from ${least}` : `above ${least}`;
  const bounded = maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER;
  return bounded ? `${kind}, ${from} to ${maximum}` : `${kind}, ${from}`;
}

function text(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return Array.isArray(value) ? value.join(', ') : String(value);
}
