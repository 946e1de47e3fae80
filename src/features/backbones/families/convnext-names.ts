/** @file How libraries call the weights of a ConvNeXt. Ours: `stage0.cut`, `stage0.norm`, `stage0.blocks.3.dw`, ... */
import type { Convention } from './state-dict.ts';

/** One library's names. */
interface ConvnextNames extends Convention {
  /** What the names of the last stage begin with, which no layer needs; a pattern but for its dots. */
  readonly lastStage: string;
}

/** Names of one library, stage by stage, since some count the steps between stages as well. */
function convention(
  of: (stage: number) => { cut: string; norm: string; block: string },
  parts: Readonly<Record<string, string>>,
  lastStage: string,
): ConvnextNames {
  const names: Record<string, string> = {};
  for (const stage of [0, 1, 2]) {
    const { cut, norm, block } = of(stage);
    names[`stage${stage}.cut`] = cut;
    names[`stage${stage}.norm`] = norm;
    for (const [ours, theirs] of Object.entries(parts)) {
      names[`stage${stage}.blocks.#.${ours}`] = `${block}.#.${theirs}`;
    }
  }
  return { names, lastStage };
}

const timm = convention(
  (stage) => ({
    cut: stage === 0 ? 'stem.0' : `stages.${stage}.downsample.1`,
    norm: stage === 0 ? 'stem.1' : `stages.${stage}.downsample.0`,
    block: `stages.${stage}.blocks`,
  }),
  { dw: 'conv_dw', norm: 'norm', fc1: 'mlp.fc1', grn: 'mlp.grn', fc2: 'mlp.fc2', gamma: 'gamma' },
  'stages.3.',
);

const torchvision = convention(
  (stage) => ({
    cut: stage === 0 ? 'features.0.0' : `features.${2 * stage}.1`,
    norm: stage === 0 ? 'features.0.1' : `features.${2 * stage}.0`,
    block: `features.${2 * stage + 1}`,
  }),
  { dw: 'block.0', norm: 'block.2', fc1: 'block.3', fc2: 'block.5', gamma: 'layer_scale' },
  'features.[67].',
);

const huggingFace = convention(
  (stage) => ({
    cut: stage === 0 ? 'embeddings.patch_embeddings' : `encoder.stages.${stage}.downsampling_layer.1`,
    norm: stage === 0 ? 'embeddings.layernorm' : `encoder.stages.${stage}.downsampling_layer.0`,
    block: `encoder.stages.${stage}.layers`,
  }),
  {
    dw: 'dwconv',
    norm: 'layernorm',
    fc1: 'pwconv1',
    grn: 'grn',
    fc2: 'pwconv2',
    gamma: 'layer_scale_parameter',
  },
  'encoder.stages.3.',
);

/** Hugging Face's of those that DINOv3 trained. */
const huggingFaceDino = convention(
  (stage) => ({
    cut: `stages.${stage}.downsample_layers.${stage === 0 ? 0 : 1}`,
    norm: `stages.${stage}.downsample_layers.${stage === 0 ? 1 : 0}`,
    block: `stages.${stage}.layers`,
  }),
  {
    dw: 'depthwise_conv',
    norm: 'layer_norm',
    fc1: 'pointwise_conv1',
    fc2: 'pointwise_conv2',
    gamma: 'gamma',
  },
  'stages.3.',
);

const publisher = convention(
  (stage) => ({
    cut: `downsample_layers.${stage}.${stage === 0 ? 0 : 1}`,
    norm: `downsample_layers.${stage}.${stage === 0 ? 1 : 0}`,
    block: `stages.${stage}`,
  }),
  { dw: 'dwconv', norm: 'norm', fc1: 'pwconv1', grn: 'grn', fc2: 'pwconv2', gamma: 'gamma' },
  '(stages|downsample_layers).3.',
);

export const convnextNames: readonly ConvnextNames[] = [
  timm,
  torchvision,
  huggingFace,
  huggingFaceDino,
  publisher,
];
