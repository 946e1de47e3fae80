/** @file Frames of the camera for a product, as long as a button is held: by a finger, a mouse, or the space bar. */
import type { Camera } from '../../src/web/camera.ts';
import { whileHeld } from '../../src/web/while-held.ts';
import { element } from '../browser/element.ts';
import type { ProductCard, Products } from './products.ts';
import type { Words } from './texts.ts';

/** Milliseconds from one frame to the next. */
const pause = 250;

export class Filming {
  readonly #camera: Camera;
  readonly #products: Products;
  readonly #choice = element('film-for', HTMLSelectElement);
  readonly #button = element('hold', HTMLButtonElement);

  constructor(camera: Camera, products: Products, words: Words) {
    this.#camera = camera;
    this.#products = products;
    whileHeld(this.#button, pause, () => this.#take());
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

  async #take(): Promise<boolean> {
    const product = this.#product;
    const png = product && (await this.#camera.frame());
    if (product && png) this.#products.film(product, png);
    return this.#camera.running;
  }
}
