/**
 * @file The card of a backbone: a small JSON file beside the ONNX file that says what the file itself cannot, above all
 * how images are normalised and which values are the layers. docs/backbones.md explains every key.
 */
import { z } from 'zod';
import { CladError } from '../../core/errors.ts';
import { type SizeOption, sizeOf, sizePattern } from '../../image/size-option.ts';

/** One value of the ONNX file that is used as features: float32 [N, channels, H / stride, W / stride]. */
export interface BackboneLayer {
  /** The value's name in the ONNX file: an output, or any value inside. */
  readonly name: string;
  readonly channels: number;
  /** Pixels of the input from one position to the next, not always whole, nominally: a network without padding loses one or two at the border. */
  readonly stride: number;
}

/** What a backbone's card says. */
export interface BackboneCard {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** The ONNX file's input: float32 [N, 3, H, W]. */
  readonly inputName: string;
  /** The input that the network was trained for, pixels: of both sides, or width and height as `320x240`. */
  readonly inputSize: SizeOption;
  /** Smallest side that gives useful layers, pixels. */
  readonly minInputSize?: number | undefined;
  /** Sides have to be multiples of this, pixels. */
  readonly sizeMultiple?: number | undefined;
  /** Of RGB/255. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Shallow to deep. */
  readonly layers: readonly BackboneLayer[];
  /** Those that a training uses where nobody asks for others; the first one's grid is that of the patches. */
  readonly usualLayers?: readonly string[] | undefined;
  /** @default 'unknown' */
  readonly licence: string;
  /** Where the weights come from. @default 'unknown' */
  readonly source: string;
  /** Of the ONNX file, in hexadecimal. A card on disk may leave it out; it is verified where it stands. */
  readonly sha256: string;
}

/** A card as it may stand on disk. */
export type WrittenCard = Omit<BackboneCard, 'sha256'> & { readonly sha256?: string | undefined };

/** ImageNet's mean and standard deviation of RGB/255, which nearly all public networks were trained with. */
export const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** What a backbone may be called. */
export const backboneNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const pixels = z.int().min(8).max(8192);
const deviation = z.number().positive();

/** The JSON of a card; unknown keys are refused. */
export const backboneCardSchema = z
  .strictObject({
    name: z.string().regex(backboneNamePattern, 'expected letters, digits, ".", "_" and "-"'),
    inputName: z.string().min(1),
    inputSize: z.union([pixels, z.string().regex(sizePattern)], 'expected pixels, e.g. 256, or "320x240"'),
    minInputSize: pixels.optional(),
    sizeMultiple: z.int().min(1).max(1024).optional(),
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([deviation, deviation, deviation]),
    layers: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          channels: z.int().positive(),
          stride: z.number().min(1),
        }),
      )
      .min(1),
    usualLayers: z.array(z.string()).min(1).optional(),
    licence: z.string().default('unknown'),
    source: z.string().default('unknown'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
      .optional(),
  })
  .superRefine(({ layers, usualLayers = [], inputSize, minInputSize }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (new Set(layers.map(({ name }) => name)).size < layers.length) {
      refuse('layers', 'two of them have one name');
    }
    if (layers.some(({ stride }, index) => stride < (layers[index - 1]?.stride ?? 0))) {
      refuse('layers', 'expected them from shallow to deep, strides growing');
    }
    const unknown = usualLayers.find((name) => !layers.some((layer) => layer.name === name));
    if (unknown !== undefined) refuse('usualLayers', `${unknown} is none of the layers`);
    if (new Set(usualLayers).size < usualLayers.length) refuse('usualLayers', 'one stands there twice');
    const { width, height } = sizeOf(inputSize);
    if (minInputSize !== undefined && minInputSize > Math.min(width, height))
      refuse('minInputSize', 'is above inputSize');
  });

/**
 * Checks a card.
 * @param path - where it stands, for messages
 * @throws BACKBONE_CARD_INVALID naming every key that is wrong
 */
export function parseCard(value: unknown, path: string): WrittenCard {
  const result = backboneCardSchema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path: keys, message }) => {
    const said = message.charAt(0).toLowerCase() + message.slice(1);
    return keys.length > 0 ? `${keys.join('.')}: ${said}` : said;
  });
  throw new CladError('BACKBONE_CARD_INVALID', { path, reason: reasons.join('; ') });
}

/** The text of a card file: one line a key and a layer. */
export function cardText(card: WrittenCard): string {
  const line = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
    return JSON.stringify(value, undefined, 1).replaceAll(/\s*\n\s*/g, ' ');
  };
  const fields = Object.entries(card)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = key === 'layers' ? `[\n    ${card.layers.map(line).join(',\n    ')}\n  ]` : line(value);
      return `  ${JSON.stringify(key)}: ${text}`;
    });
  return `{\n${fields.join(',\n')}\n}\n`;
}
