/** @file Errors in German, by code; what stands in braces is found in the English sentence (sayings.ts). */
import type { Sayings } from '../../sayings.ts';

export const errors: Sayings['errors'] = {
  // Of the studio.
  WORKSPACE_OUTSIDE:
    '{path} führt aus dem Arbeitsordner hinaus, dem Namen nach oder über einen Link. Das Studio liest und schreibt nur darin: die Dateien dorthin kopieren.',
  WORKSPACE_UNUSABLE:
    '{path}: Was das Studio sich merkt, kann nicht gelesen oder geschrieben werden ({reason}). Die Rechte und den freien Platz prüfen; ohne die Datei beginnt das Studio eine neue, und Bilder, Läufe und Detektoren bleiben.',
  NAME_UNUSABLE:
    'Als Name für {what} ist {name} hier nicht zu gebrauchen: {reason}. Umbenennen und noch einmal versuchen.',
  UPLOAD_REFUSED: '{name} wurde nicht genommen: {reason}.',
  MASK_REFUSED: 'Die Fehlermaske von {name} ist, wie sie war: {reason}.',
  REGION_REFUSED: 'Der Prüfbereich von {name} ist, wie er war: {reason}.',
  NOT_THERE:
    'In diesem Arbeitsordner gibt es {what} {name} nicht. Die Seite neu laden, um zu sehen, was es gibt.',
  JOB_STATE: 'Auftrag {id} ({state}) kann nicht {asked} werden.',
  RUN_LEARNS:
    'Der Lauf {run} lernt schon aus markierten Urteilen. Warten, bis das fertig ist, und dann ansehen, was noch markiert ist.',
  MARKS_STALE:
    'Der Detektor dieses Laufs hat sich geändert, seit diese Urteile markiert wurden; deshalb wurde nichts daraus gelernt. Ihn auswerten und die Urteile noch einmal ansehen.',
  WATCH_OUTSIDE:
    '{path} darf nicht überwacht werden: {reason}. Erwartet wird ein eigener Ordner im Arbeitsordner oder einer, mit dem das Studio gestartet wurde (`clad studio --watch-folder DIR`).',
  WATCH_MOVE:
    'Fotos von {folder} dürfen nicht nach {path} verschoben werden: {reason}. Erwartet wird ein Ordner im Arbeitsordner, der keiner des Studios selbst ist, z. B. `sorted`; was außerhalb des Arbeitsordners liegt, wird nur verschoben, wenn das Studio mit `--watch-move` gestartet wurde.',
  WATCH_AWAY:
    '{path} ist nicht da: Sein Laufwerk ist vielleicht fort, oder der Ordner wurde entfernt. Nichts wird beurteilt, bis er wieder da ist.',
  WATCH_TAKEN: '{path} kann jetzt nicht überwacht werden: {reason}.',

  // Of requests.
  BODY_TOO_LARGE: 'Die Anfrage ist zu groß: {reason}. Weniger oder kleinere Bilder senden.',
  HOST_REFUSED:
    'Der Rechnername {host} ist unbekannt; geantwortet wird auf die Namen des eigenen Rechners. Andere erlaubt --allow-host.',
  MEDIA_TYPE_UNKNOWN: 'Ein Inhalt der Art {type} kann nicht genommen werden. Erwartet wird {expected}.',
  METHOD_UNKNOWN: '{route} nimmt {method} nicht an, nur {allowed}.',
  ORIGIN_REFUSED: 'Seiten von {origin} dürfen diesen Dienst nicht benutzen. Mit --cors wird es erlaubt.',
  QUEUE_FULL: 'Der Dienst ist ausgelastet: {reason}. Später noch einmal versuchen.',
  REQUEST_INVALID: 'Die Anfrage ist nicht zu verstehen: {reason}.',
  REQUEST_TOO_SLOW: 'Die Anfrage kam nicht rechtzeitig an. Noch einmal senden.',
  ROUTE_UNKNOWN: '{method} {route} gibt es nicht. Was es gibt, steht in /openapi.json.',
  STOPPING: 'Der Dienst hält an und nimmt nichts mehr an. Später noch einmal versuchen.',
  TIME_OVER:
    'Die Antwort hat länger gedauert als die erlaubten {seconds} s. Später oder mit weniger Bildern noch einmal versuchen.',
  UNAUTHORIZED:
    'Das Kennwort (Token) fehlt oder ist falsch. Erwartet wird die Kopfzeile `Authorization: Bearer TOKEN`.',
  WORKER_DIED: '{worker} endete mitten in der Arbeit: {reason}. {remedy}',
  INTERNAL: '{reason} Das ist ein Fehler von clad: bitte melden, mit dem Befehl, der ausgeführt wurde.',

  // Of files.
  FILE_DAMAGED: '{path}: Die Datei ist beschädigt ({reason}). {remedy}',
  LIST_INVALID: '{path}: {reason}. {hint}',
  SPLIT_TABLE_INVALID: '{path}, Zeile {line}: {reason}. Die Zeile berichtigen.',
  FILE_NOT_FOUND: '{path}: Diese Datei oder diesen Ordner gibt es nicht. {hint}',
  FILE_REFUSED:
    '{path}: Das Dateisystem lässt es nicht zu ({reason}). Den Pfad, seine Rechte und den freien Platz prüfen.',
  FILE_UNREADABLE: '{path}: kann nicht gelesen werden ({reason}). Die Datei und ihre Rechte prüfen.',
  FOLDER_EXPECTED: '{path}: Erwartet wurde ein Ordner, das ist eine Datei. {hint}',
  IN_USE:
    '{path}: Dort schreibt schon ein anderes clad ({who}). Warten, bis es fertig ist, es anhalten oder woanders schreiben. Ist jener Prozess kein clad, diese Datei entfernen.',
  IN_USE_PERHAPS:
    '{path}: Dort schrieb ein clad auf einem anderen Rechner oder in einem anderen Container ({who}). Ob es das noch tut, ist von hier aus nicht zu sehen. Wenn nicht, diese Datei entfernen.',
  JOURNAL_GONE:
    '{path}: Das Journal wurde entfernt, während es geschrieben wurde, so dass Urteile verloren gingen. Den Befehl neu starten.',
  JOURNAL_UNUSABLE:
    '{path}: Das Journal kann nicht benutzt werden ({reason}). Prüfen, ob es eines ist, seine Rechte und den freien Platz, oder mit --journal eine andere Datei angeben.',

  // Of images and data sets.
  IMAGE_INVALID: '{path}: kann nicht dekodiert werden ({reason}). Die Datei ersetzen oder entfernen.',
  IMAGE_TOO_LARGE:
    '{path}: {width} x {height} Pixel sind mehr als die erlaubten {limit}. Das Bild verkleinern.',
  IMAGE_TOO_LONG:
    '{path}: {width} x {height} Pixel können nicht als ein Bild beurteilt werden. Erwartet werden Seiten von höchstens {longest} Pixeln, die längere höchstens {times} mal so lang wie die kürzere. Das Bild in Stücke schneiden.',
  IMAGE_BITS:
    '{path}: Die 16-Bit-Werte passen nicht zu denen der Trainingsbilder: {reason}. Mit den Einstellungen der Trainingsbilder speichern oder mit einem höheren --bits trainieren.',
  BITS_UNCLEAR:
    'Es ist nicht klar, wie die 16-Bit-Dateien unter den Trainingsbildern zu lesen sind: {reason}. Mit --bits angeben: 8, 10, 12 oder 14 für Werte bis 255, 1023, 4095 oder 16383, oder 16 für den ganzen Bereich. Dateien zweier Kameras brauchen zwei Trainings oder müssen zuerst umgewandelt werden.',
  IMAGES_BROKEN:
    '{broken} von {total} Bildern sind nicht zu gebrauchen. Ersetzen, entfernen oder mit --skip-broken auslassen:\n{list}',
  IMAGES_CONTRADICT:
    'Dasselbe Bild, nach seinen Pixeln, liegt in Ordnern, die sich widersprechen: {list}. Erwartet wird je Bild ein Produkt und ein Urteil. Es lassen, wo es hingehört, oder alle Kopien mit --skip-broken auslassen.',
  LAYOUT_UNCLEAR: '{path}: Wie der Ordner aufgebaut ist, ist nicht zu erkennen: {reason}. {hint}',
  MASK_UNMATCHED: '{mask}: Zu dieser Fehlermaske{others} gibt es kein Bild ({reason}). {remedy}',
  MASK_MISSING:
    '{path}: Dieses Bild hat keine Fehlermaske, und nur sie sagt, ob das Teil gut ist; erwartet wird {expected}. Die Maske hinzufügen oder das Bild entfernen.',
  CLASS_EMPTY:
    'Produkt {name} hat keine {what}: erwartet wird {expected}. Welche hinzufügen oder den Ordner entfernen.',
  CLASS_NAME_TWICE:
    'Zwei Produkte haben denselben Namen: {first} und {second} unterscheiden sich nur in Groß- und Kleinschreibung oder Unicode-Form. Eines umbenennen.',
  CLASS_UNKNOWN:
    'Produkt {name} ist unbekannt; der Detektor kennt {known}. Den Ordner umbenennen oder neu trainieren.',
  DATASET_EMPTY: '{path}: Die nötigen Bilder fehlen. Erwartet wird {expected}.',
  DATASET_NO_TRAINING:
    '{path}: Der Datensatz hat keine Trainingsbilder. Erwartet werden Fotos guter Teile in {expected}.',

  // Of regions of interest.
  ROI_CLASS: 'Für Produkt {name} ist ein Prüfbereich angegeben, und {reason}. Erwartet wird {expected}.',
  ROI_INVALID: 'Prüfbereich von Produkt {name} ({where}): {reason}. Erwartet wird {expected}.',
  ROI_UNSUITABLE:
    '{what} kann keinen Prüfbereich haben: {reason}. Erwartet wird die Methode clad auf Residuen (alle Voreinstellungen außer paper) oder patchcore; oder den Prüfbereich weglassen.',
  ROI_NAMED_UNSUITABLE:
    'Die Methode {method} kann keine benannten Prüfbereiche haben: {reason}. Erwartet wird die Methode clad auf Residuen (alle Voreinstellungen außer paper) ohne --tiles-whole oder ein Bereich ohne Namen.',

  // Of options, trainings and runs.
  OPTION_INVALID: 'Für {option} wird {expected} erwartet, nicht {actual}.',
  OPTION_UNKNOWN: 'Unbekannte Option {option} in {where}. {nearest} Bekannt sind: {known}.',
  BACKBONE_UNKNOWN:
    'Unbekanntes Backbone {name}, und keine Datei hat diesen Pfad; clad kennt {known}. Eine .onnx-Datei angeben oder mit `clad backbones add` eines hinzufügen.',
  BACKBONE_UNSUITABLE:
    '{path}: taugt nicht als Backbone: {reason}. docs/backbones.md sagt, was eines braucht.',
  DEVICE_UNAVAILABLE:
    'Das Gerät {device} kann hier nicht benutzt werden: {reason}. --device cpu verwenden oder {hint}.',
  MEMORY_SHORT:
    'Für {what} ist gerade nicht genug Arbeitsspeicher da. Später oder mit einem kleineren Bild noch einmal versuchen.',
  ENGINE_FAILED:
    "Der Detektor konnte {image} nicht beurteilen, auf {device}: {reason}. Ein kleineres Bild versuchen oder den Detektor neu laden; im Browser die Option device auf 'wasm' setzen.",
  INTERRUPTED:
    'Angehalten in {where}. Derselbe Befehl macht dort weiter; `clad train` braucht dazu --resume.',
  TRAINING_DIVERGED:
    'Der Verlust ist in {stage} bei Schritt {step} nicht mehr endlich. Die learningRate dieser Stufe verkleinern oder losses.epsilon vergrößern, wo die Methode es hat.',
  RUN_EXISTS: '{path}: Dort liegt schon ein Lauf. Mit --resume weitermachen oder ein anderes --out angeben.',
  RUN_DIFFERS:
    '{path}: Dieser Lauf wurde mit anderen Werten für {differing} begonnen; --resume macht nur mit demselben Lauf weiter. Diese Werte verwenden oder ein anderes --out angeben. {files}',
  RUN_UNFINISHED:
    '{path}: Das Training ist nicht fertig, deshalb gibt es noch kein model.onnx. Mit `clad train` und --resume weitermachen.',
  RUN_NOT_FOUND:
    '{path}: Hier ist kein Lauf. Erwartet wird ein Ordner, den `clad train --out` geschrieben hat, oder eine Detektordatei (.onnx).',
  STORE_DAMAGED:
    '{path}: Dieser Teil der Patch-Merkmale ist beschädigt. Denselben Befehl noch einmal ausführen (`clad train` mit --resume), der ihn neu macht.',
  EXCLUDED_UNKNOWN:
    '{path}: Das ist kein Trainingsbild von {where}. Erwartet wird der Pfad von einem, z. B. {example}.',
  EXCLUDED_ALL:
    'Produkt {name} behielte {left} seiner guten Bilder; erwartet werden mindestens {least}. Weniger auslassen oder gute Fotos hinzufügen und neu trainieren.',
  EXCLUDED_MEMORY:
    'Produkt {name} behielte in seinem Gedächtnis {left} Patches neben denen eines einzigen Bildes; erwartet werden mindestens {least}, denn ein Bild wird nach denen anderer beurteilt. Weniger auslassen oder neu trainieren.',
  DETECTOR_INVALID:
    '{path}: Das ist kein brauchbarer Detektor: {reason}. Erwartet wird eine Datei, die `clad train`, `clad export` oder `clad calibrate` geschrieben hat.',

  // Of what is learnt later.
  GOOD_IMAGES_DAMAGED:
    '{path}: Diese Datei ist beschädigt ({reason}), deshalb kann nichts zum fertigen Detektor kommen oder ihn verlassen. Sie wiederherstellen (in versions/ liegt sie neben jedem früheren Detektor) oder neu trainieren.',
  GOOD_IMAGES_MISSING:
    '{path} fehlt: Darin steht, was im Detektor von welchem Bild kommt. Läufe früherer Versionen haben es nicht. Mit `clad train --exclude` neu trainieren.',
  UPDATE_UNSUITABLE:
    '{path}: {reason}; deshalb kann ohne ein Training nichts dazukommen oder gehen. Erwartet wird ein Detektor der Methode clad auf Residuen (alle Voreinstellungen außer paper), den diese Version trainiert hat. Mit allen Bildern neu trainieren.',
  UPDATE_CLASS: 'Produkt {name}: {reason}. Erwartet wird {expected}.',
  UPDATE_NOTHING: 'Keines von {count} Bildern kann zum Detektor kommen: {reasons}. {remedy}',
  UPDATE_RISKY: '{what}. Nichts wurde geändert. {remedy}',
};
