/** @file What a sink is told of a judgement: a JSON document, or a line of a template. */
import { CladError } from '../../core/errors.ts';
import { type JournalRow, type Judgement, judgementFields } from '../watch/journal.ts';

/** One judgement on its way out. Two messages with the same id are of the same judgement. */
export interface SinkMessage extends Omit<Judgement, 'bytes' | 'modified'> {
  /** Of the journal and the judgement in it: `<journal>-<number>`. */
  readonly id: string;
  /** Whether it may have arrived before: it was on its way when the process or the connection ended. */
  readonly redelivered: boolean;
}

/** The message of a judgement. @param journal - its identity */
export function messageOf(row: JournalRow, journal: string, redelivered: boolean): SinkMessage {
  const { id, bytes: _, modified: __, movedAt: ___, ...judgement } = row;
  return { id: `${journal}-${id}`, redelivered, ...judgement };
}

/** Names that a template may have in braces. */
const templateFields: readonly string[] = [
  'id',
  'redelivered',
  ...judgementFields.filter((name) => name !== 'bytes' && name !== 'modified'),
] satisfies (keyof SinkMessage)[];

/**
 * A template as a function of messages, as `{verdict};{class};{score}`. What is null is empty.
 * @param option - that it was given to
 * @param clean - what is made of a value, so that it breaks neither line nor topic
 * @throws OPTION_INVALID for a name that no message has
 */
export function template(
  text: string,
  option: string,
  clean: (value: string) => string,
): (message: SinkMessage) => string {
  for (const [, name = ''] of text.matchAll(/\{([^{}]*)\}/g))
    if (!templateFields.includes(name))
      throw new CladError('OPTION_INVALID', {
        option,
        expected: `a text with names in braces of these: ${templateFields.join(', ')}`,
        actual: `{${name}}`,
      });
  return (message) =>
    text.replaceAll(/\{([^{}]*)\}/g, (_, name: keyof SinkMessage) => clean(String(message[name] ?? '')));
}
