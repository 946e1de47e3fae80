/** @file German words of wrong judgements and what is learnt from them. */
import type { Texts } from '../en.ts';
import { number, plural } from './plural.ts';

export const marks: Texts['marks'] = {
  title: 'Falsche Urteile',
  hint: 'Markieren, was der Detektor falsch beurteilt: ein gutes Teil, das er anomal nennt, oder einen Fehler, den er durchlässt. Aus den markierten Bildern lernt er ohne ein neues Training.',
  mark: { 'false-alarm': 'Das war ein Fehlalarm', missed: 'Das wurde übersehen' },
  marked: { 'false-alarm': 'Markiert: Fehlalarm', missed: 'Markiert: übersehen' },
  fromLine: 'von der Linie',
  lineTitle: 'Bilder von der Linie',
  notJudged: 'nicht beurteilt',
  takeBack: (path) => `Markierung von ${path} zurücknehmen`,
  against: {
    'false-alarm': 'Nach seinem Ordner ist es fehlerhaft. Nur markieren, wenn es ein gutes Teil zeigt.',
    missed: 'Nach seinem Ordner ist es gut. Nur markieren, wenn es einen Fehler zeigt.',
  },
  falseAlarms: (count) =>
    plural(
      count,
      'Fehlalarm kommt zu den guten Bildern seines Produkts',
      'Fehlalarme kommen zu den guten Bildern ihrer Produkte',
    ),
  missed: (count) =>
    plural(
      count,
      'übersehener Fehler senkt die Schwelle seines Produkts',
      'übersehene Fehler senken die Schwellen ihrer Produkte',
    ),
  update: 'Daraus lernen',
  updating: 'Lernt',
  own: 'Es lernt der Detektor des Laufs selbst, mit seinen eigenen Schwellen: Versionen mit von Hand verschobenen Schwellen bleiben, wie sie sind, und werden nicht mehr aufgeführt.',
  done: 'Was gelernt wurde',
  joined: (count, version) =>
    `${plural(count, 'Fehlalarm kam', 'Fehlalarme kamen')} zu den guten Bildern: Version ${version} des Detektors.`,
  lowered: (count, version) =>
    `Für ${plural(count, 'übersehenen Fehler', 'übersehene Fehler')} wurde eine Schwelle gesenkt: Version ${version} des Detektors.`,
  caught: 'Der Detektor des Laufs findet die übersehenen Bilder schon; ihretwegen wurde nichts geändert.',
  threshold: (name, before, now, rate) =>
    `${name}: Schwelle ${before}, jetzt ${now}; etwa ${rate} der guten Teile werden anomal genannt.`,
  fresh: 'keine',
  refused: (count) => `${plural(count, 'markiertes Bild wurde', 'markierte Bilder wurden')} nicht genommen:`,
  force: 'Trotzdem tun',
  forceHint: 'Zuerst die Bilder ansehen. Auf der Kommandozeile ist das --force.',
  kept: (folder) => `Der Detektor von vorher liegt in ${folder}.`,
  waiting: 'Vorher und nachher erscheinen, sobald die neue Version ausgewertet ist.',
  before: 'Vorher',
  now: 'Jetzt',
  judged: (score, threshold) => `${score}, Schwelle ${threshold}`,
  set: 'Testbilder',
  allImages: 'alle',
  others: 'die nicht markierten',
  othersHint:
    'Aus den markierten Bildern hat der Detektor gelernt; was er von ihnen sagt, ist deshalb kein Maß für neue Teile: die anderen zählen.',
  learntFrom: (count) =>
    `Aus ${number(count)} dieser Testbilder hat der Detektor gelernt; für neue Teile sind die Zahlen deshalb zu gut.`,
  side: 'Alle Bilder nebeneinander ansehen',
};
