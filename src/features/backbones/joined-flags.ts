/** @file What flags mean for a joined backbone: they speak of files without a card, and so of its parts that have none. */
import { CladError } from '../../core/errors.ts';
import { type BackboneFlags, normalizationOf } from './backbone-flags.ts';

/**
 * The flags of each part that has no card; other parts have none.
 * @param bare - these parts
 * @throws OPTION_INVALID for a normalisation that no part is without, and layers that are not of one part
 */
export function flagsOfParts(flags: BackboneFlags, bare: readonly string[]): BackboneFlags {
  const { mean, std, normalization, layers } = flags;
  const refuse = (option: string, expected: string, actual: string) => {
    throw new CladError('OPTION_INVALID', { option, expected, actual });
  };
  if (bare.length === 0 && normalizationOf(flags))
    refuse(
      'the normalisation of a joined backbone',
      'left out, as each of its networks has a card that says it',
      normalization ?? `mean ${mean?.join(',')}, std ${std?.join(',')}`,
    );
  if (layers && bare.length !== 1)
    refuse(
      'the layers of a joined backbone',
      bare.length === 0
        ? 'left out, as each of its networks has a card that says them'
        : `left out while several networks have no card; give ${bare.slice(1).join(', ')} one, e.g. by \`clad backbones add FILE --layers A,B\``,
      layers.join(','),
    );
  return { mean, std, normalization, layers };
}
