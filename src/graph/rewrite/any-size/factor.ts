/**
 * @file Factors of sizes: where each number in a shape comes from. The number 128 of a file may be channels, rows of a map, or a row of windows;
 * which it is shows in the way that it came, not in the number.
 *
 * A factor is the batch, fixed whatever the image (channels, heads, a window), or of the grid, which grows with the image. A factor that a
 * Reshape takes apart is open at first: of 56 = 8 x 7 one part grows and one is fixed. It is settled as soon as one of them meets
 * something of the file that is fixed, a table of biases for each place of a window perhaps.
 */
import { CladError } from '../../../core/errors.ts';

/** Why a file cannot be brought to other sizes; what is said is the reason in MODEL_UNSUITABLE. */
export function stands(reason: string): never {
  throw new CladError('MODEL_UNSUITABLE', { reason });
}

/** Height and width of an image, pixels. */
export interface ImageSides {
  readonly rows: number;
  readonly columns: number;
}

export type FactorState = 'batch' | 'fixed' | 'grid' | 'open';

/** Where a factor of the grid comes from. */
type Origin =
  /** An axis of a value: the image, or a map that a convolution, a pooling or a resize gives. */
  | {
      readonly kind: 'axis';
      readonly value: string;
      readonly axis: number;
      readonly at: (image: ImageSides) => number;
    }
  /** `base` with so many places before and after it. */
  | { readonly kind: 'padded'; readonly base: Factor; readonly before: number; readonly after: number }
  /** `base` as many times, or one in so many. */
  | { readonly kind: 'scaled'; readonly base: Factor; readonly times: number; readonly per: number }
  /** `base` with some places brought from one end to the other. */
  | { readonly kind: 'rolled'; readonly base: Factor }
  /** Brought to as many places as the file says: to as many as what it meets has, or, where it meets nothing, as `otherwise` has. */
  | { readonly kind: 'repeated'; readonly otherwise: Factor | undefined }
  /** Fixed ones that follow each other, as one. */
  | { readonly kind: 'joined'; readonly pieces: readonly Factor[] }
  /** One of the two parts of another factor. */
  | { readonly kind: 'part'; readonly whole: Factor };

export class Factor {
  /** Its value at the size that the file is made for. */
  readonly from: number;
  readonly origin: Origin | undefined;
  #state: FactorState;
  /** Where it was taken apart; outer part first. A map may be cut into windows in several ways. */
  readonly #parts: (readonly [Factor, Factor])[] = [];
  /** Factors that are of its kind, because they met. */
  readonly #met = new Set<Factor>();
  /** Of what is repeated: as many as this gives, and the factors that it is made of. */
  #repeats: { readonly factors: readonly Factor[]; at(image: ImageSides): number } | undefined;
  /** Whether it stands beside the batch somewhere: the network does the same for each of it. */
  besideBatch = false;

  constructor(from: number, state: FactorState, origin?: Origin) {
    this.from = from;
    this.#state = state;
    this.origin = origin;
  }

  get state(): FactorState {
    return this.#state;
  }

  /** Its two parts, made anew; parts of what is fixed are fixed. @param outer - the first one's value */
  split(outer: number): readonly [Factor, Factor] {
    const inner = this.from / outer;
    if (this.#state === 'batch') stands('it takes its batch of images apart');
    if (this.#state === 'fixed') return splitFixed(this, outer);
    const part = (from: number) => new Factor(from, 'open', { kind: 'part', whole: this });
    const parts = [part(outer), part(inner)] as const;
    this.#parts.push(parts);
    return parts;
  }

  /** Whether it is the outer one of two parts. */
  get isOuter(): boolean {
    return this.origin?.kind === 'part' && this.origin.whole.#parts.some(([outer]) => outer === this);
  }

  /**
   * It with places brought from one end to the other. What is padded is so before that, and stays what it is; else it could not be filled up to
   * windows any more, since its ends lie in the middle.
   */
  rolled(): Factor {
    return this.origin?.kind === 'padded' || this.#state !== 'grid'
      ? this
      : new Factor(this.from, 'grid', { kind: 'rolled', base: this });
  }

  /** The other part of the same whole. */
  get sibling(): Factor | undefined {
    if (this.origin?.kind !== 'part') return undefined;
    const pair = this.origin.whole.#parts.find((parts) => parts.includes(this));
    return pair?.find((part) => part !== this);
  }

  /** The factor of which this and the next one are the parts, in their order; undefined where they are not. */
  wholeWith(next: Factor | undefined): Factor | undefined {
    if (this.origin?.kind !== 'part') return undefined;
    const { whole } = this.origin;
    return whole.#parts.some(([outer, inner]) => outer === this && inner === next) ? whole : undefined;
  }

  /** The fixed part of each way in which it is taken apart: windows. */
  get windows(): Factor[] {
    return this.#parts.flatMap((parts) => {
      const part = parts.find(({ state }) => state === 'fixed');
      return part && this.#state === 'grid' ? [part] : [];
    });
  }

  /** Tells that it is of a kind, with all that follows. @throws MODEL_UNSUITABLE where it is of another */
  settle(state: 'fixed' | 'grid'): void {
    if (this.#state === state) return;
    if (this.#state !== 'open')
      stands(`a size of ${this.from} in it has to be ${described[state]} and is ${described[this.#state]}`);
    this.#state = state;
    for (const other of this.#met) other.settle(state);
    for (const parts of this.#parts) settleParts(this, parts);
    if (this.origin?.kind !== 'part') return;
    const { whole } = this.origin;
    for (const parts of whole.#parts) if (parts.includes(this)) settleParts(whole, parts);
  }

  /** Two that stand in each other's place are of one kind. */
  meet(other: Factor): void {
    if (other === this) return;
    if (this.#state === 'open' && other.#state === 'open') {
      this.#met.add(other);
      other.#met.add(this);
      return;
    }
    for (const [one, two] of [
      [this, other],
      [other, this],
    ] as const)
      if (one.#state === 'open') one.settle(two.#state === 'grid' ? 'grid' : 'fixed');
  }

  /** What it is repeated for; undefined where that is not known, or it is no such factor. */
  get repeats(): readonly Factor[] | undefined {
    return this.#repeats?.factors;
  }

  /** Tells of what is repeated for what it is. */
  repeatFor(factors: readonly Factor[], at: (image: ImageSides) => number): void {
    this.#repeats = { factors, at };
    this.settle('grid');
  }

  /** Its value for an image. */
  at(image: ImageSides): number {
    const { origin } = this;
    if (!origin || this.#state !== 'grid') return this.from;
    if (origin.kind === 'axis') return origin.at(image);
    if (origin.kind === 'repeated') return this.#repeats?.at(image) ?? this.from;
    if (origin.kind === 'part')
      return Math.ceil(unpadded(origin.whole).at(image) / (this.sibling?.from ?? 1));
    if (origin.kind === 'rolled') return origin.base.at(image);
    if (origin.kind === 'scaled') return Math.floor((origin.base.at(image) * origin.times) / origin.per);
    if (origin.kind === 'joined') return this.from;
    const window = paddingWindow(this);
    const base = origin.base.at(image);
    return window ? Math.ceil(base / window) * window : base + origin.before + origin.after;
  }
}

const described = {
  batch: 'that of the batch',
  fixed: 'fixed',
  grid: 'one that grows with the image',
  open: 'open',
};

/** What is said of a factor that stayed open. */
export function undecided({ from, sibling, origin }: Factor): string {
  if (origin?.kind === 'repeated')
    return `it repeats a value ${from} times, and nothing in it tells what for`;
  const other = sibling?.from ?? 1;
  return `it takes ${from * other} places apart as ${from} and ${other}, and nothing in it tells which of them is a window and which their number`;
}

/** What a file brings to so many places, for a reason that shows later. */
export function repeated(from: number, otherwise?: Factor): Factor {
  return new Factor(from, 'open', { kind: 'repeated', otherwise });
}

export function fixed(from: number): Factor {
  return new Factor(from, 'fixed');
}

/** Fixed factors that follow each other as one, which keeps what each of them is. */
export function joinedFixed(factors: readonly Factor[]): Factor {
  const pieces = factors.flatMap(piecesOf);
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const product = pieces.reduce((all, { from }) => all * from, 1);
  return new Factor(product, 'fixed', { kind: 'joined', pieces });
}

/** What was joined as one; the factor itself where nothing was. */
export function piecesOf(factor: Factor): readonly Factor[] {
  return factor.origin?.kind === 'joined' ? factor.origin.pieces : [factor];
}

/** Between two pieces where that is possible, so that a window that was joined with channels is still that window. */
function splitFixed(factor: Factor, outer: number): readonly [Factor, Factor] {
  const pieces = piecesOf(factor);
  let product = 1;
  for (const [at, piece] of pieces.entries()) {
    if (product === outer) return [joinedFixed(pieces.slice(0, at)), joinedFixed(pieces.slice(at))];
    const inside = outer / product;
    product *= piece.from;
    if (product > outer) {
      if (!Number.isInteger(inside) || piece.from % inside !== 0) break;
      const [one, two] = [fixed(inside), fixed(piece.from / inside)];
      return [joinedFixed([...pieces.slice(0, at), one]), joinedFixed([two, ...pieces.slice(at + 1)])];
    }
  }
  return [fixed(outer), fixed(factor.from / outer)];
}

/** One part of what grows grows, and the other is fixed. */
function settleParts(whole: Factor, [outer, inner]: readonly [Factor, Factor]): void {
  const states = [outer.state, inner.state];
  if (whole.state === 'fixed') {
    outer.settle('fixed');
    inner.settle('fixed');
  } else if (states.includes('grid')) {
    whole.settle('grid');
    (outer.state === 'grid' ? inner : outer).settle('fixed');
  } else if (states.every((state) => state === 'fixed')) {
    whole.settle('fixed');
  } else if (whole.state === 'grid' && states.includes('fixed')) {
    (outer.state === 'fixed' ? inner : outer).settle('grid');
  }
}

/**
 * The window to whose multiple a padded factor is filled up, places; undefined where it is padded by a number that is meant as such. What is
 * padded by less than a window, and then taken apart into windows, was padded for that.
 */
export function paddingWindow(factor: Factor): number | undefined {
  const { origin } = factor;
  if (origin?.kind !== 'padded') return undefined;
  const more = origin.before + origin.after;
  return factor.windows.map(({ from }) => from).find((window) => more < window);
}

/** What has to be filled up where a factor is taken apart: what it was before a padding that was made for that. */
export function unpadded(factor: Factor): Factor {
  return factor.origin?.kind === 'padded' && paddingWindow(factor) !== undefined
    ? factor.origin.base
    : factor;
}
