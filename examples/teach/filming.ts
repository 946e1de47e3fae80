/** @file Frames of the camera for a product, as long as a button is held: by a finger, a mouse, or the space bar. */
import { element } from '../browser/element.ts';
import type { ProductCard, Products } from './products.ts';
import type { Words } from './texts.ts';

/** Milliseconds from one frame to the next. */
const pause = 250;

export class Filming {
  readonly #video: HTMLVideoElement;
  readonly #products: Products;
  readonly #choice = element('film-for', HTMLSelectElement);
  readonly #button = element('hold', HTMLButtonElement);
  #held = false;

  constructor(video: HTMLVideoElement, products: Products, words: Words) {
    this.#video = video;
    this.#products = products;
    const begin = () => void this.#film();
    const end = () => {
      this.#held = false;
    };
    this.#button.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#button.setPointerCapture(event.pointerId);
      begin();
    });
    for (const name of ['pointerup', 'pointercancel', 'blur'] as const)
      this.#button.addEventListener(name, end);
    this.#button.addEventListener('keydown', (event) => {
      if (![' ', 'Enter'].includes(event.key)) return;
      event.preventDefault();
      if (!event.repeat) begin();
    });
    this.#button.addEventListener('keyup', end);
    // A long press on a phone is no wish for a menu.
    this.#button.addEventListener('contextmenu', (event) => event.preventDefault());
    this.#choice.addEventListener('change', () => this.show());
    words.onChange(() => this.show());
  }

  /** The product that frames are for; undefined where there is none. */
  get #product(): ProductCard | undefined {
    return this.#products.all[this.#choice.selectedIndex];
  }

  /** Products and counts as they are now. */
  show(): void {
    const { all } = this.#products;
    const before = this.#choice.selectedIndex;
    this.#choice.replaceChildren(...all.map(({ name }) => new Option(name)));
    this.#choice.selectedIndex = before >= 0 && before < all.length ? before : all.length - 1;
    const product = this.#product;
    this.#button.disabled = !product;
    element('hold-count', HTMLElement).textContent = product ? String(product.shots.length) : '';
  }

  async #film(): Promise<void> {
    if (this.#held) return;
    this.#held = true;
    this.#button.classList.add('held');
    try {
      do {
        const next = new Promise((resolve) => setTimeout(resolve, pause));
        const product = this.#product;
        const png = product && (await this.#frame());
        if (product && png) this.#products.film(product, png);
        await next;
      } while (this.#held && this.#video.srcObject);
    } finally {
      this.#held = false;
      this.#button.classList.remove('held');
    }
  }

  /** The frame that shows, lossless; undefined where there is none yet. */
  async #frame(): Promise<Blob | undefined> {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (width === 0 || height === 0) return undefined;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.drawImage(this.#video, 0, 0);
    return canvas.convertToBlob({ type: 'image/png' });
  }
}
