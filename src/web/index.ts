/**
 * @file Table of contents of the library in a browser, `clad/web`. docs/browser.md walks through it.
 *
 * @example
 * import { drawOverlay, loadDetector, toRgbImage } from 'clad/web';
 * const detector = await loadDetector('model.onnx');
 * const image = await toRgbImage(input.files[0]);
 * const result = await detector.predict(image);
 * drawOverlay(canvas, detector, image, result);
 */
export { CladError, type ErrorCode } from '../core/errors.ts';
export type { PredictOptions } from '../detector/detector.ts';
export {
  type HeatLegend,
  heatLegend,
  type LegendStop,
  legendGradient,
} from '../detector/heat/heat-legend.ts';
export type { AnomalousRegion } from '../detector/heat/map-regions.ts';
export type { DetectorMetadata } from '../detector/metadata.ts';
export type { Decision, Prediction, PredictionWithMap, Recognised } from '../detector/prediction.ts';
export type { NamedResult } from '../detector/roi/named-results.ts';
export { type Geometry, type Rectangle, seenPart, toMap, toPhotograph } from '../image/geometry.ts';
export type { RgbImage } from '../image/rgb.ts';
export { type ImageSource, toRgbImage } from './decode-in-page.ts';
export type { DetectorSource, DownloadProgress } from './fetch-detector.ts';
export { drawImage, drawOverlay, type OverlayOptions } from './overlay-canvas.ts';
export type { TaughtProduct } from './teach/products.ts';
export { type Taught, type TeachOptions, type TeachProgress, teach } from './teach/teach.ts';
export type { OddPicture } from './teach/teach-messages.ts';
export { withThresholds } from './teach/with-thresholds.ts';
export { type LoadDetectorOptions, loadDetector, type WebDetector } from './web-detector.ts';
export { type WebDevice, whyNoWebGpu, whyOneThread } from './web-engine.ts';
