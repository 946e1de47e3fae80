/** @file The words of the page, in each language. A third one is one more entry of `all`. */

const en = {
  language: 'English',
  languageLabel: 'Language',
  title: 'teach',
  promise: 'Pictures stay in this browser: nothing is sent anywhere.',
  productsTitle: '1 Products',
  productsHint:
    'Good parts only, 20 or more of each. Drop pictures on a product, choose files, or film them below.',
  addProduct: 'Add a product',
  productName: 'Name of the product',
  product: 'Product {number}',
  choosePictures: 'Choose pictures',
  removeProduct: 'Remove {name}',
  removePicture: 'Remove {picture}',
  clearPictures: 'Remove all pictures',
  pictures: '{count} pictures',
  onePicture: '1 picture',
  morePictures: 'and {count} more',
  cameraTitle: 'Camera',
  startCamera: 'Start camera',
  stopCamera: 'Stop camera',
  filmFor: 'Good parts of',
  hold: 'Hold to film',
  holdHint:
    'Four pictures a second as long as the button, or the space bar on it, is held. Turn and move the part as it will come.',
  lessonTitle: '2 Teach',
  teach: 'Teach',
  cancel: 'Stop',
  needs: '{name} has {count} pictures; at least {least} are needed, and 20 or more teach well.',
  needsName: 'A product has no name.',
  needsProduct: 'Add a product first.',
  ready: '{count} pictures of {products} products. Ready to teach.',
  readyOne: '{count} pictures of {products}. Ready to teach.',
  working: 'Step {step} of {steps}: {task}, {done} of {total}{left}',
  left: '; about {seconds} s left in all',
  tooSoon: '; time left not known yet',
  taught: 'Taught in {seconds} s: {products}. {size} MB.',
  loaded: 'Loaded: {products}. {size} MB.',
  loading: 'Loading the detector',
  oddTitle: 'Unlike the others: are these good parts?',
  takeOut: 'Take out',
  oddPicture: '{picture} of {product}',
  download: 'Download model.onnx',
  loadFile: 'Load a file',
  watchTitle: '3 Watch',
  checkPicture: 'Check a picture',
  fullScreen: 'Full screen',
  watchHint: 'Teach or load a detector, then start the camera or drop a picture here',
  noDetector: 'No detector yet',
  noResult: 'No result',
  looking: 'Looking',
  normal: 'Good',
  anomalous: 'Defect',
  unknown: 'Unknown part',
  noThreshold: 'No threshold',
  imageLabel: 'The picture that was checked',
  score: 'Score',
  threshold: 'Threshold',
  thresholdBack: 'Back to the threshold that was learnt',
  speed: '{rate} pictures a second',
  legendLow: 'good parts end',
  legendTop: 'strong defects',
  heatMap: 'Heat map',
  regions: 'Regions',
  noCamera: 'No new frame came from the camera.',
};

export type Texts = typeof en;

const de: Texts = {
  language: 'Deutsch',
  languageLabel: 'Sprache',
  title: 'anlernen',
  promise: 'Die Bilder bleiben in diesem Browser: nichts wird verschickt.',
  productsTitle: '1 Produkte',
  productsHint:
    'Nur gute Teile, von jedem 20 oder mehr. Bilder auf ein Produkt ziehen, Dateien wählen oder unten filmen.',
  addProduct: 'Produkt hinzufügen',
  productName: 'Name des Produkts',
  product: 'Produkt {number}',
  choosePictures: 'Bilder wählen',
  removeProduct: '{name} entfernen',
  removePicture: '{picture} entfernen',
  clearPictures: 'Alle Bilder entfernen',
  pictures: '{count} Bilder',
  onePicture: '1 Bild',
  morePictures: 'und {count} weitere',
  cameraTitle: 'Kamera',
  startCamera: 'Kamera starten',
  stopCamera: 'Kamera anhalten',
  filmFor: 'Gute Teile von',
  hold: 'Zum Filmen halten',
  holdHint:
    'Vier Bilder je Sekunde, solange die Taste oder die Leertaste darauf gehalten wird. Das Teil so drehen und verschieben, wie es kommen wird.',
  lessonTitle: '2 Anlernen',
  teach: 'Anlernen',
  cancel: 'Abbrechen',
  needs: '{name} hat {count} Bilder; mindestens {least} sind nötig, 20 oder mehr sind gut.',
  needsName: 'Ein Produkt hat keinen Namen.',
  needsProduct: 'Zuerst ein Produkt hinzufügen.',
  ready: '{count} Bilder von {products} Produkten. Bereit.',
  readyOne: '{count} Bilder von {products}. Bereit.',
  working: 'Schritt {step} von {steps}: {task}, {done} von {total}{left}',
  left: '; insgesamt noch etwa {seconds} s',
  tooSoon: '; Restzeit noch unbekannt',
  taught: 'In {seconds} s angelernt: {products}. {size} MB.',
  loaded: 'Geladen: {products}. {size} MB.',
  loading: 'Der Detektor wird geladen',
  oddTitle: 'Anders als die übrigen: Sind das gute Teile?',
  takeOut: 'Herausnehmen',
  oddPicture: '{picture} von {product}',
  download: 'model.onnx speichern',
  loadFile: 'Datei laden',
  watchTitle: '3 Prüfen',
  checkPicture: 'Ein Bild prüfen',
  fullScreen: 'Ganzer Bildschirm',
  watchHint: 'Einen Detektor anlernen oder laden, dann die Kamera starten oder ein Bild hierher ziehen',
  noDetector: 'Noch kein Detektor',
  noResult: 'Kein Ergebnis',
  looking: 'Prüft',
  normal: 'Gut',
  anomalous: 'Fehler',
  unknown: 'Unbekanntes Teil',
  noThreshold: 'Keine Schwelle',
  imageLabel: 'Das geprüfte Bild',
  score: 'Wert',
  threshold: 'Schwelle',
  thresholdBack: 'Zurück zur gelernten Schwelle',
  speed: '{rate} Bilder je Sekunde',
  legendLow: 'Ende guter Teile',
  legendTop: 'starke Fehler',
  heatMap: 'Wärmebild',
  regions: 'Bereiche',
  noCamera: 'Von der Kamera kam kein neues Bild.',
};

/** What the library calls its tasks, which is English. */
const tasks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  de: {
    'reading pictures': 'Bilder lesen',
    'checking images': 'Bilder prüfen',
    'reading images': 'Bilder lesen',
    foregrounds: 'Teil und Hintergrund',
    'patch features': 'Merkmale',
    'candidates for the memory bank': 'Kandidaten des Gedächtnisses',
    'memory bank': 'Gedächtnis',
    thresholds: 'Schwellen',
    regions: 'Bereiche',
    'the file': 'Datei',
  },
};

const all: Readonly<Record<string, Texts>> = { en, de };
const kept = 'clad-teach-language';

export class Words {
  #code: string;
  readonly #changed: (() => void)[] = [];

  constructor() {
    const wanted = [localStorage.getItem(kept) ?? '', ...navigator.languages.map((each) => each.slice(0, 2))];
    this.#code = wanted.find((each) => Object.hasOwn(all, each)) ?? 'en';
  }

  get code(): string {
    return this.#code;
  }

  get languages(): readonly (readonly [code: string, name: string])[] {
    return Object.entries(all).map(([code, { language }]) => [code, language]);
  }

  choose(code: string): void {
    this.#code = code;
    localStorage.setItem(kept, code);
    this.#show();
  }

  /** A text, with what stands in braces replaced. */
  say(name: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
    const text = (all[this.#code] ?? en)[name];
    return text.replaceAll(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''));
  }

  task(name: string): string {
    return tasks[this.#code]?.[name] ?? name;
  }

  number(value: number, digits: number): string {
    return value.toLocaleString(this.#code, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  /** Called now, and whenever another language is chosen. */
  onChange(show: () => void): void {
    this.#changed.push(show);
    show();
  }

  #show(): void {
    for (const show of this.#changed) show();
  }
}
