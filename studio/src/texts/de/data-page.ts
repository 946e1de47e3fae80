/** @file German words of the data page, and of what comes in. */
import type { Texts } from '../en.ts';
import type { Partly } from '../partly.ts';
import { number, plural } from './plural.ts';

export const dataPage: Partly<Texts['dataPage']> = {
  title: 'Daten',
  emptyTitle: 'Zeigen, wie gute Teile aussehen',
  emptyText:
    'Zwanzig Fotos guter Teile eines Produkts genügen für den Anfang; mehrere Produkte können zusammen kommen. Nichts verlässt diesen Rechner.',
  demo: 'Mit gezeichneten Beispielteilen beginnen',
  demoHint: 'Vier erfundene Produkte, gut und fehlerhaft, in einer Minute gezeichnet.',
  dropTitle: 'Fotos hier ablegen',
  dropText: 'Dateien, ganze Ordner oder eine ZIP-Datei: PNG, JPEG, WebP, BMP, TIFF.',
  chooseFiles: 'Dateien wählen',
  chooseFolder: 'Ordner wählen',
  dataset: 'Datensatz',
  add: 'Fotos hinzufügen',
  check: 'Noch einmal prüfen',
  checking: 'Die Bilder werden geprüft',
  stale: 'Seit der letzten Prüfung sind Bilder hinzugekommen oder verschwunden.',
  unchecked: 'Noch nicht geprüft.',
  toTrain: 'Damit trainieren',
  all: 'Alle Produkte',
  product: 'Produkt',
  show: 'Zeigen',
  shows: {
    all: 'Alle Bilder',
    train: 'Zum Lernen',
    test: 'Zum Testen',
    flagged: 'Mit Bemerkungen',
    excluded: 'Ausgelassen',
  },
  kindOf: (split, kind) =>
    split === 'train' ? 'gut, zum Lernen' : kind === 'good' ? 'gut, zum Testen' : `Fehler: ${kind}`,
  counts: (train, good, bad) =>
    `${number(train)} zum Lernen, ${number(good)} gute und ${number(bad)} fehlerhafte zum Testen`,
  exclude: 'Auslassen',
  include: 'Wieder nehmen',
  excluded: 'ausgelassen',
  excludeFlagged: (count) =>
    `${plural(count, 'Bild', 'Bilder')} mit Bemerkungen auslassen; von gleichen bleibt eines`,
  none: 'Kein Bild ist so.',
  notThere: (name) => `Es gibt keinen Datensatz ${name}. Es gibt:`,
  flags: {
    broken: 'beschädigt',
    copy: 'Kopie',
    almost: 'fast eine Kopie',
    size: 'andere Größe',
    'standing-out': 'fällt auf',
    misplaced: 'falscher Ordner?',
    other: 'Bemerkung',
  },
  open: (path) => `${path} ansehen`,
  previous: 'Voriges Bild',
  next: 'Nächstes Bild',
  problems: 'Bemerkungen zum Datensatz',
  truth: 'Fehlermaske',
  paint: 'Fehlermaske malen',
  masked: 'hat eine Fehlermaske',
  region: 'Prüfbereich',
  regionOf: (product) => `Prüfbereich von ${product}`,
};

export const incoming: Partly<Texts['incoming']> = {
  title: (count) => `${plural(count, 'Foto', 'Fotos')} hinzufügen`,
  reading: 'Das Abgelegte wird gelesen',
  dataset: 'Datensatz',
  newDataset: 'Ein neuer Datensatz',
  name: 'Name des neuen Datensatzes',
  what: 'Was zeigen sie?',
  placed: (products) =>
    `Sie liegen in Ordnern, die es schon sagen (${plural(products, 'Produkt', 'Produkte')}, wie in MVTec AD)`,
  judged: 'Gute Teile zum Lernen und fehlerhafte zum Testen, wie ihre Ordner sagen',
  byFolder: (products) =>
    `Gute Teile zum Lernen, ein Ordner für jedes von ${plural(products, 'Produkt', 'Produkten')}`,
  train: 'Gute Teile, zum Lernen',
  testGood: 'Gute Teile, zum Testen',
  defective: 'Fehlerhafte Teile, zum Testen',
  product: 'Produkt',
  kind: 'Art des Fehlers',
  passed: (count) => `${plural(count, 'Datei ist kein Bild', 'Dateien sind keine Bilder')}, übergangen`,
  none: 'Es ist kein Bild darunter: PNG, JPEG, WebP, BMP und TIFF werden genommen. Dies schließen und andere wählen.',
  start: 'Hinzufügen',
  sending: (done, total) => `${number(done)} von ${number(total)}`,
  known: (count) => `${plural(count, 'Bild war', 'Bilder waren')} schon da.`,
  refused: (count) => `${plural(count, 'Datei wurde', 'Dateien wurden')} nicht genommen:`,
  done: (count) => `${plural(count, 'Bild', 'Bilder')} hinzugefügt.`,
  notUsable: 'Dieser Name geht nicht:',
  zip: {
    tooLarge: 'Das Archiv wäre ausgepackt zu groß.',
    tooMany: 'Das Archiv enthält zu viele Dateien.',
    encrypted: 'Das Archiv ist verschlüsselt.',
    unsafe: 'Das Archiv enthält Namen, die aus seinem Ordner hinausführen; nichts davon wird genommen.',
    damaged: 'Das Archiv ist beschädigt oder keines.',
  },
};
