/**
 * @file A joined backbone: several frozen networks as one, so that a patch is described by what each of them sees. It is an ordinary backbone, one
 * ONNX model with a card (docs/backbones.md, decision 0037): the first network's layers as they are, and behind them, on the grid of one of these,
 * the other networks' layers, scaled so that each network varies as much as the first.
 *
 * The same files give the same bytes: scales are measured on drawn textures and rounded, so that machines which differ in a last digit agree.
 */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { sha256 as sha256Of } from '../../core/sha256.ts';
import { decodeModel } from '../../graph/index.ts';
import { sizeOf } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { checkFixedSize, imageInput, unsuitable } from './backbone-file.ts';
import { type BackboneFlags, defined } from './backbone-flags.ts';
import { measureValues } from './backbone-probe.ts';
import { joinedCard } from './joined-card.ts';
import { joinedGraph, type PlacedPart } from './joined-graph.ts';
import { type CommonInput, commonInput, ownSize } from './joined-input.ts';
import type { NamedPart } from './joined-name.ts';
import { layerVariances } from './joined-scales.ts';
import type { Backbone } from './loaded-backbone.ts';
import { ownLayers, usualLayers } from './usual-layers.ts';

/** A network that is joined. */
export interface PartOfJoin extends Pick<NamedPart, 'size' | 'weight'> {
  readonly backbone: Backbone;
}

/**
 * Joins backbones: the same bytes every time.
 * @param parts - at least two; the first gives the grid, and the names of its layers stay
 * @param engine - measures the scales; a CPU's, so that they do not depend on the device
 * @param flags - go before the joined card: name, input size, licence, source
 * @throws OPTION_INVALID for a network that stands there twice, and a size that one is not made for; BACKBONE_UNSUITABLE for one that does not run at
 *   its size, or whose values are all the same
 */
export async function joinBackbones(
  parts: readonly [PartOfJoin, PartOfJoin, ...PartOfJoin[]],
  engine: Engine,
  flags: BackboneFlags = {},
): Promise<Backbone> {
  requireDistinct(parts);
  const [first, ...others] = placed(parts);
  const placedParts = [first, ...others] as const;
  const { card } = first.backbone;
  const input = commonInput(placedParts);
  const base = first.usual[0] as string;
  const names = placedParts.map(({ label, usual }, index) => (index === 0 ? usual : [label]));
  const variances = await measured(engine, placedParts, input, () =>
    layerVariances(engine, joinedGraph(placedParts, base, input.fixed), names.flat(), input.usual, card),
  );
  const scales = scalesOf(parts, names, variances);
  const { graph, layers } = joinedGraph(placedParts, base, input.fixed, scales);
  for (const [name, value] of layers) graph.output(name, value);
  const bytes = graph.toBytes();
  const sha256 = await sha256Of(bytes);
  const written = {
    ...joinedCard(placedParts, scales, names.flat(), input, base),
    ...defined(flags),
  };
  const model = decodeModel(bytes);
  const path = placedParts.map(({ backbone }) => backbone.path).join('+');
  checkFixedSize(imageInput(model, path), sizeOf(written.inputSize));
  const assumed = parts.flatMap(({ backbone }) => backbone.assumed);
  const resized = placedParts.flatMap(({ backbone: { card: own }, size }) =>
    size ? [{ name: own.name, size }] : [],
  );
  return { card: { ...written, sha256 }, model, path, sha256, assumed, resized };
}

function requireDistinct(parts: readonly PartOfJoin[]): void {
  const twice = parts.find(({ backbone }, index) =>
    parts.slice(0, index).some((before) => before.backbone.sha256 === backbone.sha256),
  );
  if (!twice) return;
  throw new CladError('OPTION_INVALID', {
    option: 'the joined backbone',
    expected: 'networks that differ',
    actual: `${twice.backbone.card.name} twice`,
  });
}

function placed(parts: readonly [PartOfJoin, PartOfJoin, ...PartOfJoin[]]): [PlacedPart, ...PlacedPart[]] {
  const [{ backbone: leading }] = parts;
  const taken = new Set(leading.card.layers.map(({ name }) => name));
  const [first, ...others] = parts.map(({ backbone, size }, index): PlacedPart => {
    const { card } = backbone;
    let label = card.name;
    for (let count = 2; index > 0 && taken.has(label); count++) label = `${card.name}-${count}`;
    taken.add(label);
    const usual = index === 0 ? usualLayers(card) : (card.usualLayers ?? ownLayers(card));
    return { backbone, label, usual, size: ownSize(backbone, size) };
  });
  return [first as PlacedPart, ...others];
}

/** Does the measuring; where it fails, says which network does not run. */
async function measured<T>(
  engine: Engine,
  parts: readonly PlacedPart[],
  { usual }: CommonInput,
  measure: () => Promise<T>,
): Promise<T> {
  try {
    return await measure();
  } catch (error) {
    if (error instanceof CladError) throw error;
    for (const { backbone, size = usual } of parts) {
      const { card, model, path } = backbone;
      const names = card.layers.map(({ name }) => name);
      await measureValues(engine, model, card.inputName, names, size).catch((reason: unknown) =>
        unsuitable(
          path,
          `it does not run on an image of ${size.width} x ${size.height} pixels (${firstLineOf(reason)})`,
        ),
      );
    }
    throw error;
  }
}

/** What makes each part's total variance the first's, in two digits, times its weight; 1 for the first. */
function scalesOf(
  parts: readonly PartOfJoin[],
  names: readonly (readonly string[])[],
  variances: ReadonlyMap<string, number>,
): number[] {
  const totals = names.map((own) => own.reduce((sum, name) => sum + (variances.get(name) as number), 0));
  totals.forEach((total, index) => {
    if (total > 0 && Number.isFinite(total)) return;
    const reason =
      total === 0
        ? 'its layers give the same numbers for all images'
        : 'it gives numbers that are not finite';
    unsuitable(parts[index]?.backbone.path ?? '', reason);
  });
  return totals.map((total, index) =>
    index === 0 ? 1 : Number(Math.sqrt(totals[0]! / total).toPrecision(2)) * (parts[index]?.weight ?? 1),
  );
}
