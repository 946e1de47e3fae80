/** @file Text of a client as it may stand in a sentence: not longer than the sentence, and on one line. */

/** @param most - characters, at most */
export function clipped(text: string, most = 80): string {
  const short = text.length > most ? `${text.slice(0, most)}...` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return short.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
}
