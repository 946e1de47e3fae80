/** @file The image with its heat map and its regions, in three layers, so that the slider does not paint anew. */
import {
  drawImage,
  drawOverlay,
  heatLegend,
  legendGradient,
  type PredictionWithMap,
  type RgbImage,
  type WebDetector,
} from 'clad/web';
import { element } from './element.ts';

export class Stage {
  readonly #view = element('view', HTMLElement);
  readonly #layers = element('layers', HTMLElement);
  readonly #image = element('image', HTMLCanvasElement);
  readonly #heat = element('heat', HTMLCanvasElement);
  readonly #boxes = element('boxes', HTMLElement);
  readonly #legend = element('legend', HTMLElement);

  constructor() {
    const opacity = element('opacity', HTMLInputElement);
    const regions = element('show-boxes', HTMLInputElement);
    const adjust = () => {
      this.#heat.style.opacity = String(Number(opacity.value) / 100);
      this.#boxes.hidden = !regions.checked;
    };
    opacity.addEventListener('input', adjust);
    regions.addEventListener('change', adjust);
    adjust();
  }

  /** Takes the image away, with its heat map and regions. */
  clear(): void {
    this.#view.classList.add('empty');
    element('hint', HTMLElement).hidden = false;
    this.#layers.hidden = true;
    this.forget();
    // Also from memory: a canvas keeps what was painted.
    for (const canvas of [this.#image, this.#heat]) canvas.width = canvas.height = 0;
  }

  /** Takes heat map and regions off the image. */
  forget(): void {
    this.#heat.hidden = true;
    this.#legend.hidden = true;
    this.#boxes.replaceChildren();
  }

  /** The image; with its heat map and regions once it is predicted. */
  show(image: RgbImage, detector?: WebDetector, result?: PredictionWithMap): void {
    this.#view.classList.remove('empty');
    element('hint', HTMLElement).hidden = true;
    this.#layers.hidden = false;
    this.#layers.style.setProperty('--ratio', String(image.width / image.height));
    drawImage(this.#image, image);
    this.#heat.hidden = !result;
    if (detector && result) drawOverlay(this.#heat, detector, image, result);
    this.#explain(detector, result?.class);
    const share = (pixels: number, of: number) => `${(100 * pixels) / of}%`;
    const boxes = (result?.regions ?? []).map(({ x, y, width, height }, index) => {
      const box = document.createElement('i');
      box.style.left = share(x, image.width);
      box.style.top = share(y, image.height);
      box.style.width = share(width, image.width);
      box.style.height = share(height, image.height);
      const number = document.createElement('b');
      number.textContent = String(index + 1);
      box.append(number);
      return box;
    });
    this.#boxes.replaceChildren(...boxes);
  }

  /** What the colours of the class mean. */
  #explain(detector?: WebDetector, className?: string): void {
    const legend = detector && className !== undefined ? heatLegend(detector.metadata, className) : undefined;
    this.#legend.hidden = !legend;
    if (!legend) return;
    element('legend-colours', HTMLElement).style.backgroundImage = legendGradient(legend);
    for (const place of ['low', 'middle', 'top'] as const)
      element(`legend-${place}`, HTMLElement).textContent = legend.scale[place].toFixed(2);
  }
}
