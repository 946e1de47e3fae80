/** @file The card of a backbone that was built of weights, and a run that shows that it is true. */
import { CladError, firstLineOf } from '../../core/errors.ts';
import { sizeOf, sizeText } from '../../image/size-option.ts';
import { type Engine, float32 } from '../../runtime/engine.ts';
import { parseCard, type WrittenCard } from './backbone-card.ts';
import { unsuitable } from './backbone-file.ts';
import { type BackboneFlags, defined, normalizationOf } from './backbone-flags.ts';
import { requireAsCarded } from './check-layers.ts';
import type { BuiltBackbone } from './families/family.ts';

/**
 * Makes the card: what the user says, else what the family knows.
 * @param path - of the ONNX file, for messages
 * @throws BACKBONE_UNSUITABLE for a layer that it has not, OPTION_INVALID for an input size that it cannot have
 */
export function builtCard(
  built: BuiltBackbone,
  flags: BackboneFlags,
  path: string,
): { card: WrittenCard; assumed: string[] } {
  const { architecture, layers, usualLayers, normalization, assumedNormalization, notes } = built;
  const names = layers.map(({ name }) => name);
  const unknown = flags.layers?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return unsuitable(path, `it has no value named ${unknown}; its outputs are ${names.join(', ')}`);
  }
  const { sizeMultiple = 1 } = built;
  const { width, height } = sizeOf(flags.inputSize ?? built.inputSize);
  if (width % sizeMultiple !== 0 || height % sizeMultiple !== 0) {
    throw new CladError('OPTION_INVALID', {
      option: '--input-size',
      expected: `a multiple of ${sizeMultiple} pixels, the side of a patch of ${architecture}`,
      actual: sizeText({ width, height }),
    });
  }
  const said = normalizationOf(flags);
  const chosen = flags.layers && layers.filter(({ name }) => flags.layers?.includes(name));
  const usual = usualLayers && (chosen?.map(({ name }) => name) ?? usualLayers);
  const card = parseCard(
    {
      name: architecture,
      inputName: 'image',
      inputSize: built.inputSize,
      ...(built.sizeMultiple && { sizeMultiple: built.sizeMultiple }),
      mean: [...(said ?? normalization).mean],
      std: [...(said ?? normalization).std],
      layers: chosen ?? layers,
      ...(usual && { usualLayers: usual }),
      licence: 'unknown',
      source: 'unknown',
      ...defined(flags),
    },
    path,
  );
  const assumed = [...notes];
  if (!said && assumedNormalization) {
    assumed.push(`Nothing says how images for ${card.name} are normalised: ${assumedNormalization}.`);
  }
  return { card, assumed };
}

/** Positions of a layer on the image that a new backbone is tried with. */
const trialPositions = 8;

/**
 * Runs a backbone once on an image of one grey, which is small.
 * @throws BACKBONE_UNSUITABLE when it does not run, a layer is not as the card says, or its numbers are not finite
 */
export async function tryBuilt(engine: Engine, bytes: Uint8Array, card: WrittenCard, path: string) {
  const deepest = Math.max(...card.layers.map(({ stride }) => stride));
  const multiple = card.sizeMultiple ?? 1;
  const least = Math.max(trialPositions * deepest, card.minInputSize ?? 1);
  const size = sizeOf(Math.ceil(least / multiple) * multiple);
  const { width, height } = size;
  try {
    const session = await engine.load(bytes);
    try {
      const image = float32(new Float32Array(3 * width * height).fill(0.5), [1, 3, height, width]);
      const outputs = await session.run({ image });
      const measured = card.layers.map(({ name }) => ({ name, shape: outputs[name]?.shape ?? [] }));
      requireAsCarded({ card: { ...card, sha256: '' }, path }, measured, size);
      for (const { name } of card.layers) {
        const data = (outputs[name]?.data ?? []) as ArrayLike<number>;
        for (let at = 0; at < data.length; at++) {
          if (!Number.isFinite(data[at])) unsuitable(path, `layer ${name} gives numbers that are not finite`);
        }
      }
    } finally {
      await session.release();
    }
  } catch (error) {
    if (error instanceof CladError) throw error;
    unsuitable(path, `it does not run on an image of ${width} x ${height} pixels (${firstLineOf(error)})`);
  }
}
