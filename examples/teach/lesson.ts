/** @file Teaching: what is still missing, how far it is, what came of it, and the file. */
import { CladError, type OddPicture, type Taught, type TeachProgress, teach } from 'clad/web';
import { element } from '../browser/element.ts';
import { type Products, thumb } from './products.ts';
import type { Texts, Words } from './texts.ts';

/** `?settings=features.inputSize=192` behind the page's address is what slow devices may be given, and tests. */
const settings = new URLSearchParams(location.search).get('settings')?.split(' ') ?? [];

/** As teach() has it. */
const leastPictures = 5;

type Said = readonly [name: keyof Texts, values?: Readonly<Record<string, string | number>>];

export class Lesson {
  readonly #words: Words;
  readonly #products: Products;
  readonly #taught: (taught: Taught) => Promise<void>;
  readonly #button = element('teach', HTMLButtonElement);
  readonly #cancel = element('cancel', HTMLButtonElement);
  readonly #progress = element('progress', HTMLProgressElement);
  #work: AbortController | undefined;
  #state: Said = ['needsProduct'];
  #odd: readonly OddPicture[] = [];

  /** @param taught - given what was taught */
  constructor(words: Words, products: Products, taught: (taught: Taught) => Promise<void>) {
    this.#words = words;
    this.#products = products;
    this.#taught = taught;
    this.#button.addEventListener('click', () => void this.#teach());
    this.#cancel.addEventListener('click', () => this.#work?.abort());
    words.onChange(() => {
      this.#show();
      this.#showOdd();
    });
  }

  /** Says what is there to be taught from; to be called after every change. */
  check(): void {
    if (this.#work) return;
    const missing = this.#missing();
    this.#button.disabled = missing !== undefined;
    const { all } = this.#products;
    const count = all.reduce((sum, { shots }) => sum + shots.length, 0);
    const [first] = all;
    const ready: Said =
      all.length === 1 && first
        ? ['readyOne', { count, products: first.name }]
        : ['ready', { count, products: all.length }];
    this.say(...(missing ?? ready));
  }

  say(...said: Said): void {
    this.#state = said;
    this.#show();
  }

  tell(error: unknown): void {
    const trouble = element('trouble', HTMLElement);
    trouble.textContent = error instanceof Error ? error.message : String(error);
    trouble.hidden = false;
    if (!(error instanceof CladError)) console.error(error);
  }

  #missing(): Said | undefined {
    const { all } = this.#products;
    if (all.length === 0) return ['needsProduct'];
    if (all.some(({ name }) => name === '')) return ['needsName'];
    const few = all.find(({ shots }) => shots.length < leastPictures);
    return few && ['needs', { name: few.name, count: few.shots.length, least: leastPictures }];
  }

  async #teach(): Promise<void> {
    const work = new AbortController();
    this.#work = work;
    this.#begin();
    try {
      const products = this.#products.all.map(({ name, shots }) => ({
        name,
        pictures: shots.map(({ file }) => file),
      }));
      const result = await teach(products, {
        settings,
        signal: work.signal,
        onProgress: (progress) => this.#showProgress(progress),
        onNote: (sentence) => this.#note(sentence),
      });
      await this.#taught(result);
      const { metadata, model, seconds } = result;
      this.say('taught', {
        seconds: Math.round(seconds),
        products: metadata.classes.join(', '),
        size: (model.size / 1e6).toFixed(1),
      });
      this.#odd = result.odd;
      this.#showOdd();
    } catch (error) {
      // Who stopped it knows that it was stopped.
      if (!work.signal.aborted) this.tell(error);
      this.#work = undefined;
      this.check();
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    element('trouble', HTMLElement).hidden = true;
    const notes = element('notes', HTMLElement);
    notes.replaceChildren();
    notes.hidden = true;
    this.#odd = [];
    this.#showOdd();
    this.#button.disabled = true;
    this.#cancel.hidden = false;
    this.#cancel.focus();
    this.#progress.hidden = false;
    this.#progress.removeAttribute('value');
  }

  #end(): void {
    this.#work = undefined;
    this.#button.disabled = this.#missing() !== undefined;
    if (document.activeElement === this.#cancel) this.#button.focus();
    this.#cancel.hidden = true;
    this.#progress.hidden = true;
  }

  #showProgress({ task, done, total, step = 1, steps = 1, secondsLeft }: TeachProgress): void {
    this.#progress.value = (step - 1 + done / Math.max(1, total)) / steps;
    const left =
      secondsLeft === undefined
        ? this.#words.say('tooSoon')
        : this.#words.say('left', { seconds: Math.max(1, Math.round(secondsLeft)) });
    this.say('working', { step, steps, task: this.#words.task(task), done, total, left });
  }

  #note(sentence: string): void {
    const notes = element('notes', HTMLElement);
    const line = document.createElement('li');
    line.textContent = sentence;
    notes.append(line);
    notes.hidden = false;
  }

  /** Pictures that may be no good parts, each with a button that takes it out. */
  #showOdd(): void {
    const items = this.#odd.flatMap((odd) => {
      const product = this.#products.all.find(({ name }) => name.normalize('NFC') === odd.product);
      const shot = product?.shots.find(({ file }) => file.name === odd.picture);
      if (!product || !shot) return [];
      const label = `${this.#words.say('takeOut')}: ${this.#words.say('oddPicture', odd as unknown as Record<string, string>)}`;
      return thumb(shot, '✕', label, () => {
        this.#products.takeOut(product, shot);
        this.#showOdd();
      });
    });
    element('odd-list', HTMLElement).replaceChildren(...items);
    element('odd', HTMLElement).hidden = items.length === 0;
  }

  #show(): void {
    const state = element('state', HTMLElement);
    const text = this.#words.say(...this.#state);
    if (state.textContent !== text) state.textContent = text;
  }
}
