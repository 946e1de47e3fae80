/** @file The words of the pages in German, with the files in `de/`; what the server says is in `de/said/`. */
import { charts } from './de/charts.ts';
import { compare } from './de/compare.ts';
import { dataPage, incoming } from './de/data-page.ts';
import { drawing, maskPage, regionPage } from './de/drawing.ts';
import { line } from './de/line.ts';
import { marks } from './de/marks.ts';
import { plural } from './de/plural.ts';
import { resultsPage } from './de/results-page.ts';
import { trainPage } from './de/train-page.ts';
import type { Texts } from './en.ts';
import type { Partly } from './partly.ts';

export const de: Partly<Texts> = {
  language: 'Deutsch',
  languages: 'Sprache',
  title: 'clad studio',
  skip: 'Zum Inhalt',
  pages: 'Seiten',
  data: 'Daten',
  train: 'Trainieren',
  results: 'Ergebnisse',
  close: 'Schließen',
  cancel: 'Abbrechen',
  goodKind: 'gut',
  images: (count) => plural(count, 'Bild', 'Bilder'),
  products: (count) => plural(count, 'Produkt', 'Produkte'),
  lost: 'Das Studio ist nicht zu erreichen. Es wird wieder versucht; was läuft, geht weiter, wenn es zurück ist.',
  signIn: {
    title: 'Kennwort',
    text: 'Dieses Studio steht anderen Rechnern offen; es fragt deshalb nach dem Kennwort (Token), mit dem es gestartet wurde.',
    token: 'Kennwort',
    go: 'Studio öffnen',
  },
  command: { same: 'Dasselbe auf der Kommandozeile, im Arbeitsordner', copy: 'Kopieren', copied: 'Kopiert' },
  duration: {
    seconds: (value) => `${value} s`,
    minutes: (value) => `${value} min`,
    hours: (hours, minutes) => `${hours} h ${minutes} min`,
    about: (text) => `etwa ${text}`,
  },
  dataPage,
  drawing,
  maskPage,
  regionPage,
  incoming,
  trainPage,
  resultsPage,
  marks,
  compare,
  charts,
  line,
};
