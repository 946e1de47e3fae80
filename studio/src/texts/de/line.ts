/** @file German words of the line page. */
import type { Texts } from '../en.ts';
import { plural } from './plural.ts';

export const line: Texts['line'] = {
  title: 'Linie',
  camera: 'Kamera',
  start: 'Kamera starten',
  stop: 'Kamera anhalten',
  detector: 'Detektor',
  noDetector: 'Keiner: nur filmen',
  noRuns: 'Noch gibt es keinen Detektor. Unten gute Teile filmen und mit ihnen trainieren.',
  version: 'Version',
  pace: 'Urteilen',
  paces: {
    always: 'ohne Pause',
    second: 'jede Sekunde',
    five: 'alle fünf Sekunden',
    press: 'auf Tastendruck',
  },
  judge: 'Jetzt urteilen',
  judgeHint: 'oder die Leertaste',
  verdicts: {
    pass: 'Gut',
    check: 'Prüfen',
    reject: 'Ausschuss',
    unknown: 'Unbekanntes Teil',
    none: 'Keine Schwelle',
  },
  idle: 'Kamera aus',
  silent: 'Von der Kamera kommt kein Bild',
  failed: 'Nicht beurteilt',
  opening: 'Detektor wird geöffnet',
  waiting: 'Noch nichts beurteilt',
  fullScreen: 'Ganzer Bildschirm',
  frame: 'Das beurteilte Bild der Kamera mit seinem Wärmebild',
  score: 'Wert',
  threshold: 'Schwelle',
  product: 'Produkt',
  none: 'keine',
  counts: 'Urteile',
  countsSince: (when) => `seit ${when}`,
  countsHint:
    'Gezählt werden Urteile, nicht Teile: ein Teil, das länger liegt, wird mehrmals beurteilt, außer „auf Tastendruck“.',
  again: 'Von vorn zählen',
  last: 'Die letzten',
  nothingYet: 'Noch keine.',
  drift: 'Drift',
  driftNone:
    'Noch nichts zum Vergleichen. Drift wird vom Detektor eines Laufs selbst gesagt, sobald die Bilder seines Trainings gelesen sind.',
  driftFew: (images, least, name) =>
    `Bisher ${plural(images, 'Bild', 'Bilder')} von ${name}; ab ${least} wird gesagt, ob sie wie im Training aussehen.`,
  driftFine: (images, name) =>
    `Die letzten ${plural(images, 'Bild', 'Bilder')} von ${name} sehen wie im Training aus.`,
  capture: 'Gute Teile zum Lernen filmen',
  captureHint:
    'Vier Bilder in der Sekunde, solange der Knopf oder auf ihm die Leertaste gehalten wird. Das Teil drehen und bewegen, wie es kommen wird. Die Bilder kommen sofort in den Datensatz, zum Lernen.',
  dataset: 'Datensatz',
  newDataset: 'Ein neuer Datensatz',
  datasetName: 'Name des neuen Datensatzes',
  hold: 'Halten zum Filmen',
  filmed: (count, product, dataset) =>
    `${plural(count, 'Bild', 'Bilder')} von ${product} zu ${dataset} hinzugefügt.`,
  look: 'Ansehen',
  startFirst: 'Zum Filmen die Kamera starten.',
};
