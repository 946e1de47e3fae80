/** @file German for why something was refused, and for what a watched folder or a training notes: parts of sentences by their English forms. */

/** Of the file system (core/files.ts). */
const ofFiles = {
  'it is a link that leads nowhere': 'es ist ein Link, der nirgendwohin führt',
  'there is no such file or folder': 'eine solche Datei oder einen solchen Ordner gibt es nicht',
  'no such file or folder': 'eine solche Datei oder einen solchen Ordner gibt es nicht',
  'no permission': 'keine Berechtigung',
  'the file system is read-only': 'das Dateisystem kann nur gelesen werden',
  'no space left': 'kein Platz mehr',
  'the quota is used up': 'der zugeteilte Platz ist verbraucht',
  'the file system allows no file so large': 'das Dateisystem erlaubt keine so große Datei',
  'too many files are open': 'zu viele Dateien sind offen',
  'the name is too long': 'der Name ist zu lang',
  'a part of the path is a file': 'ein Teil des Pfads ist eine Datei',
  'it is a folder': 'es ist ein Ordner',
  'too many symbolic links': 'zu viele symbolische Links',
  'the device failed': 'das Gerät hat versagt',
  'the device is not there': 'das Gerät ist nicht da',
  'the network drive has lost it': 'das Netzlaufwerk hat es verloren',
  'the folder is not empty': 'der Ordner ist nicht leer',
  'another program uses it': 'ein anderes Programm benutzt es',
  'another file has taken its name': 'eine andere Datei hat seinen Namen',
  'it is no JSON': 'es ist kein JSON',
  'its name is not UTF-8': 'der Name ist kein UTF-8',
  'link that leads nowhere': 'Link, der nirgendwohin führt',
  'link that leads in a circle': 'Link, der im Kreis führt',
  'GIF is not read': 'GIF wird nicht gelesen',
  'cannot be read ({reason})': 'nicht zu lesen ({reason})',
  'the file is damaged': 'die Datei ist beschädigt',
} as const;

/** Of names that people give, and of what they draw. */
const ofPages = {
  'good parts are called so': 'so heißen gute Teile',
  'it has one of the characters < > : " | ? * in it': 'er enthält eines der Zeichen < > : " | ? *',
  'images of {name} lie in folders below it, and ground truth is found by name within one folder':
    'Bilder von {name} liegen in Ordnern darunter, und Fehlermasken werden am Namen in einem Ordner gefunden',
  '{name} lies beside it, and the two would have one ground truth; rename one':
    '{name} liegt daneben, und die beiden hätten eine Fehlermaske; eines umbenennen',
  'it has masks, which are changed in the file alone': 'er hat Masken, die nur in der Datei geändert werden',
  'it was drawn on {first} pixels, and this photograph is of other proportions, {second}':
    'er wurde auf {first} Pixeln gezeichnet, und dieses Foto hat andere Proportionen, {second}',
  'it is something else': 'es ist etwas anderes',
  'planning a training': 'ein Training wird geplant',
} as const;

/** What `clad watch` says while it watches and moves. */
const ofWatching = {
  'Nothing can be moved into {folder} yet: {who}, is moving something there. It is waited for until it is done, or has given no sign of life for {seconds} s.':
    'In {folder} kann noch nichts verschoben werden: {who}, verschiebt dort etwas. Darauf wird gewartet, bis es fertig ist oder {seconds} s lang kein Lebenszeichen gegeben hat.',
  'Photographs that were judged and not moved yet: {count}. They stay, as no --move is given.':
    'Fotos, die beurteilt und noch nicht verschoben sind: {count}. Sie bleiben, da nichts verschoben werden soll.',
  ' An earlier call wrote it into {folder}, which is not there now: when it is, look for {path}.':
    ' Ein früherer Aufruf schrieb es nach {folder}, das jetzt nicht da ist: wenn es das ist, nach {path} suchen.',
  'A file that could not be moved has been moved.':
    'Eine Datei, die nicht verschoben werden konnte, ist verschoben worden.',
  '{path} was judged ({verdict}) and has gone before it was moved.{elsewhere}':
    '{path} wurde beurteilt ({verdict}) und war fort, bevor es verschoben wurde.{elsewhere}',
  'The heat map {path} was lost before it was in its place.{elsewhere}':
    'Das Wärmebild {path} ging verloren, bevor es an seinem Platz war.{elsewhere}',
  '{total} are kept where {allowed} are allowed: the others wait for a place that has not been sent their judgements, are still to be moved, have their photographs in the watched folder, or could not be removed.':
    '{total} sind aufgehoben, wo {allowed} erlaubt sind: Die übrigen sind noch zu verschieben, haben ihre Fotos im überwachten Ordner, konnten nicht gelöscht werden, oder ihre Urteile warten darauf, gesendet zu werden.',
  '{sentence} What is kept too long or too much stays there.':
    '{sentence} Was zu lange oder zu viel aufgehoben ist, bleibt dort.',
  '{folder} is not there, is empty, or is another folder than the one into which photographs or heat maps of earlier judgements were put: its drive may not be mounted. These judgements stay in the journal, and what they need there does not count, until their files are found again.':
    '{folder} ist nicht da, ist leer oder ist ein anderer Ordner als der, in den Fotos oder Wärmebilder früherer Urteile kamen: Sein Laufwerk ist vielleicht nicht eingehängt. Diese Urteile bleiben im Journal, und was sie dort brauchen, zählt nicht, bis ihre Dateien wieder gefunden werden.',
  '{path} was written by {who}, on another machine or in another container. Whether it still is will be known in {seconds} s at most.':
    '{path} wurde von {who} geschrieben, auf einem anderen Rechner oder in einem anderen Container. Ob noch immer, ist in höchstens {seconds} s bekannt.',
} as const;

/** What to check where images look otherwise (jobs/drift/measures.ts). */
const ofDrift = {
  'check the lamp, the exposure time and the aperture': 'Lampe, Belichtungszeit und Blende prüfen',
  'check the lamp, stray light and whether the lens is clean':
    'Lampe, Streulicht und die Sauberkeit des Objektivs prüfen',
  'check the focus, the distance, vibration and the gain':
    'Schärfe, Abstand, Erschütterungen und Verstärkung prüfen',
  'check the exposure time and the lamp': 'Belichtungszeit und Lampe prüfen',
  'check the exposure time and reflections': 'Belichtungszeit und Spiegelungen prüfen',
  'check the white balance and the colour of the light': 'Weißabgleich und Farbe des Lichts prüfen',
} as const;

/** What a training notes of its data and its regions, as it does nearly always. */
const ofTraining = {
  'Warning: Of {count} test images, by their pixels, {trained} had been trained on, {path} among them: the detector takes them for good, and their numbers say nothing of new parts.':
    'Warnung: Von {count} Testbildern kamen, nach ihren Pixeln, {trained} im Training vor, darunter {path}: Der Detektor hält sie für gut, und ihre Zahlen sagen nichts über neue Teile.',
  'Pixel metrics and AUPRO are computed inside the region of interest alone: {names}.':
    'Pixelmaße und AUPRO werden nur im Prüfbereich berechnet: {names}.',
  'Textures for synthetic anomalies: the built-in generator (give photographs with --textures DIR).':
    'Texturen für künstliche Anomalien: der eingebaute Generator (Fotos mit --textures DIR angeben).',
  'Region of interest of {name}: {share} of the image, {inside} of {all} patches. Nothing outside it is learnt, scored or measured.':
    'Prüfbereich von {name}: {share} des Bildes, {inside} von {all} Patches. Nichts außerhalb wird gelernt, bewertet oder gemessen.',
} as const;

export const reasons = { ...ofFiles, ...ofPages, ...ofWatching, ...ofTraining, ...ofDrift };
