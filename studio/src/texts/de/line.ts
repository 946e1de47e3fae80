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
    broken: 'Nicht lesbar',
  },
  idle: 'Kamera aus',
  silent: 'Von der Kamera kommt kein Bild',
  failed: 'Nicht beurteilt',
  opening: 'Detektor wird geöffnet',
  waiting: 'Noch nichts beurteilt',
  late: 'Noch keine Antwort',
  lost: 'Das Studio ist nicht zu erreichen',
  noAnswer: (seconds) =>
    `Das Studio hat ${seconds} s lang nicht geantwortet. Es wird mit dem nächsten Bild versucht.`,
  keep: 'Bilder aufheben',
  keeps: { none: 'keine', doubtful: 'alle, die nicht bestehen', all: 'alle' },
  keepHint: (gigabytes) =>
    `Das Journal und seine Bilder nehmen höchstens ${gigabytes} GB ein; dann gehen die ältesten.`,
  noted: 'Verzeichnet in',
  notNoted: 'Das Journal kann gerade nicht geschrieben werden; geurteilt wird auch ohne.',
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
  lastHint:
    'Eines drücken, um es anzusehen und zu sagen, dass es falsch war. Sie stehen still, solange der Zeiger auf ihnen ist.',
  markHint:
    'Wenn das Urteil falsch ist: Das Bild wird im Arbeitsordner aufgehoben und steht auf der Seite des Laufs, wo der Detektor daraus lernt.',
  keptFor: (run) => `Das Bild ist für ${run} aufgehoben.`,
  toMarks: 'Zu den Markierungen',
  source: 'Was angesehen wird',
  watchNew: 'Ordner überwachen',
  watchTitle: 'Einen Ordner überwachen',
  watchHint:
    'Fotos, die in ihn oder in Ordner darin kommen, werden beurteilt, sobald sie ganz geschrieben sind, jedes einmal. Es geht weiter, wenn diese Seite geschlossen und wenn das Studio neu gestartet wird.',
  folder: 'Ordner',
  folderHint:
    'Ein Ordner im Arbeitsordner oder einer, mit dem das Studio gestartet wurde (clad studio --watch-folder).',
  photographs: 'Beurteilte Fotos',
  photographsBecome: {
    stay: () => 'bleiben, wo sie sind',
    all: () => 'werden nach ihrem Urteil verschoben und alle behalten',
    some: (gigabytes) =>
      `werden nach ihrem Urteil verschoben; über ${gigabytes} GB werden die ältesten gelöscht`,
  },
  moveInto: 'Verschoben nach',
  moveHint: (folder, into) =>
    `Jedes Foto verlässt ${folder === '' ? 'den Ordner' : folder}, sobald es beurteilt ist: was besteht, kommt nach ${into}/pass, was durchfällt, nach ${into}/reject, alles andere (zweifelhaft, unbekannt, nicht lesbar) nach ${into}/check. Nichts wird überschrieben: Ist ein Name vergeben, bekommt das Foto eine Nummer. Was früher beurteilt wurde, bleibt.`,
  moveKeeps: {
    all: () =>
      'Nichts wird gelöscht, also auf den Platz achten: Auch Wärmebilder und das Journal brauchen welchen.',
    some: (gigabytes) =>
      `Nehmen verschobene Fotos, Wärmebilder und das Journal mehr als ${gigabytes} GB ein, werden die ältesten Fotos endgültig gelöscht.`,
  },
  moved: (folder) => `Fotos werden nach ihrem Urteil nach ${folder}/ verschoben.`,
  stay: 'Fotos bleiben, wo sie sind.',
  watchStart: 'Überwachen',
  watchStop: 'Nicht mehr überwachen',
  watchAgain: 'Wieder überwachen',
  watchGone: 'Dieser Ordner wird nicht mehr überwacht.',
  watchOff: 'Nicht überwacht',
  watchTrouble: 'Kann gerade nicht überwacht werden',
  nothingCame: 'Noch nichts beurteilt',
  triedAgain: 'Es wird wieder versucht, bis es geht.',
  states: { off: 'angehalten', opening: 'wird geöffnet', watching: 'überwacht', trouble: 'gestört' },
  watchCounts: (journal) => `Jedes Urteil steht in ${journal}.`,
  watchCommand: 'Dasselbe auf der Kommandozeile, im Arbeitsordner, wenn es hier angehalten ist',
  watchDrift: 'Drift, aus dem Journal',
  watchedFile: (path) => `${path} mit seinem Wärmebild`,
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
