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

/** What a training says of where it looks. */
const ofAims = {
  'Photographs of {size} pixels are seen at {input}, in {grid} tiles of {tile} pixels: a defect of {defect} pixels has {seen} there.':
    'Fotos von {size} Pixeln werden mit {input} gesehen, in {grid} Kacheln von {tile} Pixeln: Ein Fehler von {defect} Pixeln hat dort {seen}.',
  'Photographs of {size} pixels are seen at {input}, in {grid} tiles of {tile} pixels and as a whole of {whole}: a defect of {defect} pixels has {seen} there.':
    'Fotos von {size} Pixeln werden mit {input} gesehen, in {grid} Kacheln von {tile} Pixeln und als Ganzes von {whole}: Ein Fehler von {defect} Pixeln hat dort {seen}.',
  'Photographs of {size} pixels are seen at {input}, which is one tile: a defect of {defect} pixels has {seen} there.':
    'Fotos von {size} Pixeln werden mit {input} gesehen, was eine Kachel ist: Ein Fehler von {defect} Pixeln hat dort {seen}.',
  'An image takes about {longer} as one of {side} pixels, here and on the line.':
    'Ein Bild braucht etwa {longer} wie eines von {side} Pixeln, hier und an der Linie.',
  '{count} times as long': '{count}-mal so lange',
  'as long': 'so lange',
  'The whole photograph is seen in tiles, and nothing is cut off (features.resizeTo).':
    'Das ganze Foto wird in Kacheln gesehen, und nichts wird abgeschnitten (features.resizeTo).',
  'Photographs of {names} have another shape than those of {name}, and are squeezed into theirs.':
    'Fotos von {names} haben eine andere Form als die von {name} und werden in deren gestaucht.',
  'Region of interest of {name}: it follows the part; {usual} of the image ({least} to {most} in good ones). Nothing outside it is learnt, scored or measured.':
    'Prüfbereich von {name}: Er folgt dem Teil; {usual} des Bildes ({least} bis {most} in guten). Nichts außerhalb wird gelernt, bewertet oder gemessen.',
  'Region of interest of {name}: none that follows the part, as it is not found alike in its good images: {reason}. All of an image counts, or what was drawn of it.':
    'Prüfbereich von {name}: keiner, der dem Teil folgt, da es in seinen guten Bildern nicht gleich gefunden wird: {reason}. Das ganze Bild zählt, oder was darauf gezeichnet ist.',
  "Region of interest of {name}: its margin is {share} of the part's size, {cells} cells; no more is possible at this size of the input.":
    'Prüfbereich von {name}: Sein Rand hat {share} der Größe des Teils, {cells} Zellen; mehr geht bei dieser Größe der Eingabe nicht.',
  '{missing} of {all} good images of {name} show no part of the usual size, e.g. {path}. Nothing is learnt from them, and they are judged as a whole.':
    '{missing} von {all} guten Bildern von {name} zeigen kein Teil der üblichen Größe, z. B. {path}. Aus ihnen wird nichts gelernt, und sie werden als Ganzes beurteilt.',
  'in {missing} of {all} good images no part of the usual size is found':
    'in {missing} von {all} guten Bildern findet sich kein Teil der üblichen Größe',
  'Photographs are cropped to the part: to a box of {width} of their width and {height} of their height, wherever it lies. Nothing outside it is learnt, scored or measured.':
    'Fotos werden auf das Teil zugeschnitten: auf einen Kasten von {width} ihrer Breite und {height} ihrer Höhe, wo es auch liegt. Nichts außerhalb wird gelernt, bewertet oder gemessen.',
  'Photographs are not cropped to the part, although --crop asks for it: {reason}.':
    'Fotos werden nicht auf das Teil zugeschnitten, obwohl --crop es verlangt: {reason}.',
  'Its photographs are seen as a whole, as no part is found in them: {reason}.':
    'Seine Fotos werden als Ganzes gesehen, da kein Teil in ihnen gefunden wird: {reason}.',
  '{missing} of {all} good images of {name} show no part of the usual size, e.g. {path}. They are not cropped, and seen as a whole.':
    '{missing} von {all} guten Bildern von {name} zeigen kein Teil der üblichen Größe, z. B. {path}. Sie werden nicht zugeschnitten und als Ganzes gesehen.',
} as const;

/** Of a training that looks for the part, and finds none or not everywhere the same. */
const ofParts = {
  'too few images to tell ({count} of at least {least})':
    'zu wenige Bilder, um es zu sagen ({count} von mindestens {least})',
  'nothing in them has an outline that stays the same however far from it ground is told':
    'nichts in ihnen hat einen Umriss, der gleich bleibt, wie weit davon auch Untergrund angenommen wird',
  'their border is not all ground (only {share} of it in one of ten)':
    'ihr Rand ist nicht ganz Untergrund (in einem von zehn nur {share} davon)',
  'the part would cover {share} of the image': 'das Teil würde {share} des Bildes bedecken',
  "the part's size is not stable (median {middle}, range {range})":
    'die Größe des Teils ist nicht gleichmäßig (Median {middle}, Spanne {range})',
  'of {name} no part is found alike in its good images, as {reason}':
    'von {name} wird in den guten Bildern kein Teil gleich gefunden: {reason}',
  'the box around the part would be {share} of a photograph, and nothing would be gained':
    'der Kasten um das Teil wäre {share} eines Fotos, und nichts wäre gewonnen',
  'in {count} of {all} good images of {name} something is taken for a part; train it in a model of its own':
    'in {count} von {all} guten Bildern von {name} wird etwas für ein Teil gehalten; es in einem eigenen Modell trainieren',
  'in {count} of {all} good images of {name} no part is found by what finds those of all classes; train it in a model of its own':
    'in {count} von {all} guten Bildern von {name} findet das, was die Teile aller Produkte findet, keines; es in einem eigenen Modell trainieren',
  'the outline of {name} is another by what finds the parts of all classes; train it in a model of its own':
    'der Umriss von {name} ist ein anderer, wo gefunden wird, was alle Produkte findet; es in einem eigenen Modell trainieren',
  'auto, or none, with --crop: a shape that was drawn on a photograph lies elsewhere in each crop':
    'auto oder keine zusammen mit --crop: Was auf ein Foto gezeichnet ist, liegt in jedem Zuschnitt anderswo',
  'regions that were drawn': 'gezeichnete Bereiche',
  'null with --crop: there is one crop, that to the part':
    'null zusammen mit --crop: Es gibt einen Zuschnitt, den auf das Teil',
  "per cent of the part's size, {least} to {most}": 'Prozent der Größe des Teils, {least} bis {most}',
  'left out: this method sees an image as a whole': 'weggelassen: Diese Methode sieht ein Bild als Ganzes',
  'an input of at most {side} pixels a side (a larger --smallest-defect, or a smaller --input-size)':
    'eine Eingabe von höchstens {side} Pixeln je Seite (ein größeres --smallest-defect oder ein kleineres --input-size)',
} as const;

export const reasons = {
  ...ofFiles,
  ...ofPages,
  ...ofWatching,
  ...ofTraining,
  ...ofAims,
  ...ofParts,
  ...ofDrift,
};
