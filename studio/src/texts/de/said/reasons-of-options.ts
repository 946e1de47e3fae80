/** @file German for why a drawn region, an option of a training or a change of a detector is refused, and for what is expected instead: parts of errors by their English forms. */

/** Drawn regions of interest (jobs/roi/draw-region.ts, jobs/roi/class-regions.ts): what is wrong, and what is expected. */
const ofRegions = {
  'inside and ignore together': 'inside und ignore zusammen',
  'the name {name} is given twice': 'den Namen {name} gibt es zweimal',
  'names that differ': 'je Bereich ein eigener Name',
  'regions[{first}] and regions[{second}]': 'regions[{first}] und regions[{second}]',
  '{first} and {second} overlap, in {share} % of {name}':
    '{first} und {second} überlappen, in {share} % von {name}',
  'regions beside each other, as each pixel goes by one threshold: give the shapes of one to the other at ignore':
    'ein Bereich neben dem anderen, da für jedes Pixel eine Schwelle gilt: die Formen des einen beim anderen zum Übergehen angeben (ignore)',
  'no pixel is inside': 'kein Pixel liegt darin',
  'shapes that leave something inside, of a pixel of the input at least':
    'etwas, das darin bleibt, mindestens ein Pixel der Eingabe',
  'all of it lies where the photograph is cut off (features.resizeTo {size}, of which the middle {input} is seen)':
    'er liegt ganz, wo das Foto abgeschnitten ist (features.resizeTo {size}, davon wird die Mitte {input} gesehen)',
  'a region within the middle, or a training without features.resizeTo':
    'ein Bereich in der Mitte oder ein Training ohne features.resizeTo',
  'this is no mask but a photograph or a gradient: {share} % of its pixels are shades between':
    'das ist keine Maske, sondern ein Foto oder ein Verlauf: {share} % der Pixel sind Töne dazwischen',
  'an image of two values, white where parts are judged and black elsewhere':
    'ein Bild mit zwei Werten, weiß, wo Teile beurteilt werden, und sonst schwarz',
  'no pixel of this mask is inside: it is black, or all of one colour':
    'kein Pixel dieser Maske liegt darin: Sie ist schwarz oder ganz von einer Farbe',
  'an image that is white where parts are judged and black elsewhere':
    'ein Bild, das weiß ist, wo Teile beurteilt werden, und sonst schwarz',
  'it is missing, so nobody knows what the coordinates are of':
    'es fehlt, deshalb ist unbekannt, wovon die Koordinaten sind',
  'the size of the image that it was drawn on (reference: 2000x1500), that image (reference: photo.png), or reference: fractions':
    'die Größe des Bildes, auf das er gezeichnet wurde (reference: 2000x1500), dieses Bild (reference: photo.png) oder reference: fractions',
  'this mask is of {size} pixels, and the reference of {other}':
    'diese Maske hat {size} Pixel und die Vorlage {other}',
  'masks as large as the reference': 'eine Maske, so groß wie die Vorlage',
  'its corner ({corner}) lies outside of {limits}': 'die Ecke ({corner}) liegt außerhalb von {limits}',
  'corners within {limits}': 'keine Ecke außerhalb von {limits}',
  'fractions from 0 to 1': 'Anteilen von 0 bis 1',
  'the reference, {size} pixels': 'den {size} Pixeln der Vorlage',
  'the polygon crosses itself at or near ({corner})': 'das Vieleck kreuzt sich bei oder nahe ({corner})',
  'a polygon whose sides meet at their ends alone; draw two polygons for two parts':
    'ein Vieleck, dessen Seiten sich nur an ihren Enden treffen; für zwei Teile zwei Vielecke zeichnen',
  'its width or height is below 0': 'Breite oder Höhe ist kleiner als 0',
  'it has no area': 'die Form hat keine Fläche',
  'a width and a height above 0, and corners that are not all on one line':
    'eine Breite und eine Höhe über 0 und Ecken, die nicht alle auf einer Geraden liegen',
  'only {inside} of {all} patches are inside, too few to recognise the class by':
    'nur {inside} von {all} Patches liegen darin, zu wenige, um das Produkt daran zu erkennen',
  'a larger region, or a larger input (--input-size), whose patches are smaller':
    'ein größerer Bereich oder eine größere Eingabe (--input-size), deren Patches kleiner sind',
  'it is smaller than a patch: {own} pixels of the input, and a patch has {patch}':
    'er ist kleiner als ein Patch: {own} Pixel der Eingabe, und ein Patch hat {patch}',
  'a larger region, or a larger input (--input-size, --tiles), whose patches are smaller':
    'ein größerer Bereich oder eine größere Eingabe (--input-size, --tiles), deren Patches kleiner sind',
  'its photograph {path} is of other proportions, {size} pixels, so what was drawn would lie elsewhere on it':
    'sein Foto {path} hat andere Proportionen, {size} Pixel, so dass das Gezeichnete darauf anderswo läge',
  'a region drawn on a photograph of the same camera and crop, or reference: fractions':
    'ein Bereich, der auf ein Foto derselben Kamera und desselben Ausschnitts gezeichnet ist, oder reference: fractions',
  'the data set has no such class': 'der Datensatz hat kein solches Produkt',
  'nothing keeps what it learns to a part of the image':
    'was sie lernt, lässt sich nicht auf einen Teil des Bildes beschränken',
  "its networks' score alone has no value that means normal (input=feature)":
    'der Wert der Netze allein hat keinen, der normal bedeutet (input=feature)',
  'its image score is of one patch of the whole image, and no region has such a score':
    'ihr Bildwert ist der eines Patches des ganzen Bildes, und kein Bereich hat einen solchen',
  'a patch of the whole beside its tiles reaches across several regions (--tiles-whole)':
    'ein Patch des Ganzen neben den Kacheln reicht über mehrere Bereiche (--tiles-whole)',
  'named regions lie where they are drawn, and --roi auto asks for a region that follows the part':
    'benannte Bereiche liegen, wo sie gezeichnet sind, und --roi auto verlangt einen Bereich, der dem Teil folgt',
  'one of the two: --roi CLASS=auto for classes without named regions':
    'eines von beiden: --roi PRODUKT=auto für Produkte ohne benannte Bereiche',
  'Method {name}': 'Die Methode {name}',
  'a name of letters, digits, spaces, dots, - and _, that begins with a letter or digit, of at most 40 characters':
    'ein Name aus Buchstaben, Ziffern, Leerzeichen, Punkten, - und _, der mit einem Buchstaben oder einer Ziffer beginnt, mit höchstens 40 Zeichen',
} as const;

/** What a single option may be (core/options.ts, image/size-option.ts). */
const ofValues = {
  '{option} in the form': '{option} im Formular',
  'one of {names}': 'eines von {names}',
  'one of {names} for method {name}': 'bei der Methode {name} eine von {names}',
  'at least {least}': 'mindestens {least}',
  'at most {most}': 'höchstens {most}',
  'above {least}': 'mehr als {least}',
  'below {most}': 'weniger als {most}',
  'below the threshold of {name}': 'weniger als die Schwelle von {name}',
  'below the threshold of {name}, which is {most}':
    'weniger als die Schwelle von {name}, die bei {most} liegt,',
  'a whole number': 'eine ganze Zahl',
  'a number': 'eine Zahl',
  'a text': 'ein Text',
  'true or false': 'true oder false',
  'a list in brackets': 'eine Liste in Klammern',
  'a group of options': 'eine Gruppe von Optionen',
  'a size': 'eine Größe',
  'pixels, e.g. 256, or width x height, e.g. 320x240':
    'eine Zahl von Pixeln, z. B. 256, oder Breite x Höhe, z. B. 320x240,',
  '{least} to {most} pixels, e.g. 256, or width x height, e.g. 320x240':
    'eine Zahl von {least} bis {most} Pixeln, z. B. 256, oder Breite x Höhe, z. B. 320x240,',
} as const;

/** What one option of a training asks of another, of the backbone or of the data. */
const ofTrainings = {
  'at least features.inputSize, {size}, or null': 'mindestens features.inputSize, {size}, oder null',
  'at most synthesis.betaHigh, {most}': 'höchstens synthesis.betaHigh, {most},',
  'at most globalAnomalies.outerRadius, {most}': 'höchstens globalAnomalies.outerRadius, {most},',
  'false: only the memory of method clad without networks (preset instant) sees the whole beside its tiles (--tiles-whole)':
    'false (nur das Gedächtnis der Methode clad ohne Netze, Voreinstellung instant, sieht das Ganze neben den Kacheln; --tiles-whole)',
  'false, or features.tile (--tiles) as well': 'false oder auch features.tile (--tiles)',
  'true, or without {what}: there is no distance to score by':
    'true, oder ohne {what} (es gibt keinen Abstand, nach dem geurteilt wird),',
  '{value} with input=residual, whose noise has no other':
    '{value} bei input=residual, dessen Rauschen kein anderes hat,',
  'above 0 for at least one that stage {stage} has':
    'mehr als 0 für mindestens einen, den Stufe {stage} hat,',
  'a multiple of network.heads, {heads}': 'ein Vielfaches von network.heads, {heads},',
  'an odd number, or 0': 'eine ungerade Zahl oder 0',
  'pixels that divide the input, which is {size} (--input-size {fitting} goes with {stride})':
    'eine Zahl von Pixeln, die die Eingabe von {size} teilt (--input-size {fitting} passt zu {stride}),',
  'less than the grid of {grid} places, or the middle would see nothing; 0 hides none':
    'weniger als das Raster von {grid} Stellen, sonst sähe die Mitte nichts (0 verdeckt keine),',
  'at most the number of {what}, {most}': 'höchstens die Zahl von {what}, {most},',
  'layers that are used': 'benutzten Schichten',
  'a number, as the layers of backbone {name} have other numbers of channels each ({channels})':
    'eine Zahl, da die Schichten des Backbones {name} verschieden viele Kanäle haben ({channels}),',
  'a divisor of the width inside, {inside}': 'ein Teiler der inneren Breite, {inside},',
  'each side a multiple of {unit}, as maps are halved five times (--input-size {size})':
    'jede Seite als Vielfaches von {unit}, da Karten fünfmal halbiert werden (--input-size {size}),',
  'so many that they are of two images at least': 'eine Zahl, bei der sie von mindestens zwei Bildern sind,',
  'deviation, as no class has two images whose patches could be compared':
    'deviation, da kein Produkt zwei Bilder hat, deren Patches sich vergleichen ließen,',
  'so low that some patches of synthetic anomalies count':
    'ein so kleiner Wert, dass einige Patches künstlicher Anomalien zählen,',
  'at most {most} (of {width} values each; an ONNX file holds no more)':
    'höchstens {most} (mit je {width} Werten; mehr fasst eine ONNX-Datei nicht)',
  '{count}, by memoryBank.coresetSize and memoryBank.coresetShare':
    '{count}, nach memoryBank.coresetSize und memoryBank.coresetShare',
  'at most {most} for {images} images of {patches} patches and {layers} layers (an ONNX file holds 2 GiB); or fewer images, a smaller input, fewer layers':
    'höchstens {most} für {images} Bilder mit {patches} Patches und {layers} Schichten (eine ONNX-Datei fasst 2 GiB) oder weniger Bilder, eine kleinere Eingabe, weniger Schichten',
  'set beside fewer images, a smaller input or fewer layers, as an ONNX file holds 2 GiB':
    'ein Wert bei weniger Bildern, kleinerer Eingabe oder weniger Schichten, da eine ONNX-Datei 2 GiB fasst,',
  '{count}, which is {size} GB': '{count}, also {size} GB',
  'two layers at least': 'eine Auswahl von mindestens zwei Schichten',
  'layers each of half the side of the one before, at an input that they divide':
    'eine Auswahl, in der jede Schicht die halbe Seite der vorigen hat, bei einer Eingabe, die sie teilen,',
  'layers whose deepest can be halved once more':
    'eine Auswahl, deren tiefste Schicht sich noch einmal halbieren lässt,',
  '{names} of {grids} places at {size} pixels': '{names} mit {grids} Stellen bei {size} Pixeln',
  'the good images of class {name}': 'die guten Bilder des Produkts {name}',
  'one at least that is not held out': 'mindestens eines, das nicht zurückgelegt ist,',
  'two at least: an image is judged by the others while thresholds are set':
    'mindestens zwei (ein Bild wird nach den anderen beurteilt, während Schwellen gesetzt werden)',
  'the data set': 'den Datensatz',
  'of one class, since the method does not tell classes apart':
    'ein einziges Produkt, da die Methode Produkte nicht unterscheidet,',
  'the input size': 'die Größe der Eingabe',
  "the tiles' size": 'die Größe der Kacheln',
  'the patch-feature width': 'die Breite der Patch-Merkmale',
  'a multiple of {unit}, as backbone {name} needs it ({flag} {size})':
    'ein Vielfaches von {unit}, wie das Backbone {name} es braucht ({flag} {size}),',
  'each side a multiple of {unit}, as backbone {name} needs it ({flag} {size})':
    'jede Seite als Vielfaches von {unit}, wie das Backbone {name} es braucht ({flag} {size}),',
  'one that backbone {name} runs at ({why})': 'eine, bei der das Backbone {name} läuft ({why}),',
  'layers of backbone {name}: {names}': 'eine der Schichten des Backbones {name} ({names})',
  'concatenated or plain, since mean averages layers of as many channels each':
    'concatenated oder plain, da mean Schichten mit gleich vielen Kanälen mittelt,',
  'mean, of layers with {count} channels': 'mean, bei Schichten mit {count} Kanälen',
  'a positive multiple of the number of levels ({count})':
    'ein positives Vielfaches der Zahl der Ebenen ({count})',
  "less than the tiles' sides of {size} pixels": 'weniger als die Seiten der Kacheln von {size} Pixeln',
  'at least as large as a tile ({size} pixels)': 'mindestens eine Kachel ({size} Pixel)',
  'tiles that a backbone divides evenly: this one leaves a rim out, and cannot have tiles':
    'eine Kachel, die ein Backbone gleichmäßig teilt (dieses lässt einen Rand aus und kann keine Kacheln haben),',
  '{tile} pixels in {places} patches': '{tile} Pixel in {places} Patches',
  'a tile and a multiple of {unit} pixels each way (--input-size {size})':
    'eine Kachel und ein Vielfaches von {unit} Pixeln in jede Richtung (--input-size {size})',
  'synthetic or last with --crop, which is learnt from training images alone':
    'synthetic oder last bei --crop, das nur aus Trainingsbildern gelernt wird,',
  'synthetic or last with --roi auto, which finds the part in training images alone':
    'synthetic oder last bei --roi auto, das das Teil nur in Trainingsbildern findet,',
  'for a class that has a threshold; {name} has none, so set that first':
    'ein Produkt, das eine Schwelle hat ({name} hat keine; diese zuerst setzen),',
  'for a class, or for a named region of {name} ({known})':
    'ein Produkt oder ein benannter Bereich von {name} ({known})',
  'no graphics adapter was found': 'keine Grafikkarte wurde gefunden',
  "install NVIDIA's driver, CUDA 12 and cuDNN 9, and ONNX Runtime's CUDA libraries (npm rebuild onnxruntime-node --ignore-scripts=false)":
    'den Treiber von NVIDIA, CUDA 12 und cuDNN 9 und die CUDA-Bibliotheken der ONNX Runtime einrichten (npm rebuild onnxruntime-node --ignore-scripts=false)',
  'install a Vulkan, Metal or Direct3D 12 driver':
    'einen Treiber für Vulkan, Metal oder Direct3D 12 einrichten',
  'level {number}': 'Ebene {number}',
} as const;

/** Why images do not join a detector, or nothing can (jobs/update/). */
const ofUpdates = {
  'the detector knows it already, or a copy of it': 'der Detektor kennt es schon, oder eine Kopie davon',
  'a copy of {first}': 'eine Kopie von {first}',
  '{path} and {count} more: {reason}': '{path} und {count} weitere: {reason}',
  'their patches are all alike, so that class {name} would have {count} entries':
    'ihre Patches sind alle gleich, so dass das Produkt {name} {count} Einträge hätte',
  'Give more images.': 'Mehr Bilder geben.',
  'it is no detector of full precision with a memory of its own for each class (method {name})':
    'er ist kein Detektor voller Genauigkeit mit einem eigenen Gedächtnis für jedes Produkt (Methode {name})',
  'the options of the run say nothing of a memory bank':
    'die Optionen des Laufs sagen nichts von einem Gedächtnis',
  'it has {own} entries, the detector {other}: they are of different versions':
    'sie hat {own} Einträge, der Detektor {other}: Sie sind von verschiedenen Versionen',
  'it is of version {own}, the detector of version {other}':
    'sie ist von Version {own}, der Detektor von Version {other}',
  '{path} was recognised as {first} and would be as {second}: the two look alike, and the verdicts of {first} would not stay what they are':
    '{path} wurde als {first} erkannt und würde es als {second}: Die beiden sehen sich ähnlich, und die Urteile über {first} blieben nicht, wie sie sind',
  'If they show one kind of part, give --class {name}; --force does it all the same.':
    'Zeigen sie eine Art Teil, --class {name} angeben; --force tut es trotzdem.',
} as const;

export const reasonsOfOptions = { ...ofRegions, ...ofValues, ...ofTrainings, ...ofUpdates };
