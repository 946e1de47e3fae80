export { Detector } from './detector/detector.ts';
export { toRgbImage } from './image/browser-decode.ts';
export { webEngine } from './runtime/web.ts';
