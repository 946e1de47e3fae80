/** @file What the detector says of the camera's newest frame or of a picture, large enough to be read from two metres; and its threshold, to be moved. */
import {
  loadDetector,
  type PredictionWithMap,
  type RgbImage,
  toRgbImage,
  type WebDetector,
  withThresholds,
} from 'clad/web';
import { element } from '../browser/element.ts';
import { Stage } from '../browser/stage.ts';
import { Turns } from '../browser/turns.ts';
import type { Texts, Words } from './texts.ts';

const marks = { normal: '✓', anomalous: '✕', unknown: '?', none: '–' } as const;
type Kind = keyof typeof marks;

export class Watch {
  readonly #words: Words;
  readonly #stage = new Stage();
  readonly #turns = new Turns();
  readonly #slider = element('threshold', HTMLInputElement);
  readonly #back = element('threshold-back', HTMLButtonElement);
  #detector: WebDetector | undefined;
  #file: Blob | undefined;
  /** Thresholds as they were learnt, by product, of those that were moved. */
  #learnt = new Map<string, number>();
  #last: { readonly image: RgbImage; result?: PredictionWithMap } | undefined;
  #word: keyof Texts = 'noDetector';
  #moving = false;

  constructor(words: Words) {
    this.#words = words;
    this.#slider.addEventListener('input', () => this.#preview(Number(this.#slider.value)));
    this.#slider.addEventListener('change', () => void this.#move(Number(this.#slider.value)));
    this.#back.addEventListener('click', () => {
      const learnt = this.#learnt.get(this.#last?.result?.class ?? '');
      if (learnt !== undefined) void this.#move(learnt);
    });
    words.onChange(() => this.#show());
  }

  get file(): Blob | undefined {
    return this.#file;
  }

  get detector(): WebDetector | undefined {
    return this.#detector;
  }

  /** Takes a detector in the place of the one before. @throws what `loadDetector` throws; then there is none */
  async use(file: Blob): Promise<WebDetector> {
    this.#learnt.clear();
    return this.#load(file);
  }

  async #load(file: Blob): Promise<WebDetector> {
    const old = this.#detector;
    this.#detector = undefined;
    this.#file = undefined;
    this.#nothing('loading');
    await old?.release();
    try {
      this.#detector = await loadDetector(file);
    } catch (error) {
      this.#nothing('noDetector');
      throw error;
    }
    this.#file = file;
    this.#nothing('noResult');
    // What shows is checked by the new one.
    if (this.#last) await this.check(this.#last.image);
    return this.#detector;
  }

  /** Checks a picture in the place of whatever showed. */
  async check(source: File | HTMLVideoElement | RgbImage): Promise<void> {
    // What showed is taken back before the file is decoded, and its late answer with it.
    if (source instanceof File) this.#nothing('looking');
    const turn = this.#turns.begin();
    const began = performance.now();
    const image = await toRgbImage(source);
    if (!turn.isNewest) return;
    const detector = this.#detector;
    this.#last = { image };
    if (!detector) {
      this.#stage.show(image);
      return;
    }
    try {
      const result = await detector.predict(image);
      if (!turn.isNewest || detector !== this.#detector) return;
      this.#last = { image, result };
      this.#stage.show(image, detector, result);
      const rate = 1000 / (performance.now() - began);
      element('speed', HTMLOutputElement).value = this.#words.say('speed', {
        rate: this.#words.number(rate, 1),
      });
      this.#show();
    } catch (error) {
      // One that was replaced meanwhile was released, and could not answer.
      if (detector === this.#detector) throw error;
    }
  }

  /** Takes back what was said. */
  #nothing(word: keyof Texts): void {
    this.#turns.begin();
    this.#word = word;
    if (this.#last) this.#last = { image: this.#last.image };
    this.#stage.forget();
    this.#show();
  }

  /** When the camera stops or falls silent: what it showed is no news any more. */
  forget(): void {
    this.#nothing(this.#detector ? 'noResult' : 'noDetector');
  }

  /** What the verdict would be, while the slider is moved. */
  #preview(threshold: number): void {
    this.#moving = true;
    this.#show(threshold);
  }

  /** Writes the threshold into the file, which is then loaded: verdict, colours and regions are the file's. */
  async #move(threshold: number): Promise<void> {
    const name = this.#last?.result?.class;
    const before = name === undefined ? undefined : this.#detector?.metadata.thresholds[name]?.threshold;
    const file = this.#file;
    this.#moving = false;
    if (name === undefined || before === undefined || !file) return;
    if (!this.#learnt.has(name)) this.#learnt.set(name, before);
    await this.#load(await withThresholds(file, { [name]: threshold }));
  }

  /** @param threshold - in the place of the detector's, while it is moved */
  #show(threshold = this.#moving ? Number(this.#slider.value) : undefined): void {
    const result = this.#last?.result;
    const limit = threshold ?? result?.threshold ?? null;
    const kind: Kind = result ? kindOf(result, limit) : 'none';
    element('board', HTMLElement).className = `board ${kind}`;
    const verdict = element('verdict', HTMLElement);
    put(verdict.querySelector('.mark'), marks[kind]);
    put(
      verdict.querySelector('.word'),
      this.#words.say(result ? (kind === 'none' ? 'noThreshold' : kind) : this.#word),
    );
    put(element('what', HTMLElement), result ? result.class : '');
    element('image', HTMLElement).ariaLabel = this.#words.say('imageLabel');
    element('threshold-part', HTMLElement).hidden = !result || limit === null;
    this.#back.hidden =
      !result || !this.#learnt.has(result.class) || this.#learnt.get(result.class) === limit;
    if (!result || limit === null) return;
    element('threshold-of', HTMLElement).textContent = result.class;
    element('score', HTMLOutputElement).value = this.#words.number(result.score, 2);
    element('threshold-value', HTMLOutputElement).value = this.#words.number(limit, 2);
    this.#showScale(result, limit, kind);
  }

  /** The score as a bar, on the scale of the slider. */
  #showScale({ score, threshold }: PredictionWithMap, limit: number, kind: Kind): void {
    const known = threshold ?? limit;
    // Under the pointer the scale stands still.
    if (!this.#moving) {
      // Of a detector of few pixels a threshold may be below 0.
      const start = Math.min(0, 2.5 * known, limit);
      const end = Math.max(2.5 * known, 1.15 * score, limit, start + 1e-6);
      this.#slider.min = String(start);
      this.#slider.max = String(end);
      this.#slider.step = String((end - start) / 1000);
      this.#slider.value = String(limit);
    }
    const [start, end] = [Number(this.#slider.min), Number(this.#slider.max)];
    const share = (value: number) => String(Math.min(1, Math.max(0, (value - start) / (end - start))));
    this.#slider.setAttribute('aria-valuetext', this.#words.number(limit, 2));
    const gauge = element('gauge', HTMLElement);
    gauge.className = `gauge ${kind}`;
    gauge.style.setProperty('--score', share(score));
    gauge.style.setProperty('--limit', share(limit));
  }
}

function kindOf({ score, threshold, verdict }: PredictionWithMap, limit: number | null): Kind {
  if (limit === null) return 'none';
  if (limit === threshold && verdict !== null) return verdict;
  if (score <= limit) return 'normal';
  return verdict === 'unknown' ? 'unknown' : 'anomalous';
}

/** Unchanged text is left alone, so that screen readers tell of changes only. */
function put(target: Element | null, text: string): void {
  if (target && target.textContent !== text) target.textContent = text;
}
