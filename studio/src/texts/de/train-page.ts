/** @file German words of the train page and of jobs. */
import type { Texts } from '../en.ts';
import type { Partly } from '../partly.ts';
import { plural } from './plural.ts';

export const trainPage: Partly<Texts['trainPage']> = {
  title: 'Trainieren',
  noData: 'Es gibt noch keine Daten, mit denen trainiert werden könnte.',
  toData: 'Zuerst Daten hinzufügen',
  dataset: 'Datensatz',
  run: 'Name des Laufs',
  method: 'Methode',
  preset: 'Voreinstellung',
  backbone: 'Backbone',
  device: 'Gerät',
  start: 'Training beginnen',
  options: 'Alle Optionen',
  changed: (count) => (count === 0 ? 'keine geändert' : `${count} geändert`),
  reset: 'Zurück zur Voreinstellung',
  plan: {
    title: 'Was es braucht',
    measuring: 'Es wird gemessen, was es auf diesem Rechner braucht',
    time: 'Zeit',
    memory: 'Arbeitsspeicher',
    disk: 'Platte währenddessen',
    file: 'Datei des Detektors',
    learns: 'Lernt von',
    learnsText: (images, classes) =>
      `${plural(images, 'Bild', 'Bildern')} von ${plural(classes, 'Produkt', 'Produkten')}`,
    asNow: 'auf diesem Rechner, wie er jetzt ist',
    later:
      'Was es braucht, wird gemessen, sobald kein anderes Training läuft; begonnen werden kann es trotzdem, und es wartet, bis es an der Reihe ist.',
  },
  excluded: (count) => `${plural(count, 'Bild wird', 'Bilder werden')} ausgelassen, wie gewünscht.`,
  regions: 'Sich an die gezeichneten Prüfbereiche halten:',
  defaultValue: 'Voreinstellung',
  jobs: 'Aufträge',
  noJobs: 'Nichts zu tun.',
  kinds: {
    demo: 'Beispieldaten zeichnen',
    inspect: 'Datensatz prüfen',
    train: 'Trainieren',
    evaluate: 'Auswerten',
    threshold: 'Neue Schwellen',
  },
  states: {
    waiting: 'wartet',
    running: 'läuft',
    done: 'fertig',
    failed: 'gescheitert',
    stopped: 'angehalten',
  },
  step: (step, steps) => `Schritt ${step} von ${steps}`,
  left: (text) => `insgesamt noch ${text}`,
  stop: 'Anhalten',
  stopping: 'Hält beim nächsten Schritt an',
  resume: 'Weitermachen',
  remove: 'Aus der Liste nehmen',
  look: 'Ergebnisse ansehen',
  lookData: 'Bilder ansehen',
  again: 'macht weiter, wo es war',
  losses: (stage) => `Verluste von Stufe ${stage}, je Schritt`,
  samples: 'Künstliche Fehler, von denen es lernt',
  samplesHint:
    'Zu jedem Produkt: das Foto, was für das Teil gehalten wird, die Maske, die Textur und das Ergebnis.',
  notes: 'Was es gesagt hat',
  took: (text) => `dauerte ${text}`,
  beginning: 'beginnt',
};
