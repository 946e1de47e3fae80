/**
 * @file The script of pages with thresholds: sliders that show at once what another threshold would do, and the command that sets it. It counts, draws and names with the
 * modules that made the page (scripts/build.mjs puts them into one text), reads its data from the page and asks for nothing.
 */
import { distinctScores, type TradeOffPoint, tradeOffAt } from '../../evaluation/trade-off.ts';
import { histogram } from '../chart/histogram.ts';
import { placeOf, type TradeOffAxes, tradeOffAxes } from '../chart/trade-off-chart.ts';
import { html, type Markup } from '../html.ts';
import {
  badge,
  type ControlClass,
  type ControlData,
  calibrateCommand,
  decisionOf,
  type NamedScore,
  runPath,
} from '../thresholds/control.ts';
import { around, positionOf, thresholdAt } from '../thresholds/slider.ts';
import { shareText } from '../words.ts';

/** Images on each side of the threshold that are named. */
const namedEachSide = 5;

/** The element with this attribute. @throws where the page lacks it, which is a defect of ours */
function part<Kind extends Element>(within: ParentNode, attribute: string): Kind {
  const found = within.querySelector<Kind>(`[${attribute}]`);
  if (!found) throw new Error(`The page has no element with ${attribute}`);
  return found;
}

/** The slider of one class and all that follows it. */
class Tuner {
  readonly name: string;
  readonly #given: ControlClass;
  readonly #card: Element;
  readonly #scores: { readonly good: readonly number[]; readonly defective: readonly number[] };
  /** Distinct, the lowest first. */
  readonly #sorted: readonly number[];
  readonly #slide: HTMLInputElement;
  readonly #number: HTMLInputElement;
  readonly #axes: TradeOffAxes;
  readonly #mark: SVGCircleElement;
  readonly #badges: readonly HTMLElement[];
  readonly #start: number;
  #threshold: number;
  #waits = false;

  /** @param onMoved - called after every change */
  constructor(
    card: HTMLElement,
    given: ControlClass,
    readonly onMoved: () => void,
  ) {
    const index = card.dataset.class;
    this.name = given.name;
    this.#given = given;
    this.#card = card;
    this.#scores = {
      good: given.good.map(([score]) => score),
      defective: given.defective.map(([score]) => score),
    };
    this.#sorted = distinctScores(this.#scores);
    this.#start = given.now ?? thresholdAt(this.#sorted.length, this.#sorted);
    this.#threshold = this.#start;
    this.#slide = part(card, 'data-slide');
    this.#number = part(card, 'data-number');
    this.#badges = [...document.querySelectorAll<HTMLElement>(`[data-badge="${index}"]`)];
    this.#axes = tradeOffAxes(this.#point, [this.#sorted[0]!, this.#sorted.at(-1)!]);
    this.#mark = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    this.#mark.setAttribute('class', 'moved');
    this.#mark.setAttribute('r', '5');
    card.querySelectorAll('figure.chart > svg')[0]?.append(this.#mark);
    this.#slide.max = String(this.#sorted.length);
    this.#slide.addEventListener('input', () => {
      const at = this.#slide.valueAsNumber;
      // Back where it began it is what it was, not another number that does the same.
      const isStart = at === positionOf(this.#start, this.#sorted);
      this.set(isStart ? this.#start : thresholdAt(at, this.#sorted), this.#slide);
    });
    this.#number.addEventListener('input', () => {
      if (Number.isFinite(this.#number.valueAsNumber)) this.set(this.#number.valueAsNumber, this.#number);
    });
    // What is no number leaves the field again.
    this.#number.addEventListener('change', () => this.#fill());
    part(card, 'data-reset').addEventListener('click', () => this.reset());
    for (const shown of ['data-tuner', 'data-neighbours']) part<HTMLElement>(card, shown).hidden = false;
    this.#fill();
    this.#draw();
  }

  get threshold(): number {
    return this.#threshold;
  }

  get isMoved(): boolean {
    return this.#threshold !== this.#start;
  }

  get #point(): TradeOffPoint {
    return tradeOffAt(this.#threshold, this.#scores);
  }

  reset(): void {
    this.set(this.#start);
  }

  /** @param from - the field that it comes from, which is left as it is */
  set(threshold: number, from?: HTMLInputElement): void {
    this.#threshold = threshold;
    this.#fill(from);
    this.onMoved();
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => {
      this.#waits = false;
      this.#draw();
    });
  }

  #fill(from?: HTMLInputElement): void {
    if (from !== this.#slide) this.#slide.value = String(positionOf(this.#threshold, this.#sorted));
    if (from !== this.#number) this.#number.value = String(this.#threshold);
    this.#slide.setAttribute('aria-valuetext', String(this.#threshold));
    part<HTMLButtonElement>(this.#card, 'data-reset').disabled = !this.isMoved;
  }

  #draw(): void {
    const { now, synthetic, name } = this.#given;
    const { good, defective } = this.#scores;
    const point = this.#point;
    const { falseAlarms, misses } = point;
    put(part(this.#card, 'data-alarms'), html`${shareText(falseAlarms)}`);
    put(part(this.#card, 'data-misses'), html`${shareText(misses)}`);
    const said = [
      falseAlarms && `false alarms ${falseAlarms.count} of ${falseAlarms.of}`,
      misses && `misses ${misses.count} of ${misses.of}${synthetic ? ' SYNTHETIC' : ''}`,
    ].filter((each) => each !== null);
    const moved = this.isMoved ? ` (${now === null ? 'none is set' : `now ${now}`})` : '';
    put(part(this.#card, 'data-summary'), html` threshold ${this.#threshold}${moved}: ${said.join(', ')}`);
    const before = this.isMoved ? now : null;
    put(
      part(this.#card, 'data-histogram'),
      histogram({ title: name, good, anomalous: defective, threshold: this.#threshold, before }),
    );
    const { cx, cy } = placeOf(this.#axes, point);
    this.#mark.setAttribute('cx', cx);
    this.#mark.setAttribute('cy', cy);
    this.#mark.style.display = this.isMoved ? '' : 'none';
    for (const each of this.#badges) put(each, badge(this.#decision(Number(each.dataset.score))));
    put(part(this.#card, 'data-around'), this.#around());
  }

  #decision(score: number) {
    return decisionOf(score, this.#threshold, this.#given.checkAbove);
  }

  #around(): Markup {
    const { good, defective, synthetic } = this.#given;
    const images = (of: readonly NamedScore[], kind: string) =>
      of.map(([score, path]) => ({ score, path, kind }));
    const near = around(
      this.#threshold,
      [...images(good, 'good'), ...images(defective, synthetic ? 'SYNTHETIC defect on' : 'defect')],
      namedEachSide,
    );
    return html`${near.map(({ score, path, kind }) => {
      const decision = this.#decision(score);
      const wrong = (decision === 'reject') === (kind === 'good');
      return html`<tr class="${decision}"><th scope="row">${Number(score.toPrecision(7))}</th><td>${badge(decision)}</td><td${wrong ? html` class="wrong"` : null}>${kind}</td><td class="path">${path ?? 'not named in this page'}</td></tr>`;
    })}`;
  }
}

/** Markup of ours, with everything escaped that it was given. */
function put(element: Element, markup: Markup): void {
  element.innerHTML = markup.text;
}

function start(): void {
  const data = JSON.parse(document.getElementById('thresholds')?.textContent ?? '') as ControlData;
  const bar = document.querySelector<HTMLElement>('[data-command]');
  if (!bar) return;
  const [shown, status] = [
    part<HTMLElement>(bar, 'data-command-text'),
    part<HTMLElement>(bar, 'data-status'),
  ];
  const run = runPath(data, location.href);
  const onMoved = () => {
    const moved = tuners.filter(({ isMoved }) => isMoved);
    bar.hidden = moved.length === 0;
    shown.textContent = calibrateCommand(
      { run, windows: data.windows },
      moved.map(({ name, threshold }) => [name, threshold]),
    );
    status.textContent = '';
  };
  const tuners: readonly Tuner[] = [...document.querySelectorAll<HTMLElement>('.tuned')].map(
    (card) => new Tuner(card, data.classes[Number(card.dataset.class)]!, onMoved),
  );
  part(bar, 'data-reset-all').addEventListener('click', () => {
    for (const tuner of tuners) tuner.reset();
  });
  part(bar, 'data-copy').addEventListener('click', async () => {
    status.textContent = (await copy(shown))
      ? 'Copied.'
      : 'The browser refuses: select the text and copy it.';
  });
}

/** Copies an element's text; where the browser has no clipboard for files, by a selection. */
async function copy(element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}

start();
