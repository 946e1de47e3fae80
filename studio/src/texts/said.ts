/** @file What the server says, in the language of the page; read within a component it follows that. */
import { de } from './de/said.ts';
import { Interpreter, type Sayings } from './sayings.ts';
import { language } from './texts.ts';

/** Of languages other than that of the server. A third one is a file and a line here. */
const sayings: Readonly<Record<string, Sayings>> = { de };
const interpreters = new Map<string, Interpreter>();

function interpreter(): Interpreter | undefined {
  const code = language.value;
  const own = sayings[code];
  if (!own) return undefined;
  const made = interpreters.get(code) ?? new Interpreter(own);
  interpreters.set(code, made);
  return made;
}

/** A sentence, or a part of one. @param code - of an error, where it is one */
export function said(text: string, code?: string): string {
  return interpreter()?.sentence(text, code) ?? text;
}

/** Name of a task of a job. */
export function taskName(name: string): string {
  return interpreter()?.task(name) ?? name;
}

/** What a task counts, plural. */
export function unitName(name: string): string {
  return interpreter()?.unit(name) ?? name;
}

/** What an option or a method of a training is. */
export function meaning(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (interpreter()?.meaning(text) ?? text);
}
