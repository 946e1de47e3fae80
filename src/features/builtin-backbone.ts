/**
 * @file The backbone that comes with the program, under the name `builtin`: the filter bank, built from code whenever it is asked
 * for. No weight file, nothing learnt, nobody else's licence. docs/builtin-backbone.md says how good it is, and when to use a larger one.
 */
import { createHash } from 'node:crypto';
import { decodeModel } from '../graph/index.ts';
import type { Backbone } from './backbone.ts';
import { type BackboneCard, parseCard } from './backbone-card.ts';
import { type BackboneFlags, defined, normalizationOf } from './backbone-derive.ts';
import { buildFilterBank, filterBankLayers } from './filter-bank.ts';

/** Its name; no file and no registered backbone goes before it. */
export const builtinName = 'builtin';

/**
 * Builds it: the same bytes every time.
 * @param flags - go before its card, as for any backbone
 */
export function builtinBackbone(flags: BackboneFlags = {}): Backbone {
  const bytes = buildFilterBank().toBytes();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const card = { ...builtinCard(sha256), ...normalizationOf(flags), ...defined(flags) };
  return {
    card: { ...parseCard(card, builtinName), sha256 },
    model: decodeModel(bytes),
    path: builtinName,
    sha256,
    assumed: [],
  };
}

/** Its card as `clad backbones list` shows it. */
export function builtinCard(sha256: string): BackboneCard {
  return {
    name: builtinName,
    inputName: 'image',
    inputSize: 224,
    minInputSize: 64,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    layers: filterBankLayers,
    licence: 'Apache-2.0',
    source:
      'part of clad: oriented band-pass filters from formulas, nothing learnt (docs/builtin-backbone.md)',
    sha256,
  };
}
