/** @file German words of the page on which two detectors stand side by side. */
import type { Texts } from '../en.ts';
import { plural } from './plural.ts';

export const compare: Texts['compare'] = {
  title: 'Nebeneinander',
  link: 'Mit einem anderen vergleichen',
  first: 'Erster',
  second: 'Zweiter',
  run: (side) => `${side}: Lauf`,
  version: (side) => `${side}: Version`,
  now: 'wie er jetzt ist',
  earlier: (version, until) => `Version ${version}, bis ${until}`,
  unevaluated: (run) => `${run} wurde im Studio noch nicht ausgewertet: das zuerst auf seiner Seite tun.`,
  noCommon: (first, second) =>
    `Sie haben keine Testbilder gemeinsam: der erste wurde auf ${first} ausgewertet, der zweite auf ${second}.`,
  common: (count) => `${plural(count, 'Testbild', 'Testbilder')}, die beide gesehen haben`,
  split: (count) => `${plural(count, 'Urteil ist', 'Urteile sind')} verschieden`,
  show: {
    all: 'Alle Bilder',
    split: 'Verschiedene Urteile',
    firstWrong: 'Nur der erste irrt',
    secondWrong: 'Nur der zweite irrt',
    bothWrong: 'Beide irren',
  },
  order:
    'Verschiedene Urteile zuerst, dann nach dem Abstand der Werte, jeder im Maß seines eigenen Detektors: 0 ist die Mitte der guten Bilder, 1 die Schwelle.',
};
