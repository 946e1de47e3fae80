/** @file Images and heat maps on a canvas, in the colours of `clad predict --maps`. */
import {
  callback,
  flag,
  having,
  number,
  optional,
  requireArgument,
  requireFields,
} from '../core/arguments.ts';
import { heatImage } from '../detector/heat/heat-image.ts';
import type { PredictionWithMap } from '../detector/prediction.ts';
import { requireAnswer, requireDetector } from '../detector/result-arguments.ts';
import { seenPart } from '../image/geometry.ts';
import { type RgbImage, requireRgbImage } from '../image/rgb.ts';
import type { WebDetector } from './web-detector.ts';

type Canvas = HTMLCanvasElement | OffscreenCanvas;

export interface OverlayOptions {
  /**
   * Of the heat map over the image, 0..1.
   * @default 1
   */
  readonly opacity?: number;
  /**
   * Draws a box around each region.
   * @default false
   */
  readonly regions?: boolean;
}

const drawable = having('a canvas', { getContext: callback });

/** Boxes are this share of the shorter side wide, at least one pixel. */
const lineShare = 1 / 200;

/** Gives the canvas the image's size and draws it. */
export function drawImage(canvas: Canvas, image: RgbImage): void {
  requireArgument('drawImage', 'canvas', canvas, drawable);
  requireRgbImage('drawImage', 'image', image);
  canvas.width = image.width;
  canvas.height = image.height;
  contextOf(canvas).putImageData(imageDataOf(image), 0, 0);
}

/**
 * Gives the canvas the image's size and draws it with its heat map.
 * @param image - the image as it was predicted: what `toRgbImage` gave
 * @example
 * const image = await toRgbImage(file);
 * const result = await detector.predict(image);
 * drawOverlay(canvas, detector, image, result, { regions: true });
 */
export function drawOverlay(
  canvas: Canvas,
  detector: Pick<WebDetector, 'metadata'>,
  image: RgbImage,
  result: Pick<PredictionWithMap, 'class' | 'threshold' | 'map' | 'regions'>,
  options: OverlayOptions = {},
): void {
  requireArgument('drawOverlay', 'canvas', canvas, drawable);
  requireDetector('drawOverlay', detector);
  requireRgbImage('drawOverlay', 'image', image);
  requireAnswer('drawOverlay', 'result', result, detector.metadata);
  requireFields('drawOverlay', 'options', options, { opacity: optional(number), regions: optional(flag) });
  const { opacity = 1, regions = false } = options;
  drawImage(canvas, image);
  const context = contextOf(canvas);
  const heat = heatImage(detector, image, result);
  const layer = new OffscreenCanvas(heat.width, heat.height);
  drawImage(layer, heat);
  const { x, y } = seenPart(detector.metadata.geometry, image);
  context.globalAlpha = opacity;
  context.drawImage(layer, x, y);
  context.globalAlpha = 1;
  if (!regions) return;
  const line = Math.max(1, Math.min(image.width, image.height) * lineShare);
  for (const box of result.regions) {
    // White within black shows on any ground.
    for (const [width, colour] of [
      [3 * line, '#000'],
      [line, '#fff'],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(box.x, box.y, box.width, box.height);
    }
  }
}

const twoDimensional = having('a canvas for two dimensions: this one is in use for WebGL or WebGPU', {
  putImageData: callback,
});

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function contextOf(canvas: Canvas): Context {
  const context = canvas.getContext('2d') as Context | null;
  requireArgument('drawImage', 'canvas', context ?? canvas, twoDimensional);
  return context as Context;
}

function imageDataOf({ width, height, data }: RgbImage): ImageData {
  const pixels = new ImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    pixels.data[to] = data[from]!;
    pixels.data[to + 1] = data[from + 1]!;
    pixels.data[to + 2] = data[from + 2]!;
    pixels.data[to + 3] = 255;
  }
  return pixels;
}
