/** @file The products and their pictures, as cards: names, thumbnails, files that are chosen or dropped. */
import { element } from '../browser/element.ts';
import type { Words } from './texts.ts';

/** A picture of a good part. */
export interface Shot {
  readonly file: File;
  /** Address of the picture in this page. */
  readonly address: string;
}

export interface ProductCard {
  name: string;
  shots: Shot[];
  readonly card: HTMLElement;
}

/** Pictures that are shown of a product; the latest. */
const mostShown = 24;

export class Products {
  readonly all: ProductCard[] = [];
  readonly #words: Words;
  readonly #changed: () => void;
  /** Files are numbered, so that two cameras' frames never have one name. */
  #taken = 0;

  /** @param changed - called after every change of names or pictures */
  constructor(words: Words, changed: () => void) {
    this.#words = words;
    this.#changed = changed;
    element('add-product', HTMLButtonElement).addEventListener('click', () => {
      this.add().card.querySelector('input')?.select();
    });
    words.onChange(() => {
      for (const product of this.all) this.#show(product);
    });
  }

  add(name = this.#freeName()): ProductCard {
    const card = document.createElement('article');
    card.className = 'product';
    const product: ProductCard = { name, shots: [], card };
    card.innerHTML = `
      <div class="row name-row">
        <label class="grow"><span class="hidden name-label"></span><input type="text" class="name" maxlength="80" autocomplete="off" /></label>
        <button type="button" class="remove">✕</button>
      </div>
      <div class="row">
        <label class="button"><span class="choose-label"></span><input type="file" class="files" accept="image/png,image/jpeg,image/webp,image/bmp,.bmp" multiple /></label>
        <p class="count quiet"></p>
      </div>
      <ul class="thumbs"></ul>`;
    const input = card.querySelector('.name') as HTMLInputElement;
    input.value = name;
    input.addEventListener('input', () => {
      product.name = input.value.trim();
      this.#show(product);
      this.#changed();
    });
    const files = card.querySelector('.files') as HTMLInputElement;
    files.addEventListener('change', () => {
      this.take(product, [...(files.files ?? [])]);
      files.value = '';
    });
    card.querySelector('.remove')?.addEventListener('click', () => this.#remove(product));
    card.addEventListener('dragover', (event) => {
      event.preventDefault();
      card.classList.add('over');
    });
    card.addEventListener('dragleave', () => card.classList.remove('over'));
    card.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation();
      card.classList.remove('over');
      void droppedFiles(event.dataTransfer).then((dropped) => this.take(product, dropped));
    });
    this.all.push(product);
    element('products', HTMLElement).append(card);
    this.#show(product);
    this.#changed();
    return product;
  }

  /** Adds pictures; what is no picture is passed over. */
  take(product: ProductCard, files: readonly File[]): void {
    for (const picture of files.filter(isPicture)) {
      const file = withFreeName(picture, product.shots);
      product.shots.push({ file, address: URL.createObjectURL(file) });
    }
    this.#show(product);
    this.#changed();
  }

  /** A frame of a camera, as a file of its own name. */
  film(product: ProductCard, png: Blob): void {
    this.#taken += 1;
    const name = `frame-${String(this.#taken).padStart(5, '0')}.png`;
    this.take(product, [new File([png], name, { type: 'image/png' })]);
  }

  takeOut(product: ProductCard, shot: Shot): void {
    product.shots = product.shots.filter((each) => each !== shot);
    URL.revokeObjectURL(shot.address);
    this.#show(product);
    this.#changed();
  }

  #remove(product: ProductCard): void {
    for (const { address } of product.shots) URL.revokeObjectURL(address);
    this.all.splice(this.all.indexOf(product), 1);
    product.card.remove();
    this.#changed();
    element('add-product', HTMLButtonElement).focus();
  }

  #freeName(): string {
    for (let number = 1; ; number++) {
      const name = this.#words.say('product', { number });
      if (!this.all.some((each) => each.name === name)) return name;
    }
  }

  #show(product: ProductCard): void {
    const { card, shots, name } = product;
    const say = (...args: Parameters<Words['say']>) => this.#words.say(...args);
    const put = (selector: string, text: string) => {
      (card.querySelector(selector) as HTMLElement).textContent = text;
    };
    put('.name-label', say('productName'));
    put('.choose-label', say('choosePictures'));
    (card.querySelector('.remove') as HTMLElement).ariaLabel = say('removeProduct', { name });
    const count = shots.length === 1 ? say('onePicture') : say('pictures', { count: shots.length });
    const more = shots.length - mostShown;
    put('.count', more > 0 ? `${count} (${say('morePictures', { count: more })})` : count);
    const list = card.querySelector('.thumbs') as HTMLElement;
    const shown = shots.slice(-mostShown).reverse();
    list.replaceChildren(
      ...shown.map((shot) =>
        thumb(shot, '✕', say('removePicture', { picture: shot.file.name }), () =>
          this.takeOut(product, shot),
        ),
      ),
    );
    list.hidden = shown.length === 0;
  }
}

/** A small picture with a button on it. */
export function thumb({ address, file }: Shot, sign: string, label: string, act: () => void): HTMLElement {
  const item = document.createElement('li');
  const image = document.createElement('img');
  image.src = address;
  image.alt = file.name;
  image.decoding = 'async';
  image.loading = 'lazy';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = sign;
  button.ariaLabel = label;
  button.title = label;
  button.addEventListener('click', act);
  item.append(image, button);
  return item;
}

/** The file under a name that no other picture has: two folders may hold one name each, and `teach` tells of odd pictures by their names. */
function withFreeName(file: File, shots: readonly Shot[]): File {
  const taken = new Set(shots.map((shot) => shot.file.name.normalize('NFC')));
  if (!taken.has(file.name.normalize('NFC'))) return file;
  const dot = file.name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [file.name.slice(0, dot), file.name.slice(dot)] : [file.name, ''];
  let copy = 2;
  while (taken.has(`${stem}-${copy}${ending}`.normalize('NFC'))) copy++;
  return new File([file], `${stem}-${copy}${ending}`, { type: file.type });
}

function isPicture({ name, type }: File): boolean {
  return type.startsWith('image/') || /\.(png|jpe?g|webp|bmp)$/i.test(name);
}

/** Files of what was dropped, those in folders too. */
export async function droppedFiles(data: DataTransfer | null): Promise<File[]> {
  const entries = [...(data?.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return [...(data?.files ?? [])];
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader gives a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    for (const each of some) files.push(...(await filesOf(each)));
  }
}
