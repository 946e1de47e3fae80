/** @file The card of a joined backbone, from those of its networks. */
import { sizeOption, sizeText } from '../../image/size-option.ts';
import type { BackboneCard } from './backbone-card.ts';
import type { PlacedPart } from './joined-graph.ts';
import type { CommonInput } from './joined-input.ts';

/**
 * The card, but for the sha256 of the file.
 * @param scales - what the layers of each part are multiplied by
 * @param usual - layers that a training uses
 * @param base - the first network's layer whose grid the others' layers have
 */
export function joinedCard(
  parts: readonly [PlacedPart, ...PlacedPart[]],
  scales: readonly number[],
  usual: readonly string[],
  input: CommonInput,
  base: string,
): Omit<BackboneCard, 'sha256'> {
  const [{ backbone, size }] = parts;
  const { mean, std, layers } = backbone.card;
  const shrinks =
    size && input.fixed
      ? Math.sqrt((input.fixed.width * input.fixed.height) / (size.width * size.height))
      : 1;
  const own = layers.map((layer) => ({
    ...layer,
    stride: Math.max(1, Number((layer.stride * shrinks).toPrecision(6))),
  }));
  const stride = own.find(({ name }) => name === base)?.stride ?? 1;
  const others = parts.slice(1).flatMap(({ backbone: { card }, label, usual: chosen }) => {
    const each = card.layers.map(({ name, channels }) => ({ name: `${label}/${name}`, channels, stride }));
    const together = card.layers.filter(({ name }) => chosen.includes(name));
    const channels = together.reduce((sum, layer) => sum + layer.channels, 0);
    return [{ name: label, channels, stride }, ...each];
  });
  const cards = parts.map((part) => part.backbone.card);
  return {
    name: cards.map(({ name }) => name).join('+'),
    inputName: 'image',
    inputSize: sizeOption(input.usual),
    ...(input.minInputSize > 1 && { minInputSize: input.minInputSize }),
    ...(input.sizeMultiple > 1 && { sizeMultiple: input.sizeMultiple }),
    mean,
    std,
    layers: [...own, ...others].sort((a, b) => a.stride - b.stride),
    usualLayers: usual,
    licence: cards.map(({ name, licence }) => `${name}: ${licence}`).join('; '),
    source: parts
      .map(({ backbone: { card }, size: at }, index) => {
        const seen = at ? ` at ${sizeText(at)} pixels` : '';
        return `${card.name} (${card.source})${seen}${index === 0 ? '' : `, times ${Number(scales[index]!.toPrecision(4))}`}`;
      })
      .join('; '),
  };
}
