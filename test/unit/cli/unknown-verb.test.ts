/** @file Verbs that there are not: the command that does it here. */
import { describe, expect, it } from 'vitest';
import { verbInstead } from '../../../src/cli/unknown-verb.ts';

const unknown = (verb: string) => ({
  code: 'commander.unknownCommand',
  message: `error: unknown command '${verb}'\n(Did you mean export?)`,
});

describe('the suggestion for an unknown command', () => {
  it.each([
    ['report', /clad evaluate RUN --report DIR/],
    ['test', /clad evaluate RUN/],
    ['infer', /clad predict RUN IMAGES/],
    ['fit', /clad train DATA --out RUN/],
    ['Inspect', /clad data inspect DATA/],
    ['synthesize', /clad data synthesize DATA/],
  ])('%s', (verb, command) => {
    expect(verbInstead(unknown(verb))).toMatch(command);
    expect(verbInstead(unknown(verb))).toMatch(new RegExp(`^there is no command '${verb}'; `));
  });

  it.each(['evalute', 'xyz', '__proto__', 'constructor', ''])('is none for %s', (verb) => {
    expect(verbInstead(unknown(verb))).toBeUndefined();
  });

  it('is none for other errors', () => {
    expect(
      verbInstead({ code: 'commander.unknownOption', message: "unknown command 'report'" }),
    ).toBeUndefined();
  });
});
