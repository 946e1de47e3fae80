/** @file The backbone that a training asks for, in the precision that it asks for. */
import { loadBackbone } from '../../features/backbones/backbone.ts';
import type { Backbone } from '../../features/backbones/loaded-backbone.ts';
import { reducedBackbone } from '../../features/backbones/reduced-backbone.ts';
import type { SizeOption } from '../../image/size-option.ts';
import type { Engine } from '../../runtime/engine.ts';
import { nodeEngine } from '../../runtime/node.ts';
import type { TrainRequest } from './train-request.ts';

/**
 * Loads and, where that is asked for, reduces it.
 * @param inputSize - of the images that it will be given. @default what its card says
 * @throws what `loadBackbone` and `reducedBackbone` throw
 */
export async function askedBackbone(
  asked: Pick<TrainRequest, 'backbone' | 'backboneFlags' | 'backbonePrecision'>,
  engine: Engine,
  inputSize?: SizeOption,
): Promise<Backbone> {
  const { backbonePrecision: precision = 'fp32' } = asked;
  const backbone = await loadBackbone(asked.backbone, asked.backboneFlags, engine, inputSize);
  if (precision === 'fp32') return backbone;
  const measuring = engine.device === 'cpu' ? engine : await nodeEngine();
  return reducedBackbone(backbone, precision, engine, measuring);
}
