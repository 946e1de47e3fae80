/** @file The families whose backbones are built of weights alone, and finding that of a state dict. */
import { CladError } from '../../../core/errors.ts';
import { clip } from './clip.ts';
import { convnext } from './convnext.ts';
import { dinov2 } from './dinov2.ts';
import { dinov3 } from './dinov3.ts';
import { efficientnet } from './efficientnet.ts';
import type { BackboneFamily, BuiltBackbone, WeightsFile } from './family.ts';
import { resnet } from './resnet.ts';
import { tinyVit } from './tiny-vit.ts';
import { vit } from './vit.ts';

/** Asked in this order: the first whose names a state dict has builds it. */
const families: readonly BackboneFamily[] = [
  resnet,
  convnext,
  efficientnet,
  tinyVit,
  clip,
  dinov3,
  dinov2,
  vit,
];

/** What there is, for messages. */
export const familyTitles: string = families.map(({ title }) => title).join(', ');

/**
 * Builds a backbone of a state dict.
 * @throws STATE_DICT_UNSUITABLE when it is of no family, and what its family's `build` throws
 */
export function buildFromWeights(file: WeightsFile): BuiltBackbone {
  for (const family of families) {
    const built = family.build(file);
    if (built) return built;
  }
  const first = Object.keys(file.tensors).slice(0, 3).join(', ') || 'none';
  throw new CladError('STATE_DICT_UNSUITABLE', {
    path: file.path,
    reason: `their names (the first are ${first}) are those of no family that is known: ${familyTitles}`,
  });
}
