/** @file German for what is wrong with images, data sets, drawn regions and detector files: parts of errors, and what to do about it, by their English forms. */

/** How 16-bit files are to be read (data/bit-depth.ts, image/samples.ts). */
const ofBits = {
  'values go up to {most} in {name}, and up to {usual} in {other}: these are two cameras, or one class is dark':
    'Werte gehen bei {name} bis {most} und bei {other} bis {usual}: Das sind zwei Kameras, oder ein Produkt ist dunkel',
  'values go up to {usual}, and a few are {most} without any between: something drawn into the images, or two cameras':
    'Werte gehen bis {usual}, und einige sind {most}, ohne welche dazwischen: etwas in die Bilder Gezeichnetes oder zwei Kameras',
  'values go up to {most}, but in {count} of {all} files only to {least} ({path}): two cameras, or nearly black images':
    'Werte gehen bis {most}, aber in {count} von {all} Dateien nur bis {least} ({path}): zwei Kameras oder fast schwarze Bilder',
  'values lie between {least} and {most}, a small part of the range':
    'Werte liegen zwischen {least} und {most}, einem kleinen Teil des Bereichs',
  'values go up to {most} only': 'Werte gehen nur bis {most}',
  'values go up to {most} only, and all are multiples of {step}, as of a camera whose bits are at the upper end':
    'Werte gehen nur bis {most}, und alle sind Vielfache von {step}, wie bei einer Kamera, deren Bits am oberen Ende liegen',
  'values go up to {most} only, and {path} has colours that are neither RGB nor grey':
    'Werte gehen nur bis {most}, und {path} hat Farben, die weder RGB noch grau sind',
  'values go up to {most} only, and {name} has files of 8 bits as well':
    'Werte gehen nur bis {most}, und {name} hat auch Dateien mit 8 Bits',
  'its values go up to {most}, and {bits} bits hold {limit} at most':
    'seine Werte gehen bis {most}, und {bits} Bits fassen höchstens {limit}',
  'One 16-bit file': 'Eine 16-Bit-Datei',
  '{count} 16-bit files': '{count} 16-Bit-Dateien',
  'it has 16 bits a sample and colours that are neither RGB nor grey, and {bits} bits of it cannot be read':
    'es hat 16 Bits je Wert und Farben, die weder RGB noch grau sind, und {bits} Bits davon können nicht gelesen werden',
} as const;

/** Files that are no whole image (image/). */
const ofImages = {
  'the file is empty': 'die Datei ist leer',
  'the file is truncated': 'die Datei ist abgeschnitten',
  'the bitmap header is damaged': 'der Kopf der Bitmap ist beschädigt',
  'the bitmap header says {size} pixels': 'der Kopf der Bitmap sagt {size} Pixel',
  'the bitmap has no palette': 'die Bitmap hat keine Palette',
  'palette entry {entry} is missing': 'Eintrag {entry} der Palette fehlt',
  '{size} pixels are beyond the limit': '{size} Pixel sind mehr als erlaubt',
  'BMP compression {compression} with {bits} bits a pixel is not supported':
    'BMP-Kompression {compression} mit {bits} Bits je Pixel wird nicht gelesen',
  '{bits} bits a pixel are not supported': '{bits} Bits je Pixel werden nicht gelesen',
  'samples of type {type} are not supported, only 8 and 16 bit ones':
    'Werte der Art {type} werden nicht gelesen, nur solche mit 8 und 16 Bits',
} as const;

/** Masks beside their images (data/mask-check.ts, data/masks.ts, image/unite-masks.ts). */
const ofMasks = {
  "the mask is {own} pixels, its image {name} {size}: the photograph's EXIF orientation turns it by a quarter, and the mask follows the image as stored. Turn the mask, or store the photograph turned":
    'die Fehlermaske hat {own} Pixel, ihr Bild {name} {size}: Die EXIF-Ausrichtung des Fotos dreht es um ein Viertel, und die Maske folgt dem Bild, wie es gespeichert ist. Die Maske drehen oder das Foto gedreht speichern',
  "the mask is {own} pixels, its image {name} {size}: the mask's own EXIF orientation turns it by a quarter. Remove it from the mask":
    'die Fehlermaske hat {own} Pixel, ihr Bild {name} {size}: Die EXIF-Ausrichtung der Maske dreht sie um ein Viertel. Sie aus der Maske entfernen',
  'the mask is {own} pixels, its image {name} {size}: one of the two is turned by a quarter. Turn the mask':
    'die Fehlermaske hat {own} Pixel, ihr Bild {name} {size}: Eines der beiden ist um ein Viertel gedreht. Die Maske drehen',
  "the mask is {own} pixels, its image {name} {size}: masks must have their image's size. Draw it on this image, or resize it without smoothing":
    'die Fehlermaske hat {own} Pixel, ihr Bild {name} {size}: Masken müssen so groß sein wie ihr Bild. Sie auf dieses Bild zeichnen oder ohne Glättung auf seine Größe bringen',
  'no pixel of the mask is black, so the commonest colour of its border is taken for outside':
    'kein Pixel der Fehlermaske ist schwarz, deshalb gilt die häufigste Farbe ihres Randes als außen',
  '{share} of the mask lie between black and white, and are cut in the middle: is it a mask?':
    '{share} der Fehlermaske liegen zwischen Schwarz und Weiß und werden in der Mitte getrennt: Ist es eine Fehlermaske?',
  'the layout has none': 'bei diesem Aufbau gibt es keine',
  'the column mask of its row in split_csv/1cls.csv is empty':
    'die Spalte mask seiner Zeile in split_csv/1cls.csv ist leer',
  'its list has no mask_path for it': 'seine Liste hat keinen mask_path für es',
  'its line in Labels.txt names none': 'seine Zeile in Labels.txt nennt keine',
  '{first} and {second} would have one mask': '{first} und {second} hätten dieselbe Fehlermaske',
  '{first} and {second} are masks of one image': '{first} und {second} sind Fehlermasken desselben Bildes',
  'masks are expected in it, and {name} is a folder':
    'darin werden Fehlermasken erwartet, und {name} ist ein Ordner',
  'it holds no mask': 'er enthält keine Fehlermaske',
  ', as {count} more in its folder,': ' und {count} weiteren in ihrem Ordner',
  'that of {path}, which has none, would be called {name}': 'die von {path}, das keine hat, hieße {name}',
  'masks lie in a folder a kind of defect, {path}/<defect>, as the images in {folder}/<defect>':
    'Fehlermasken liegen in einem Ordner je Fehlerart, {path}/<Fehler>, wie die Bilder in {folder}/<Fehler>',
  'the images are in {path}, and their masks are looked for in {folder}':
    'die Bilder sind in {path}, und ihre Fehlermasken werden in {folder} gesucht',
  'Add the image or remove the mask.': 'Das Bild hinzufügen oder die Maske entfernen.',
  'Move it there or remove it.': 'Sie dorthin verschieben oder entfernen.',
  'Rename it if it is meant.': 'Sie umbenennen, wenn sie gemeint ist.',
  'Rename it if it is meant, or read masks named as their images with --layout visa-1cls.':
    'Sie umbenennen, wenn sie gemeint ist, oder mit --layout visa-1cls Masken lesen, die wie ihre Bilder heißen.',
  'Rename the folder {path}.': 'Den Ordner {path} umbenennen.',
  'it is {own} pixels, {name} {size}': 'sie hat {own} Pixel, {name} {size}',
} as const;

/** How a data set's folder is laid out (LAYOUT_UNCLEAR), and what to do. */
const ofLayouts = {
  'it fits {known}': 'er passt zu {known}',
  'training images must be of good parts': 'Trainingsbilder müssen von guten Teilen sein',
  'images lie directly in `{path}`': 'Bilder liegen direkt in `{path}`',
  "all images below a class's folder are taken for good parts, and {why}":
    'alle Bilder unter dem Ordner eines Produkts gelten als gute Teile, und {why}',
  'its name says that not only good parts lie there': 'sein Name sagt, dass dort nicht nur gute Teile liegen',
  'beside it lies {names}, which is not called so': 'daneben liegt {names}, das nicht so heißt',
  'it is a folder among images that have masks in {path}, which are matched by name within one folder':
    'er ist ein Ordner unter Bildern, die Fehlermasken in {path} haben, und diese werden am Namen in einem Ordner gefunden',
  'it lies among images of defective parts, and its name says that it holds good ones':
    'er liegt unter Bildern fehlerhafter Teile, und sein Name sagt, dass er gute enthält',
  'it holds images ({first}) beside folders ({second})':
    'er enthält Bilder ({first}) neben Ordnern ({second})',
  'the folder is named as a split or a state of the part, not as a class':
    'der Ordner heißt wie ein Teil eines Datensatzes oder wie ein Zustand des Teils, nicht wie ein Produkt',
  'it holds the images in {count} sizes, {names}': 'er enthält die Bilder in {count} Größen, {names}',
  'Say which with {known}, or give the folder of one of them.':
    'Mit {known} sagen, welcher, oder den Ordner von einem davon angeben.',
  'Rename or remove one.': 'Eines umbenennen oder entfernen.',
  'Put the masks of one image into it, 000.png, 001.png, or remove it.':
    'Die Fehlermasken eines Bildes hineinlegen, 000.png, 001.png, oder ihn entfernen.',
  'Keep only the folder `{name}` in `train`.': 'In `train` nur den Ordner `{name}` lassen.',
  'Put those of good parts into `{path}`.': 'Die von guten Teilen in `{path}` legen.',
  'Keep good parts alone in it, or rename the folder if it holds such. With test images follow MVTec AD: train/good, test/good and test/<defect> in each class.':
    'Nur gute Teile darin lassen oder den Ordner umbenennen, wenn er solche enthält. Mit Testbildern wie MVTec AD aufbauen: train/good, test/good und test/<Fehler> in jedem Produkt.',
  'Put the images directly into the folder of their defect.':
    'Die Bilder direkt in den Ordner ihres Fehlers legen.',
  'Put good parts into test/good.': 'Gute Teile in test/good legen.',
  'Keep either the images of one class or one folder a class.':
    'Entweder die Bilder eines Produkts oder einen Ordner je Produkt lassen.',
  'Give the folder of good parts itself, name folders after classes, or follow MVTec AD: train/good, test/good and test/<defect>.':
    'Den Ordner der guten Teile selbst angeben, Ordner nach Produkten benennen oder wie MVTec AD aufbauen: train/good, test/good und test/<Fehler>.',
  'Keep one of them, or give a folder with links to the lists and to one size.':
    'Eine davon lassen oder einen Ordner mit Links auf die Listen und auf eine Größe angeben.',
} as const;

/** Lists of published data sets (data/visa.ts, data/dagm.ts, data/real-iad.ts, data/defects-config.ts). */
const ofLists = {
  '{path} is listed twice': '{path} steht zweimal darin',
  '{path} does not exist': '{path} gibt es nicht',
  '{path} is no file': '{path} ist keine Datei',
  'the path {path} leads out of {folder}, expected one below it, with slashes':
    'der Pfad {path} führt aus {folder} hinaus, erwartet wird einer darunter, mit Schrägstrichen',
  'expected number, 0 or 1, image, number and mask, with tabs between':
    'erwartet werden Nummer, 0 oder 1, Bild, Nummer und Fehlermaske, mit Tabulatoren dazwischen',
  'the state is {state}, expected 0 (good) or 1 (defective)':
    'der Zustand ist {state}, erwartet wird 0 (gut) oder 1 (fehlerhaft)',
  'the mask {mask} is not of the image {name}, expected {other}':
    'die Fehlermaske {mask} gehört nicht zum Bild {name}, erwartet wird {other}',
  'the mask {mask} is not of the image {name}, their stems differ':
    'die Fehlermaske {mask} gehört nicht zum Bild {name}, ihre Namen ohne Endung sind verschieden',
  'the mask {mask} does not exist': 'die Fehlermaske {mask} gibt es nicht',
  'the object is empty': 'das Objekt ist leer',
  'the object is {name}, expected a name without slashes':
    'das Objekt ist {name}, erwartet wird ein Name ohne Schrägstriche',
  'the image is empty': 'das Bild ist leer',
  'the split is {name}, expected train or test': 'die Spalte split hat {name}, erwartet wird train oder test',
  'the label is {name}, expected normal or anomaly':
    'die Spalte label hat {name}, erwartet wird normal oder anomaly',
  '{path} is an anomaly in the training split': '{path} ist ein Fehler unter den Trainingsbildern',
  'the column {name} is missing, expected {names}': 'die Spalte {name} fehlt, erwartet werden {names}',
  '{path} is {name}, and trains': '{path} ist {name} und im Training',
  'it is no JSON ({why})': 'es ist kein JSON ({why})',
  'it holds something else': 'sie enthält etwas anderes',
  'as the list of MVTec LOCO: {why}': 'als die Liste von MVTec LOCO: {why}',
  'it names no defect': 'sie nennt keinen Fehler',
  'two defects have one pixel_value': 'zwei Fehler haben denselben pixel_value',
  'a relative saturation_threshold is at most 1': 'ein relativer saturation_threshold ist höchstens 1',
  'it has the values {least} and {most}; a mask of MVTec LOCO has one, which says what defect it is':
    'sie hat die Werte {least} und {most}; eine Fehlermaske von MVTec LOCO hat einen, der sagt, welcher Fehler es ist',
  'its value is {value}, and {file} of its class has {known}':
    'ihr Wert ist {value}, und {file} ihres Produkts hat {known}',
  'Only this list says which images are good; take it from the archive of the class.':
    'Nur diese Liste sagt, welche Bilder gut sind; sie aus dem Archiv des Produkts nehmen.',
  'Unpack realiad_jsons.zip there: only its lists say which images train and which test.':
    'Dort realiad_jsons.zip entpacken: Nur dessen Listen sagen, welche Bilder zum Training und welche zum Test sind.',
  'Take the list as it is published, or correct it.':
    'Die Liste nehmen, wie sie veröffentlicht ist, oder sie berichtigen.',
  'VisA needs its one-class table; copy `split_csv` beside the object folders.':
    'VisA braucht seine Tabelle für ein Produkt; `split_csv` neben die Ordner der Objekte kopieren.',
} as const;

/** What is expected in a data set, and why files in it are left out. */
const ofFolders = {
  'training images': 'Trainingsbilder',
  images: 'Bilder',
  'second training image': 'zwei Trainingsbilder',
  'at least two, of which one is held out (20 or more train well)':
    'mindestens zwei, von denen eines zurückgelegt wird (mit 20 oder mehr lernt es gut)',
  '{expected}; left out there: {reason} ({count})': '{expected}; dort ausgelassen: {reason} ({count})',
  '*.png or *.jpg (or .webp, .bmp, .tif)': '*.png oder *.jpg (oder .webp, .bmp, .tif)',
  '<class>/{files} of good parts': '<Produkt>/{files} von guten Teilen',
  '{expected}, or the folders of {names} or {other}': '{expected}, oder die Ordner von {names} oder {other}',
  '{expected}, or the folders of {names} or {other}; left out there: {reason} ({count})':
    '{expected}, oder die Ordner von {names} oder {other}; dort ausgelassen: {reason} ({count})',
  '<class>/train/{folder}/{files}': '<Produkt>/train/{folder}/{files}',
  'rows of split_csv/1cls.csv with split train and label normal':
    'split_csv/1cls.csv (Zeilen mit split train und label normal)',
  'entries of `train` in the lists, realiad_jsons/<class>.json, whose anomaly_class is OK':
    'realiad_jsons/<Produkt>.json (Einträge von `train`, deren anomaly_class OK ist)',
  'the images of a class in {path}/<class>, unpacked, as the lists in {folder} name them':
    'mindestens ein Produkt, dessen Bilder entpackt in {path}/<Produkt> liegen, wie die Listen in {folder} sie nennen',
  'kos01/Part0.jpg with its black mask kos01/Part0_label.bmp, and so on':
    'kos01/Part0.jpg mit seiner schwarzen Maske kos01/Part0_label.bmp und so weiter',
  'train/10000.png with its black mask train/10000_GT.png, and so on':
    'train/10000.png mit seiner schwarzen Maske train/10000_GT.png und so weiter',
  '<class>/Train/*.PNG that <class>/Train/Label/Labels.txt lists with 0':
    '<Produkt>/Train/*.PNG, die in <Produkt>/Train/Label/Labels.txt mit 0 stehen',
  'test images (<class>/test/good/* and <class>/test/<defect>/*); those in it are for training':
    'ein Testbild (<Produkt>/test/good/* oder <Produkt>/test/<Fehler>/*); die vorhandenen Bilder sind zum Training',
  'Give the folder of the data set.': 'Den Ordner des Datensatzes angeben.',
  'image where the layout has none': 'Bild, wo bei diesem Aufbau keines liegt',
  'image that is not in split_csv/1cls.csv': 'Bild, das nicht in split_csv/1cls.csv steht',
  'image that is in no list': 'Bild, das in keiner Liste steht',
  'image that is not in Labels.txt': 'Bild, das nicht in Labels.txt steht',
  'list of a class whose images are not there': 'Liste eines Produkts, dessen Bilder nicht da sind',
  'archive that is not unpacked': 'Archiv, das nicht entpackt ist',
  'pages or frames after the first': 'Seiten oder Bilder nach dem ersten',
  'folder that is read already, by a link': 'Ordner, der über einen Link schon gelesen wird',
  'link to a folder that is not read': 'Link auf einen Ordner, der nicht gelesen wird',
  'link that {why}': 'Link, {why}',
  'empty file': 'leere Datei',
  'no image': 'kein Bild',
  '{format} is not read': '{format} wird nicht gelesen',
  '{kind}, not a file': '{kind}, keine Datei',
  'it is a {kind}, not a file': 'das ist keine Datei ({kind})',
  'named pipe': 'benannte Pipe',
  'special file': 'besondere Datei',
} as const;

/** Checksums, detector files and the files of a run. */
const ofDetectors = {
  'it cannot be read as ONNX ({why})': 'sie ist nicht als ONNX zu lesen ({why})',
  'it is damaged, or was changed after it was written ({why}): copy it again from a whole one, or make it again':
    'sie ist beschädigt oder wurde nach dem Schreiben verändert ({why}): neu von einer heilen kopieren oder neu erzeugen',
  'its checksum says {said}, its bytes {found}': 'ihre Prüfsumme sagt {said}, ihre Bytes {found}',
  'it does not end with its checksum': 'sie endet nicht mit ihrer Prüfsumme',
  'it is an ONNX file but no detector made by clad':
    'es ist eine ONNX-Datei, aber kein Detektor, den clad gemacht hat',
  'its metadata is no JSON: {why}': 'ihre Metadaten sind kein JSON: {why}',
  'its metadata is not as expected: {place}: {why}': 'ihre Metadaten sind nicht wie erwartet: {place}: {why}',
  'it is of format {format}, of {whose} of clad, and this version reads format {own}; {remedy}':
    'sie hat das Format {format}, von {whose} von clad, und diese Version liest Format {own}; {remedy}',
  'an earlier version': 'einer früheren Version',
  'a later version': 'einer späteren Version',
  'train it again with this version': 'mit dieser Version neu trainieren',
  'use that version, or update this one': 'jene Version benutzen oder diese aktualisieren',
  'its golden images {why}': 'ihre Referenzbilder {why}',
  'are no JSON: {why}': 'sind kein JSON: {why}',
  'are not as expected: {place}: {why}': 'sind nicht wie erwartet: {place}: {why}',
  'its score is not a number': 'sein Wert ist keine Zahl',
  'its checksum is another': 'ihre Prüfsumme ist eine andere',
  'its checksum is another, or it has none': 'ihre Prüfsumme ist eine andere, oder sie hat keine',
  'its checksum does not fit': 'ihre Prüfsumme passt nicht',
  'it is missing': 'sie fehlt',
  'it is of another training': 'sie ist von einem anderen Training',
  'it comes and goes': 'sie kommt und geht',
  'Copy it again from a whole one; without it, name the detector file itself (model.onnx) and the data set, or train again with another --out.':
    'Sie neu von einer heilen kopieren; ohne sie die Detektordatei selbst (model.onnx) und den Datensatz nennen oder mit einem anderen --out neu trainieren.',
  'Of its training images: {changes}.': 'Von seinen Trainingsbildern: {changes}.',
  '{count} added ({paths})': '{count} hinzugekommen ({paths})',
  '{count} removed ({paths})': '{count} entfernt ({paths})',
  '{count} changed ({paths})': '{count} verändert ({paths})',
} as const;

export const reasonsOfData = {
  ...ofBits,
  ...ofImages,
  ...ofMasks,
  ...ofLayouts,
  ...ofLists,
  ...ofFolders,
  ...ofDetectors,
};
