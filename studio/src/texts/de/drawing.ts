/** @file German words of the pages on which ground truth and regions of interest are drawn. */
import type { Texts } from '../en.ts';
import { plural } from './plural.ts';

export const drawing: Texts['drawing'] = {
  back: 'Zurück zu den Bildern',
  tool: 'Werkzeug',
  polygon: 'Vieleck',
  hand: 'Foto verschieben',
  close: 'Vieleck schließen',
  save: 'Speichern',
  undo: 'Rückgängig',
  redo: 'Wiederholen',
  zoomIn: 'Größer',
  zoomOut: 'Kleiner',
  fit: 'Ganzes Foto',
  corners: (count) => plural(count, 'Ecke', 'Ecken'),
  unsaved: 'Das Gezeichnete ist nicht gespeichert. Trotzdem verlassen?',
};

export const maskPage: Texts['maskPage'] = {
  title: 'Fehlermaske',
  others: 'Andere fehlerhafte Teile',
  brush: 'Pinsel',
  eraser: 'Radierer',
  size: 'Größe',
  pixels: (count) => plural(count, 'Pixel', 'Pixel'),
  clear: 'Alles löschen',
  remove: 'Fehlermaske entfernen',
  removeAsk: (files) => `${files} löschen?`,
  removed: 'Die Fehlermaske ist entfernt.',
  saved: (file) => `Gespeichert als ${file}.`,
  used: 'Den Fehler übermalen und nichts sonst. Pixelmaße vergleichen Wärmebilder damit, sobald ein Lauf das nächste Mal ausgewertet wird, hier oder mit clad evaluate.',
  problem: (reason) => `Sie kann nicht bearbeitet werden: ${reason}.`,
  refused: (reason) => `Zu diesem Foto kann hier keine Fehlermaske gemalt werden: ${reason}.`,
  surface: (path) => `Fehlermaske von ${path}: eine Fläche zum Malen`,
  keys: 'Zwei Finger oder das Mausrad: näher und weiter. Mit der Tastatur: Pfeile bewegen den Zeiger (Umschalt weit, Alt um ein Pixel), die Leertaste setzt den Pinsel auf und hebt ihn ab oder setzt eine Ecke, Eingabe schließt ein Vieleck, [ und ] ändern die Größe, + − 0 die Ansicht, Strg+Z nimmt zurück, Strg+Y wiederholt.',
  down: 'Der Pinsel ist aufgesetzt.',
  up: 'Der Pinsel ist abgehoben.',
};

export const regionPage: Texts['regionPage'] = {
  title: (product) => `Prüfbereich von ${product}`,
  hint: 'Einzeichnen, wo dieses Produkt geprüft und was dort übergangen wird. Was außerhalb liegt, wird nicht gelernt, bewertet oder gemessen. Namen machen Teile mit eigener Schwelle; Formen mit einem Namen sind ein Teil.',
  photograph: 'Foto',
  rectangle: 'Rechteck',
  change: 'Formen und Ecken verschieben',
  held: (shape, corner) =>
    `${corner === undefined ? `Form ${shape}` : `Ecke ${corner + 1} von Form ${shape}`} ist gegriffen; Pfeile bewegen sie, die Leertaste setzt sie ab.`,
  nothingThere: 'Hier ist keine Form.',
  polygonOf: (corners) => `Vieleck mit ${corners} Ecken`,
  what: 'Zweck der Form',
  inside: 'geprüft',
  ignore: 'übergangen',
  name: 'Name',
  noName: 'kein Name',
  shapes: 'Formen',
  noShapes: 'Noch keine: Das ganze Foto wird geprüft.',
  whatOf: (shape) => `Was Form ${shape} ist`,
  nameOf: (shape) => `Name von Form ${shape}`,
  drop: 'Entfernen',
  dropOf: (shape) => `Form ${shape} entfernen`,
  begun: 'Die erste Ecke ist gesetzt; zur gegenüberliegenden gehen und die Leertaste drücken.',
  drawn: (number) => `Form ${number} ist gezeichnet.`,
  saved: (file) => `Gespeichert als ${file}. Künftige Trainings halten sich daran.`,
  remove: 'Prüfbereich entfernen',
  removeAsk: (file) => `${file} löschen?`,
  removed: 'Der Prüfbereich ist entfernt: Das ganze Foto wird geprüft.',
  problem: (file, reason) => `${file} kann hier nicht geändert werden: ${reason}.`,
  problems: {
    'some-named':
      'Einige Formen haben einen Namen und andere keinen: allen, die geprüft werden, einen geben oder keiner.',
    'ignored-alone': 'Eine Form, die übergangen wird, hat den Namen eines Bereichs, den es nicht gibt.',
  },
  surface: (path) => `Prüfbereich auf ${path}: eine Fläche zum Zeichnen`,
  keys: 'Zwei Finger oder das Mausrad: näher und weiter. Mit der Tastatur: Pfeile bewegen den Zeiger (Umschalt weit, Alt um ein Pixel), die Leertaste setzt eine Ecke, Eingabe schließt ein Vieleck, Escape verwirft das Begonnene, + − 0 ändern die Ansicht, Strg+Z nimmt zurück, Strg+Y wiederholt. Mit dem Werkzeug, das Formen und Ecken verschiebt: Bild ab und Bild auf führen von Ecke zu Ecke, die Leertaste greift und setzt ab.',
};
