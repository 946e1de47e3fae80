/**
 * @file Characters that cannot be seen: control characters, line separators, halves of characters, marks that turn the direction of writing, and what Unicode asks
 * programs to show nothing for (Default_Ignorable_Code_Point, Unicode 15, section 5.21). With these a name can look like another, and break a line or a log.
 *
 * Not counted are those that change how their neighbours look: joiners, which Persian and Hindi need, and variation selectors, which emoji have.
 */
const shown = /\u034f|\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/u;
const invisible = new RegExp(
  `(?!${shown.source})[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb]`,
  'u',
);
const allInvisible = new RegExp(invisible, 'gu');

/** Whether one of them is in a text. */
export function hasInvisible(text: string): boolean {
  return invisible.test(text);
}

/** A text with a question mark for each of them. */
export function withVisible(text: string): string {
  return text.replaceAll(allInvisible, '?');
}
