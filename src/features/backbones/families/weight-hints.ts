/**
 * @file What stands beside weights and they do not show themselves: the JSON files that Hugging Face's repositories have next to
 * `model.safetensors` (config.json, preprocessor_config.json, open_clip_config.json), and what the user says.
 */
import type { Normalization } from './family.ts';

/** Each is undefined where nothing says it. */
export interface WeightHints {
  /** timm's name of the network. */
  readonly architecture?: string | undefined;
  /** Channels of a token, by which a file of another network is told. */
  readonly width?: number | undefined;
  readonly heads?: number | undefined;
  /** Of the layer norms. */
  readonly epsilon?: number | undefined;
  /** As its file calls it: `gelu`, `quick_gelu`, ... */
  readonly activation?: string | undefined;
  readonly normalization?: Normalization | undefined;
  /** What the activation comes from, for messages: `config.json`, `--activation`. */
  readonly activationFrom?: string | undefined;
}

/** Names of the files that are read, where they stand in the folder of the weights. */
export const hintFiles = ['config.json', 'open_clip_config.json', 'preprocessor_config.json'] as const;

/** What such files say. @param files - parsed, by name; whatever is not as expected says nothing */
export function hintsOf(files: Readonly<Partial<Record<(typeof hintFiles)[number], unknown>>>): WeightHints {
  const config = ofImages(objectOf(files['config.json']));
  // A model of images and text has a part for images; timm's file its own place for how images come in.
  const vision = { ...config, ...objectOf(config.vision_config) };
  const clip = objectOf(objectOf(files['open_clip_config.json']).model_cfg);
  const clipSays = Object.hasOwn(clip, 'vision_cfg');
  const { layer_norm_eps: epsilon } = vision;
  const hidden = textOf(vision.hidden_act);
  const named = textOf(config.architecture);
  const timm = named && (/quickgelu/.test(named) ? 'quick_gelu' : 'gelu');
  const open = clipSays ? (clip.quick_gelu === true ? 'quick_gelu' : 'gelu') : undefined;
  return {
    architecture: named,
    width:
      numberOf(vision.hidden_size) ??
      numberOf(config.num_features) ??
      numberOf(objectOf(clip.vision_cfg).width),
    heads: numberOf(vision.num_attention_heads),
    epsilon: typeof epsilon === 'number' && epsilon > 0 ? epsilon : undefined,
    activation: hidden ?? timm ?? open,
    activationFrom: hidden || timm ? 'config.json' : open && 'open_clip_config.json',
    normalization:
      normalizationOf(files['preprocessor_config.json'], 'image_mean', 'image_std') ??
      normalizationOf(config.pretrained_cfg, 'mean', 'std') ??
      normalizationOf(objectOf(files['open_clip_config.json']).preprocess_cfg, 'mean', 'std'),
  };
}

/**
 * What the files say, where they speak of these weights; what the user says stays.
 * @param width - channels of a token
 * @returns with a sentence where they speak of another network
 */
export function fittingHints(hints: WeightHints, width: number): { hints: WeightHints; notes: string[] } {
  if (hints.width === undefined || hints.width === width) return { hints, notes: [] };
  const { activation, activationFrom } = hints;
  return {
    hints: activationFrom === '--activation' ? { activation, activationFrom } : {},
    notes: [
      `The config.json beside the weights is of another network (${hints.width} channels, these have ${width}), so it was not used.`,
    ],
  };
}

/** A config.json, if it is of a network that sees images: that of a language model has widths and heads too. */
function ofImages(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const signs = ['vision_config', 'patch_size', 'image_size', 'num_channels', 'architecture'];
  return signs.some((sign) => Object.hasOwn(config, sign)) ? config : {};
}

function normalizationOf(value: unknown, meanKey: string, stdKey: string): Normalization | undefined {
  const [mean, std] = [objectOf(value)[meanKey], objectOf(value)[stdKey]].map(threeOf);
  return mean && std?.every((each) => each > 0) ? { mean, std } : undefined;
}

function threeOf(value: unknown): [number, number, number] | undefined {
  const three = Array.isArray(value) && value.length === 3 && value.every((each) => Number.isFinite(each));
  return three ? (value as [number, number, number]) : undefined;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
