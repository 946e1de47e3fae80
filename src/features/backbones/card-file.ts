/** @file The card beside a backbone's ONNX file on a disk (Node only). */
import { readFile } from 'node:fs/promises';
import { CladError, reasonOf } from '../../core/errors.ts';
import { parseCard, type WrittenCard } from './backbone-card.ts';

/**
 * Reads a card.
 * @throws BACKBONE_CARD_INVALID when it is no JSON or a key is wrong
 */
export async function readCard(path: string): Promise<WrittenCard> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CladError('BACKBONE_CARD_INVALID', { path, reason: reasonOf(error) }, { cause: error });
  }
  return parseCard(value, path);
}
