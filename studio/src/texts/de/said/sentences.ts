/** @file Sentences of the server in German, and parts of such that stand in errors, by their English forms. */

/** What a data set is called wrong for: `clad data inspect`. */
const ofData = {
  'the same pixels as {paths}': 'dieselben Pixel wie {paths}',
  'almost the same image as {paths}': 'fast dasselbe Bild wie {paths}',
  '{size} pixels; most of {name} have {usual}': '{size} Pixel; die meisten von {name} haben {usual}',
  'stands out from the other good parts in run {name}: is it one?':
    'fällt im Lauf {name} unter den anderen guten Teilen auf: Ist es eines?',
  'taken for {other} in run {name}: does it lie in the wrong folder?':
    'im Lauf {name} für {other} gehalten: Liegt es im falschen Ordner?',
  'no training images': 'keine Trainingsbilder',
  'two training images are the least, and {count} can be used':
    'zwei Trainingsbilder braucht es mindestens, und {count} sind zu gebrauchen',
  'the mask is empty': 'die Fehlermaske ist leer',
  'no masks, so no pixel metrics; {why}': 'keine Fehlermasken, also keine Pixelmaße; {why}',
  'anomalous image without a mask; {why}': 'fehlerhaftes Bild ohne Fehlermaske; {why}',
  'expected {path}': 'erwartet wird {path}',
  'expected {path}, found {others}': 'erwartet wird {path}, gefunden {others}',
  'expected {path}; there is a folder {other}': 'erwartet wird {path}; es gibt einen Ordner {other}',
  'the mask covers {share} of the image and {border} of its border{usual}. Inside is what is not black; is it inverted?':
    'die Fehlermaske bedeckt {share} des Bildes und {border} seines Randes{usual}. Innen ist, was nicht schwarz ist; ist sie umgekehrt?',
  ', the others of {name} {share} on average': ', die anderen von {name} im Mittel {share}',
  '{odd} of {all} masks cover most of their image or its border, {path} {share}. Inside is what is not black; are they inverted?':
    '{odd} von {all} Fehlermasken bedecken den größten Teil ihres Bildes oder seines Randes, {path} {share}. Innen ist, was nicht schwarz ist; sind sie umgekehrt?',
  'the same image is in train and in test: the detector will know it, and what is measured on it flatters: {names}':
    'dasselbe Bild liegt in train und in test: Der Detektor wird es kennen, und was an ihm gemessen wird, schmeichelt: {names}',
  'copies among the training images, which will not count twice ({count}): {names}':
    'Kopien unter den Trainingsbildern, die nicht doppelt zählen werden ({count}): {names}',
  'copies among the test images, which weigh more by them ({count}): {names}':
    'Kopien unter den Testbildern, die dadurch mehr wiegen ({count}): {names}',
  '{count} of {all} good images are almost the same as others, as in a burst of one part ({groups}, {names} one of them): they teach little, and thresholds promise more than they know. Keep one of each part, and no part in train and in test':
    '{count} von {all} guten Bildern sind fast dieselben wie andere, wie bei einer Serie von einem Teil ({groups}, darunter {names}): Sie lehren wenig, und Schwellen versprechen mehr, als sie wissen. Von jedem Teil eines behalten, und kein Teil in train und in test',
  '{count} groups': '{count} Gruppen',
  '1 group': '1 Gruppe',
  'a patch covers up to {covered} pixels of a photograph of {size}, and much smaller defects are lost: {remedy}':
    'ein Patch bedeckt bis zu {covered} Pixel eines Fotos von {size}, und viel kleinere Fehler gehen verloren: {remedy}',
  'the training images are nearly black: of half of them, 95 % of the pixels are not brighter than {middle} of 255, and defects as dark as that are hard to see':
    'die Trainingsbilder sind fast schwarz: Bei der Hälfte sind 95 % der Pixel nicht heller als {middle} von 255, und so dunkle Fehler sind schwer zu sehen',
  '{photographs} turned or mirrored by EXIF orientation, {first}, and the mask has the same size either way. Masks are taken to follow the image as it is shown: look at one':
    '{photographs} durch die EXIF-Ausrichtung gedreht oder gespiegelt, {first}, und die Fehlermaske ist so oder so gleich groß. Angenommen wird, dass Masken dem Bild folgen, wie es gezeigt wird: eines ansehen',
  'one photograph is': 'ein Foto ist',
  '{count} photographs are': '{count} Fotos sind',
  '{images} for validation, neither trained on nor tested: those of good parts can set thresholds later, with clad calibrate; or move them to train/good':
    '{images} zur Validierung, weder gelernt noch getestet: Die von guten Teilen können später mit clad calibrate Schwellen setzen; oder sie nach train/good legen',
  '{images} not read: every pixel of a good image counts as normal':
    '{images} nicht gelesen: Jedes Pixel eines guten Bildes gilt als normal',
} as const;

/** Why a name, an image, a mask or a region is not taken. */
const refusals = {
  'it is empty': 'er ist leer',
  'it is longer than {count} bytes': 'er ist länger als {count} Bytes',
  'it has a slash in it': 'er enthält einen Schrägstrich',
  'it has characters in it that cannot be seen': 'er enthält unsichtbare Zeichen',
  'it begins with a full stop, as hidden files do': 'er beginnt mit einem Punkt wie versteckte Dateien',
  'it begins or ends with a space or a full stop':
    'er beginnt oder endet mit einem Leerzeichen oder einem Punkt',
  'Windows takes it for a device': 'Windows hält ihn für ein Gerät',
  'data sets have folders of that name for something else':
    'Datensätze haben Ordner dieses Namens für etwas anderes',
  'good parts are called good, in small letters': 'gute Teile heißen good, in Kleinbuchstaben',
  'data sets of another layout are known by it': 'daran werden Datensätze mit anderem Aufbau erkannt',
  'a training learns from good parts alone': 'ein Training lernt nur von guten Teilen',
  'a good part has no ground truth': 'ein gutes Teil hat keine Fehlermaske',
  'expected an image ({endings}) by its name': 'dem Namen nach wird ein Bild erwartet ({endings})',
  'the data set has the layout {layout}, and images are added to mvtec alone; name another data set':
    'der Datensatz ist wie {layout} aufgebaut, und Bilder werden nur zu mvtec hinzugefügt; einen anderen Datensatz nennen',
  'it is the ground truth of an image {name}, and there is no such image of its kind; add that first':
    'es ist die Fehlermaske eines Bildes {name}, und ein solches Bild dieser Art gibt es nicht; zuerst das Bild hinzufügen',
  'there is another ground truth of its image; remove that from the folder first':
    'zu seinem Bild gibt es eine andere Fehlermaske; zuerst diese aus dem Ordner entfernen',
  'demo data is being drawn into this data set': 'in diesen Datensatz werden gerade Beispieldaten gezeichnet',
  'it has not the {size} pixels of the photograph': 'sie hat nicht die {size} Pixel des Fotos',
  'nothing is painted; to have none, remove the ground truth':
    'nichts ist gemalt; soll es keine geben, die Fehlermaske entfernen',
  'the ground truth there is has {size} pixels, and the photograph {other}; remove it first':
    'die vorhandene Fehlermaske hat {size} Pixel und das Foto {other}; zuerst sie entfernen',
  'the ground truth there is cannot be read: {why}':
    'die vorhandene Fehlermaske kann nicht gelesen werden: {why}',
  'photographs of more than {count} megapixels are too large for a page':
    'Fotos mit mehr als {count} Megapixeln sind zu groß für eine Seite',
  'the part is a good one, and all of it counts as normal':
    'das Teil ist ein gutes, und alles an ihm gilt als normal',
  'data sets of the layout {layout} have theirs in a table or beside their images; those laid out as MVTec AD have folders for it':
    'Datensätze mit dem Aufbau {layout} haben ihre in einer Tabelle oder neben den Bildern; die wie MVTec AD aufgebauten haben Ordner dafür',
  'it is made up of several files, one for each defect, and they would become one':
    'sie besteht aus mehreren Dateien, je einer für jeden Fehler, und würde eine werden',
  'some shapes have a name and others none; give a name to all that are judged, or to none':
    'einige Formen haben einen Namen und andere keinen; allen, die geprüft werden, einen geben oder keiner',
  'a shape that is ignored has the name of a region that there is not':
    'eine Form, die übergangen wird, hat den Namen eines Bereichs, den es nicht gibt',
  'it lies elsewhere, by its name or by a link': 'Er liegt anderswo, dem Namen nach oder über einen Link',
  'it is the workspace itself': 'Er ist der Arbeitsordner selbst',
  "{folder}/ is the studio's own": '{folder}/ gehört dem Studio selbst',
  'the workspace lies in it': 'Der Arbeitsordner liegt darin',
  'they lie outside the workspace': 'Sie liegen außerhalb des Arbeitsordners',
  'they belong to a data set': 'Sie gehören zu einem Datensatz',
  'it lies in the watched folder': 'Er liegt im überwachten Ordner',
  'the watched folder lies in it': 'Der überwachte Ordner liegt darin',
  'its name cannot be one': 'Sein Name kann keiner sein',
  'it is a link out of its folder': 'Es ist ein Link aus seinem Ordner hinaus',
  '{count} folders are watched already; stop one of them first':
    'schon {count} Ordner werden überwacht; zuerst einen davon anhalten',
  'it is watched with this detector already, and its photographs are treated otherwise; stop that first':
    'er wird mit diesem Detektor schon überwacht, und mit seinen Fotos geschieht anderes; das zuerst anhalten',
  'photographs that are moved from it or from {other} would be moved by the other again':
    'Fotos, die aus ihm oder aus {other} verschoben werden, würde der andere noch einmal verschieben',
  '{count} frames wait for this detector': '{count} Bilder warten auf diesen Detektor',
  'Give a folder that photographs come into.': 'Einen Ordner angeben, in den Fotos kommen.',
  'it is not PNG, JPEG, WebP, BMP or TIFF': 'kein PNG, JPEG, WebP, BMP oder TIFF',
  'Cameras can be used by pages from https:// or localhost only.':
    'Kameras können nur von Seiten von https:// oder localhost benutzt werden.',
  'The camera cannot be used: {reason}.': 'Die Kamera kann nicht benutzt werden: {reason}.',
  'The camera stopped: it was unplugged, or another program took it.':
    'Die Kamera hat aufgehört: Sie wurde ausgesteckt, oder ein anderes Programm hat sie genommen.',
} as const;

/** Things that are named in refusals, and states of jobs. */
const things = {
  'data set': 'den Datensatz',
  'data set of run': 'den Datensatz des Laufs',
  detector: 'den Detektor',
  'evaluation of run': 'die Auswertung des Laufs',
  folder: 'den Ordner',
  image: 'das Bild',
  job: 'den Auftrag',
  judgement: 'das Urteil',
  kind: 'die Art',
  name: 'den Namen',
  picture: 'das Bild',
  product: 'das Produkt',
  'report of run': 'den Bericht des Laufs',
  run: 'den Lauf',
  'test image': 'das Testbild',
  'training image': 'das Trainingsbild',
  'watched folder': 'den überwachten Ordner',
  waiting: 'wartet',
  running: 'läuft',
  done: 'fertig',
  failed: 'gescheitert',
  stopped: 'angehalten',
  'gone on with': 'fortgesetzt',
  removed: 'entfernt',
} as const;

/** Of processes, and what a job says on its way. */
const works = {
  'The process of this job': 'Der Prozess dieses Auftrags',
  'The process that judges frames': 'Der Prozess, der Bilder beurteilt',
  'The process that watches this folder': 'Der Prozess, der diesen Ordner überwacht',
  'What it had done is kept: go on with it.': 'Was er getan hat, ist aufgehoben: damit weitermachen.',
  'It is started again with the next frame.': 'Er wird mit dem nächsten Bild neu gestartet.',
  'It is started again.': 'Er wird neu gestartet.',
  'It is started again once it has ended. Where it hangs again, its folder or the workspace may lie on a drive that does not answer, or memory is short: look at these, or press Stop watching.':
    'Er wird neu gestartet, sobald er beendet ist. Hängt er wieder, so liegt sein Ordner oder der Arbeitsordner vielleicht auf einem Laufwerk, das nicht antwortet, oder der Speicher ist knapp: danach sehen, oder „Nicht mehr überwachen“ drücken.',
  'it gave no sign of life for {seconds} s': 'er hat {seconds} s lang kein Lebenszeichen gegeben',
  'it gave no answer for {seconds} s': 'er hat {seconds} s lang nicht geantwortet',
  'ended by {how}': 'beendet mit {how}',
  'signal {name}': 'Signal {name}',
  'status {number}': 'Status {number}',
  'It goes on.': 'Es geht weiter.',
  '{sentence} It is tried again until it works.': '{sentence} Es wird wieder versucht, bis es geht.',
  '{path} is passed over: {reason}.': '{path} wird übergangen: {reason}.',
  'link out of the folder': 'Link aus dem Ordner hinaus',
  'More files and folders are passed over, which are not named any more.':
    'Weitere Dateien und Ordner werden übergangen und nicht mehr genannt.',
  '{path} has changed; version {version} judges from here on.':
    '{path} hat sich geändert; von hier an urteilt Version {version}.',
  '{sentence} The version of before goes on judging.': '{sentence} Die frühere Version urteilt weiter.',
  'Warning: {path} ({name}): {warning} Others of this class that are so are not named.':
    'Warnung: {path} ({name}): {warning} Weitere dieses Produkts, die so sind, werden nicht genannt.',
  '{sentence} The move is tried again until it works.':
    '{sentence} Das Verschieben wird wieder versucht, bis es geht.',
  '{count} with values up to {largest}: read as {bits} bits a sample, and so by every command that uses the detector (--bits says otherwise).':
    '{count} mit Werten bis {largest}: als {bits} Bits je Wert gelesen, und so von jedem Befehl, der den Detektor benutzt (--bits sagt anderes).',
} as const;

/** Why a marked image is not learnt from. */
const updates = {
  'recognised as {other} ({votes}), not as {name}': 'als {other} erkannt ({votes}), nicht als {name}',
  'not recognised surely: as {other}, by {votes}': 'nicht sicher erkannt: als {other}, mit {votes}',
  '{share} % of the votes': '{share} % der Stimmen',
  'its score, {score}, is not plausible for a good image of {name}, which reach {limit}':
    'sein Wert, {score}, ist für ein gutes Bild von {name} nicht glaubhaft; solche reichen bis {limit}',
  'Look at them; if they are good images of the class all the same, --force takes them.':
    'Sie ansehen; sind es doch gute Bilder des Produkts, so nimmt --force sie.',
  'Give others.': 'Andere geben.',
  '{path}: {reason}': '{path}: {reason}',
  '{path} is among the good images that the detector was made from, or a copy of one, so it takes it for good':
    '{path} ist unter den guten Bildern, aus denen der Detektor gemacht ist, oder die Kopie von einem; deshalb hält er es für gut',
  'Leave it out: clad update --exclude FILE.': 'Es auslassen: clad update --exclude FILE.',
  'No threshold of {name} catches {path} in an honest way: its score, {score}, is that of ordinary good images (their middle is {middle})':
    'Keine Schwelle von {name} fängt {path} auf ehrliche Weise: Sein Wert, {score}, ist der gewöhnlicher guter Bilder (ihre Mitte ist {middle})',
  'Smaller defects take a larger input (features.inputSize) or more and cleaner good images in a new training; see whether the heat map shows the defect at all.':
    'Kleinere Fehler brauchen eine größere Eingabe (features.inputSize) oder mehr und sauberere gute Bilder in einem neuen Training; nachsehen, ob das Wärmebild den Fehler überhaupt zeigt.',
  'To catch {path} the threshold of {name} has to go from {before} down to {after}, where about {rate} of good parts are called anomalous ({alarms} of {good} good images are), and not {usual}':
    'Um {path} zu fangen, muss die Schwelle von {name} von {before} auf {after} sinken, wo etwa {rate} der guten Teile anomal genannt werden ({alarms} von {good} guten Bildern), nicht {usual}',
  '--force does it all the same; without the image, fewer false alarms may do for the others.':
    '--force tut es trotzdem; ohne das Bild reichen für die anderen vielleicht weniger Fehlalarme.',
} as const;

/** Drift, and warnings of single images. */
const looks = {
  'Accepted parts of {name} score {how} than calibrated (median {now}, was {before}; threshold {threshold}): {look}; if it is meant so, run `clad update` or `clad calibrate`.':
    'Gute Teile von {name} haben {how} Werte als bei der Kalibrierung (Median {now}, war {before}; Schwelle {threshold}): {look}; ist es so gewollt, `clad update` oder `clad calibrate` ausführen.',
  higher: 'höhere',
  lower: 'niedrigere',
  'look at the light, the position and the parts': 'Licht, Lage und Teile ansehen',
  'look at the light and the parts, and whether these are photographs of the training, which score lower':
    'Licht und Teile ansehen, und ob dies Fotos des Trainings sind, die niedrigere Werte haben',
  '{share} % of the images taken for {name} fail, and {rate} % of good ones were to: there are more defective parts, or the images have changed; look at some. If they are good parts, run `clad update` or `clad calibrate`.':
    '{share} % der Bilder, die für {name} gehalten werden, fallen durch, und {rate} % der guten sollten es: Es gibt mehr fehlerhafte Teile, oder die Bilder haben sich geändert; einige ansehen. Sind es gute Teile, `clad update` oder `clad calibrate` ausführen.',
  '{share} % of the images taken for {name} look like no known class: check the focus, the light, what the line makes and where the camera looks; a new class joins by `clad update`.':
    '{share} % der Bilder, die für {name} gehalten werden, sehen wie kein bekanntes Produkt aus: Schärfe, Licht, was die Linie macht und wohin die Kamera sieht prüfen; ein neues Produkt kommt mit `clad update` dazu.',
  '{now} % of the newer images look like no known class, and {before} % of the older ones did: check what the line makes and where the camera looks; a new class joins by `clad update`.':
    '{now} % der neueren Bilder sehen wie kein bekanntes Produkt aus, und {before} % der älteren: prüfen, was die Linie macht und wohin die Kamera sieht; ein neues Produkt kommt mit `clad update` dazu.',
  'The images of {name} are {how} than those it learnt ({what} {now}, was {before}): {check}; if it is meant so, run `clad update` or `clad calibrate`.':
    'Die Bilder von {name} sind {how} als die gelernten ({what} {now}, war {before}): {check}; ist es so gewollt, `clad update` oder `clad calibrate` ausführen.',
  'The file has {depth} bits a sample; the training images have {training}.':
    'Die Datei hat {depth} Bits je Wert; die Trainingsbilder haben {training}.',
  'Width divided by height is {shape}, of the training images {span}: the image is squeezed into another shape than theirs.':
    'Breite durch Höhe ist {shape}, bei den Trainingsbildern {span}: Das Bild wird in eine andere Form gepresst als diese.',
  'The image is grey; the training images are in colour.':
    'Das Bild ist grau; die Trainingsbilder sind farbig.',
  'The image is in colour; the training images are grey.':
    'Das Bild ist farbig; die Trainingsbilder sind grau.',
  'The colours lean otherwise than those of the training images: {how}.':
    'Die Farben haben einen anderen Stich als die der Trainingsbilder: {how}.',
  'Dark, middle and bright tones are not shared out as in the training images: {how}.':
    'Dunkle, mittlere und helle Töne sind anders verteilt als in den Trainingsbildern: {how}.',
  'Much darker ({mean}) than the training images ({span}).':
    'Viel dunkler ({mean}) als die Trainingsbilder ({span}).',
  'Much brighter ({mean}) than the training images ({span}).':
    'Viel heller ({mean}) als die Trainingsbilder ({span}).',
  'Much less contrast ({value}) than the training images ({span}).':
    'Viel weniger Kontrast ({value}) als die Trainingsbilder ({span}).',
  'Much more contrast ({value}) than the training images ({span}).':
    'Viel mehr Kontrast ({value}) als die Trainingsbilder ({span}).',
} as const;

export const sentences: Readonly<Record<string, string>> = {
  ...ofData,
  ...refusals,
  ...things,
  ...works,
  ...updates,
  ...looks,
};
