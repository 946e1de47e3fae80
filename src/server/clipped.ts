/** @file Text of a client as it may stand in a sentence: not longer than the sentence, and on one line. */
import { withVisible } from '../core/invisible.ts';

/** @param most - characters, at most */
export function clipped(text: string, most = 80): string {
  return withVisible(text.length > most ? `${text.slice(0, most)}...` : text);
}
