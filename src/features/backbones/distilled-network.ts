/**
 * @file The learnt half of the built-in backbone: a small residual network that learnt to say what a large one says (distillation, Hinton, Vinyals
 * and Dean 2015; of features for anomaly detection: EfficientAD, Batzner et al. 2024). tools/distil holds the recipe of its
 * weights, docs/builtin-backbone.md what it learnt from and how good it is.
 *
 * A stem and stages, each at half the resolution of the one before: a strided 3 x 3 convolution, then blocks of two 3 x 3 convolutions
 * around a shortcut. The last two stages have heads, 1 x 1 convolutions onto the principal axes of the teacher's layers.
 */
import { CladError } from '../../core/errors.ts';
import { type Safetensor, safetensorFloats } from '../../core/safetensors.ts';
import { add, conv, relu, type Tensor } from '../../graph/index.ts';

/** What the network says of an image. */
export interface DistilledLayers {
  /** [N, channels, H / 8, W / 8], rounded up. */
  readonly layer2: Tensor;
  /** [N, channels, H / 16, W / 16], rounded up. */
  readonly layer3: Tensor;
}

/**
 * The network's nodes behind an image, from its convolutions: `stem`, `stageN.down`, `stageN.blockM.first` and `.second`, and the
 * heads, each `.weight` and `.bias`. As many blocks are made as there are weights.
 * @param image - float32 [N, 3, H, W], RGB/255 normalised with ImageNet's mean and deviation
 * @throws INTERNAL when a weight is missing
 */
export function distilledNetwork(
  image: Tensor,
  weights: Readonly<Record<string, Safetensor>>,
): DistilledLayers {
  const { graph } = image;
  const constant = (name: string) => {
    const tensor = weights[name];
    if (!tensor) throw new CladError('INTERNAL', { reason: `The built-in backbone has no weight ${name}.` });
    return graph.constant(name, safetensorFloats(tensor), tensor.shape);
  };
  const convolve = (x: Tensor, name: string, stride = 1): Tensor => {
    const weight = constant(`${name}.weight`);
    const padding = weight.shape[2] === 3 ? 1 : 0;
    return conv(x, weight, constant(`${name}.bias`), { stride, padding });
  };
  const stage = (x: Tensor, name: string): Tensor => {
    let map = relu(convolve(x, `${name}.down`, 2));
    for (let block = 0; `${name}.block${block}.first.weight` in weights; block++) {
      const inner = relu(convolve(map, `${name}.block${block}.first`));
      map = relu(add(map, convolve(inner, `${name}.block${block}.second`)));
    }
    return map;
  };
  const first = stage(relu(convolve(image, 'stem', 2)), 'stage1');
  const second = stage(first, 'stage2');
  const third = stage(second, 'stage3');
  return { layer2: convolve(second, 'layer2'), layer3: convolve(third, 'layer3') };
}
