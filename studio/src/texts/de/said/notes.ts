/** @file German for what trainings and evaluations note on their way: whole sentences by their English forms. */

/** Of the data: files that are left out, copies, masks. */
const ofData = {
  '{path} and {count} more: {message}.': '{path} und {count} weitere: {message}.',
  'one image': 'ein Bild',
  '{count} images': '{count} Bilder',
  "{images} not tested: what is good and what is not is known to the benchmark's server alone":
    '{images} nicht getestet: Was gut ist und was nicht, weiß nur der Server des Benchmarks',
  '{images} neither trained on nor tested': '{images} weder gelernt noch getestet',
  'one image of a defective part is': 'ein Bild eines fehlerhaften Teils wird',
  '{count} images of defective parts are': '{count} Bilder fehlerhafter Teile werden',
  'KolektorSDD has no official split for training on good parts alone; {count} of {all} items, drawn with seed {seed}, are tested, and every defective image':
    'KolektorSDD hat keine offizielle Aufteilung zum Lernen nur von guten Teilen; {count} von {all} Stücken, mit Seed {seed} gezogen, werden getestet, und jedes fehlerhafte Bild',
  '{name}: the images of {count} folders are read as one: {paths}':
    '{name}: Die Bilder von {count} Ordnern werden als ein Ordner gelesen: {paths}',
  'the same image stands in the folders of several classes: {names}':
    'dasselbe Bild liegt in den Ordnern mehrerer Produkte: {names}',
  'the same image stands among good and among anomalous ones: {names}':
    'dasselbe Bild liegt unter guten und unter fehlerhaften: {names}',
  'a patch covers up to {covered} pixels of a crop of {size}, and much smaller defects are lost: {remedy}':
    'ein Patch bedeckt bis zu {covered} Pixel eines Zuschnitts von {size}, und viel kleinere Fehler gehen verloren: {remedy}',
  'crop to the part, or train with --tiles auto (--smallest-defect PIXELS says how small they may be)':
    'auf das Teil zuschneiden oder mit Kacheln trainieren (--tiles auto; --smallest-defect PIXEL sagt, wie klein sie sein dürfen)',
  'left out: {path}: {reason}': 'ausgelassen: {path}: {reason}',
  'left out, as their folders contradict each other: {names}':
    'ausgelassen, da ihre Ordner sich widersprechen: {names}',
  'Left out: {total}\n{list}': 'Ausgelassen: {total}\n{list}',
  '  {reason} ({count}): {paths}': '  {reason} ({count}): {paths}',
  '  {reason} ({count}): {paths}\n{list}': '  {reason} ({count}): {paths}\n{list}',
  '{path}: {reason}\n{list}': '{path}: {reason}\n{list}',
  'Copies among the training images, by their pixels: {count}. Each image is used once: {names}':
    'Kopien unter den Trainingsbildern, nach ihren Pixeln: {count}. Jedes Bild wird einmal benutzt: {names}',
  'Warning: images that are in train and in test, by their pixels: {count}. The detector will know them, so what is measured on them flatters; take them out of one: {names}':
    'Warnung: Bilder, die in train und in test liegen, nach ihren Pixeln: {count}. Der Detektor wird sie kennen, und was an ihnen gemessen wird, schmeichelt; sie aus einem entfernen: {names}',
  '{path}: {why}. Left out of pixel metrics.': '{path}: {why}. In Pixelmaßen ausgelassen.',
  '{path}: {why}, and {count} more of {name}. Left out of pixel metrics.':
    '{path}: {why}, und {count} weitere von {name}. In Pixelmaßen ausgelassen.',
  '{masks} empty, so these defects count as normal in pixel metrics: {path}':
    '{masks} leer, deshalb gelten diese Fehler in Pixelmaßen als normal: {path}',
  'One mask is': 'Eine Fehlermaske ist',
  '{count} masks are': '{count} Fehlermasken sind',
  '{count} more lines on masks: clad data inspect {path}':
    '{count} weitere Zeilen zu Fehlermasken: clad data inspect {path}',
} as const;

/** Of regions and tiles. */
const ofRegions = {
  '{sentence} With {size} it is very small: scores rest on few values, and the class may not be recognised. Draw it larger, or take a larger input (--input-size), whose patches are smaller.':
    '{sentence} Mit {size} ist er sehr klein: Werte beruhen auf wenigen Zahlen, und das Produkt wird vielleicht nicht erkannt. Ihn größer zeichnen oder eine größere Eingabe nehmen (--input-size), deren Patches kleiner sind.',
  'one patch': 'einem Patch',
  '{count} patches': '{count} Patches',
  '{sentence} Regions with thresholds of their own: {names}.':
    '{sentence} Bereiche mit eigenen Schwellen: {names}.',
  'Photographs of {size} pixels are seen at {input}, which is one tile{alone}: a defect of {defect} pixels has {seen} there.':
    'Fotos von {size} Pixeln werden mit {input} gesehen, was eine Kachel ist{alone}: Ein Fehler von {defect} Pixeln hat dort {seen}.',
  ', so there is no whole to be seen beside it': ', so dass es kein Ganzes daneben zu sehen gibt',
} as const;

/** Of backbones, layers and what networks learn (methods/). */
const ofMethods = {
  'Backbone {name} has no {names}; left out of the patch features.':
    'Das Backbone {name} hat {names} nicht; in den Patch-Merkmalen weggelassen.',
  'Backbone {name} has no {names}: its own layers are used, {known}.':
    'Das Backbone {name} hat {names} nicht: Benutzt werden seine eigenen Schichten, {known}.',
  'Layers of backbone {name} that are used: {names}.': 'Benutzte Schichten des Backbones {name}: {names}.',
  "{name} sees images enlarged from the input's {input} pixels to {size}; with --input-size {size} it would see more.":
    '{name} sieht Bilder von den {input} Pixeln der Eingabe auf {size} vergrößert; mit --input-size {size} sähe es mehr.',
  'Options of networks have no effect, as none are trained in these settings: {names}.':
    'Optionen der Netze haben keine Wirkung, da bei diesen Einstellungen keine trainiert werden: {names}.',
  'Layers with other numbers of channels each are joined, not averaged: {names}.':
    'Schichten mit verschieden vielen Kanälen werden verbunden, nicht gemittelt: {names}.',
  "Backbone {name} has no class token for its layers: features are recentred by each image's mean.":
    'Das Backbone {name} hat kein Klassen-Token für seine Schichten: Merkmale werden um das Mittel jedes Bildes zentriert.',
  'Layers of backbone {name} have {channels} channels, so they are joined rather than averaged.':
    'Die Schichten des Backbones {name} haben {channels} Kanäle, deshalb werden sie verbunden, nicht gemittelt.',
  'Components of each class, and the share of its variance that they hold: {names}.':
    'Komponenten jedes Produkts und ihr Anteil an seiner Varianz: {names}.',
  'The networks have not learnt their own noise: after step {step} of stage {stage} they rank a patch with it above one without in only {auroc} of cases (AUROC; 0.50 is chance, at least {least} is expected). Noise that lies inside what normal patches differ by cannot be learnt. Set {option} higher: it is {value}, try {next}; or train for more steps where there are few.':
    'Die Netze haben ihr eigenes Rauschen nicht gelernt: Nach Schritt {step} der Stufe {stage} bewerten sie einen Patch damit nur in {auroc} der Fälle höher als einen ohne (AUROC; 0.50 ist Zufall, mindestens {least} wird erwartet). Rauschen, das kleiner ist als die Unterschiede normaler Patches, ist nicht zu lernen. {option} vergrößern: jetzt {value}, zu versuchen {next}; oder mehr Schritte trainieren, wo es wenige sind.',
  '{value}, or {how} (globalAnomalies.noiseUnit=neighbour, globalAnomalies.noise=1)':
    '{value}, oder {how} (globalAnomalies.noiseUnit=neighbour, globalAnomalies.noise=1)',
  'measure it by neighbours': 'es nach Nachbarn messen',
} as const;

/** Of work that is there already, is made again or is waited for. */
const ofResuming = {
  'Patch features: reused from {path}.': 'Patch-Merkmale: wieder verwendet aus {path}.',
  'Feature maps: reused from {path}.': 'Merkmalskarten: wieder verwendet aus {path}.',
  'Waiting for another process that makes shard {name}: {who}.':
    'Wartet auf einen anderen Prozess, der Teil {name} macht: {who}.',
  'Waiting for another training that makes {path}: {who}.':
    'Wartet auf ein anderes Training, das {path} macht: {who}.',
  '{path} was damaged, and was made again.': '{path} war beschädigt und wurde neu gemacht.',
  'It is made again.': 'Sie wird neu gemacht.',
  '{sentence} It is made again.': '{sentence} Sie wird neu gemacht.',
  '{sentence} This training goes on without it: its images are decoded for thresholds.':
    '{sentence} Dieses Training geht ohne sie weiter: Seine Bilder werden für Schwellen neu dekodiert.',
  '{sentence} The training goes on from the checkpoint before: stage {stage}, step {step}.':
    '{sentence} Das Training geht vom Zwischenstand davor aus weiter: Stufe {stage}, Schritt {step}.',
  '{sentence} There is no whole checkpoint before: the steps are made again from the first.':
    '{sentence} Einen heilen Zwischenstand davor gibt es nicht: Die Schritte werden vom ersten an neu gemacht.',
  '{path} is missing.': '{path} fehlt.',
  '{path} is finished already; nothing was done.': '{path} ist schon fertig; nichts wurde getan.',
  'Good images that clad update had left out are in it again: {count}. Leave them out once more.':
    'Gute Bilder, die clad update ausgelassen hatte, sind wieder darin: {count}. Sie noch einmal auslassen.',
  'Good images that clad update had added are not in it any more: {count}. Add them once more, or put a file of {path} in its place.':
    'Gute Bilder, die clad update hinzugefügt hatte, sind nicht mehr darin: {count}. Sie noch einmal hinzufügen oder eine Datei aus {path} an seine Stelle legen.',
  'A thread that reads photographs': 'Ein Thread, der Fotos liest,',
  'Run the same command again (`clad train` with --resume); if memory was short, close other programs first.':
    'Denselben Befehl noch einmal ausführen (`clad train` mit --resume); war der Speicher knapp, zuerst andere Programme schließen.',
  'A thread that draws photographs': 'Ein Thread, der Fotos zeichnet,',
  'Run the same command again.': 'Denselben Befehl noch einmal ausführen.',
} as const;

/** Of an evaluation. */
const ofResults = {
  'No test images, so nothing was measured; the report shows the training.':
    'Keine Testbilder, deshalb wurde nichts gemessen; der Bericht zeigt das Training.',
  '{path} was made before detector files had a checksum, so whether it is whole cannot be told. `clad export --to onnx` writes a copy with one.':
    '{path} entstand, bevor Detektordateien eine Prüfsumme hatten; ob sie heil ist, ist nicht zu sagen. `clad export --to onnx` schreibt eine Kopie mit Prüfsumme.',
  '{count} of {all} images, {how}, are unlike its training images, e.g. {path}: {message}':
    '{count} von {all} Bildern, {how}, sind anders als dessen Trainingsbilder, z. B. {path}: {message}',
  '{path} ({how}): {message}': '{path} ({how}): {message}',
  'recognised as {name}': 'als {name} erkannt',
  'given as {name}': 'als {name} angegeben',
  '{count} of the masks have no pixel left at {size} pixels, so their defects count as normal in pixel metrics: {path}':
    '{count} der Fehlermasken haben bei {size} Pixeln kein Pixel mehr, deshalb gelten ihre Fehler in Pixelmaßen als normal: {path}',
  '{count} of {all} test images are recognised as another class, and their verdicts go by its threshold; do they lie in the wrong folder? {path} is taken for {other}.':
    '{count} von {all} Testbildern werden als ein anderes Produkt erkannt, und für ihr Urteil gilt dessen Schwelle; liegen sie im falschen Ordner? {path} wird für {other} gehalten.',
  'Defective test images whose defects lie outside of the region of interest altogether: {count}, e.g. {path}. They count as defective in image metrics, and no detector with this region can find them.':
    'Fehlerhafte Testbilder, deren Fehler ganz außerhalb des Prüfbereichs liegen: {count}, z. B. {path}. In Bildmaßen zählen sie als fehlerhaft, und kein Detektor mit diesem Bereich kann sie finden.',
  'Pixel metrics and AUPRO are computed inside the crop to the part alone, at the size of the photograph.':
    'Pixelmaße und AUPRO werden nur im Zuschnitt auf das Teil berechnet, in der Größe des Fotos.',
  'Warning: Of {count} test images, by their pixels, {trained} had been trained on, {path} among them: the detector takes them for good, and their numbers say nothing of new parts. Labelled anomalous here: {wrong}':
    'Warnung: Von {count} Testbildern kamen, nach ihren Pixeln, {trained} im Training vor, darunter {path}: Der Detektor hält sie für gut, und ihre Zahlen sagen nichts über neue Teile. Hier als fehlerhaft bezeichnet: {wrong}',
  'Warning: Of {count} test images, by their pixels, {given} had been given to clad calibrate, {path} among them: thresholds fit them, and new good parts may raise more false alarms.':
    'Warnung: Von {count} Testbildern wurden, nach ihren Pixeln, {given} bei clad calibrate benutzt, darunter {path}: Schwellen passen zu ihnen, und neue gute Teile können mehr Fehlalarme geben.',
  'Of {count} test images, by their pixels, {copies}. These images weigh more: {names}':
    'Von {count} Testbildern sind, nach ihren Pixeln, {copies}. Diese Bilder wiegen mehr: {names}',
  'copies of others: {count}': 'Kopien anderer: {count}',
  'AU-sPRO of {name} is left out: {path}: cannot be decoded ({reason}). Replace or remove the file.':
    'AU-sPRO von {name} wird ausgelassen: {path} kann nicht dekodiert werden ({reason}). Die Datei ersetzen oder entfernen.',
  'AU-sPRO of {name} is left out: {path}: cannot be read ({reason}). Check the file and its permissions.':
    'AU-sPRO von {name} wird ausgelassen: {path} kann nicht gelesen werden ({reason}). Die Datei und ihre Rechte prüfen.',
  'AU-sPRO of {name} is left out: {reason}': 'AU-sPRO von {name} wird ausgelassen: {reason}',
  'The detector does not know all of its training images by their pixels, so copies of them are not recognised among these photographs.':
    'Der Detektor kennt nicht alle seine Trainingsbilder nach ihren Pixeln; Kopien davon werden unter diesen Fotos nicht erkannt.',
  'Whether photographs were trained on is not known: {sentence}':
    'Ob Fotos im Training vorkamen, ist nicht bekannt: {sentence}',
} as const;

export const notes = { ...ofData, ...ofRegions, ...ofMethods, ...ofResuming, ...ofResults };
