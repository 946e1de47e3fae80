/** @file German for the options of a training as its form shows them, by their English meanings: those of `clad`, some of which the other methods have too. */
export const options: Readonly<Record<string, string>> = {
  'Of all random numbers. Also `--seed`.': 'Aller Zufallszahlen. Auch `--seed`.',
  'Patch features of the frozen backbone (section 3.2).':
    'Patchmerkmale des eingefrorenen Backbones (Abschnitt 3.2).',
  "Pixels of the network's input: the side of a square, or width x height.":
    'Pixel der Eingabe des Netzes: die Seite eines Quadrats oder Breite x Höhe.',
  'null: the backbone is given the input as a whole. Else tile by tile, written as `inputSize`: the input may be large, and memory is that of a tile. Also `--tiles`.':
    'null: Das Backbone bekommt die Eingabe als Ganzes. Sonst Kachel für Kachel, geschrieben wie `inputSize`: Die Eingabe darf groß sein, und der Speicher ist der einer Kachel. Auch `--tiles`.',
  'Pixels that two neighbouring tiles have in common, at least.':
    'Pixel, die zwei benachbarte Kacheln mindestens gemeinsam haben.',
  'Whether the whole input, made as small as a tile, is seen beside the tiles: what is too large for a tile is told by it. By method `clad` without networks alone. Also `--tiles-whole`.':
    'Ob neben den Kacheln auch die ganze Eingabe, so klein wie eine Kachel gemacht, gesehen wird: An ihr zeigt sich, was für eine Kachel zu groß ist. Nur bei der Methode `clad` ohne Netze. Auch `--tiles-whole`.',
  'null: the whole image stays in view. Else it is resized to this size, written as `inputSize`, and the centre is cut out.':
    'null: Das ganze Bild bleibt zu sehen. Sonst wird es auf diese Größe gebracht, geschrieben wie `inputSize`, und die Mitte ausgeschnitten.',
  'Backbone layers, shallow to deep.': 'Schichten des Backbones, von flach nach tief.',
  'Shallower layers, averaged onto the grid of the first of `layers`; one that the backbone has not is left out.':
    'Flachere Schichten, auf das Raster der ersten von `layers` gemittelt; eine, die das Backbone nicht hat, wird weggelassen.',
  'What the values of `fineLayers` are multiplied by: below 1 they count less in distances.':
    'Womit die Werte von `fineLayers` multipliziert werden: unter 1 zählen sie in Abständen weniger.',
  "How layers are joined (section 3.2): `pooled` to C_d = width, as PatchCore's and GLASS's codes do, or `concatenated` with all channels, 3 x 3 averaged. For transformers: `plain`, all channels of each place alone, or `mean`, the mean of layers that have as many channels each.":
    'Wie Schichten verbunden werden (Abschnitt 3.2): `pooled` auf C_d = width, wie im Code von PatchCore und GLASS, oder `concatenated` mit allen Kanälen, 3 x 3 gemittelt. Für Transformer: `plain`, alle Kanäle jeder Stelle allein, oder `mean`, das Mittel von Schichten mit gleich vielen Kanälen.',
  'C_d, where pooled.': 'C_d, wo `pooled` verbindet.',
  "Share of each class's good images kept from the networks, for checkpoint selection and to correct thresholds; without networks they only say how distances vary. At least one image.":
    'Anteil der guten Bilder jedes Produkts, den die Netze nicht sehen, zur Auswahl des Zwischenstands und zur Korrektur der Schwellen; ohne Netze sagen sie nur, wie Abstände schwanken. Mindestens ein Bild.',
  'Local anomalies in photographs (section 3.2).': 'Lokale Anomalien in Fotos (Abschnitt 3.2).',
  'Synthetic anomalies made of each training image.':
    'Künstliche Anomalien, die aus jedem Trainingsbild gemacht werden.',
  'Eq. 2: probability of each of the first two ways to combine masks.':
    'Gl. 2: Wahrscheinlichkeit jeder der ersten beiden Arten, Masken zu verbinden.',
  'Eq. 3 and 4: beta ~ N(mean, deviation^2), kept in [low, high].':
    'Gl. 3 und 4: beta ~ N(mean, deviation^2), in [low, high] gehalten.',
  'See `betaMean`.': 'Siehe `betaMean`.',
  'Blend the texture with the photograph (Eq. 3); otherwise it is laid on opaque.':
    'Die Textur mit dem Foto mischen (Gl. 3); sonst wird sie deckend aufgelegt.',
  'Perlin cells along an axis are at most 2 to the power of this.':
    'Perlin-Zellen entlang einer Achse sind höchstens 2 hoch diese Zahl.',
  'Keep anomalies on the part, where the class has a stable foreground.':
    'Anomalien auf dem Teil halten, wo das Produkt einen festen Vordergrund hat.',
  'How many of the nine texture augmentations are drawn.':
    'Wie viele der neun Veränderungen der Textur gezogen werden.',
  'Smallest share of a patch that the mask covers for the patch to count as anomalous; 0: any touch (as the paper).':
    'Kleinster Anteil eines Patches, den die Maske bedeckt, damit der Patch als anomal zählt; 0: jede Berührung (wie im Artikel).',
  'Anomaly map and image score.': 'Anomaliekarte und Bildwert.',
  "Score fusion: what the networks' score weighs beside the distance to the nearest entries (residual input); null: the networks alone.":
    'Verbindung der Werte: was der Wert der Netze neben dem Abstand zu den nächsten Einträgen wiegt (Eingabe `residual`); null: die Netze allein.',
  'Gaussian over the map, pixels; 0: none.': 'Gauß-Filter über der Karte, in Pixeln; 0: keiner.',
  "Image score: mean of this share of the map's highest pixels; 0: the maximum (the paper).":
    'Bildwert: Mittel dieses Anteils der höchsten Pixel der Karte; 0: das Maximum (der Artikel).',
  'Wanted share of good parts called anomalous.':
    'Gewünschter Anteil guter Teile, die anomal genannt werden.',
  'AdamW.': 'AdamW.',
  'Decay of the first moment.': 'Abklingen des ersten Moments.',
  'Decay of the second moment.': 'Abklingen des zweiten Moments.',
  'Added to the root of the second moment.': 'Wird zur Wurzel des zweiten Moments addiert.',
  'Decoupled weight decay.': 'Entkoppelter Gewichtsabfall.',
  'EMA of all weights: share kept a step, with a warm-up of at most (1 + steps) / (10 + steps); 0: no averaging.':
    'Gleitendes Mittel aller Gewichte: der Anteil, der je Schritt bleibt, anfangs höchstens (1 + Schritte) / (10 + Schritte); 0: kein Mitteln.',
  'How often a stage is validated for checkpoint selection.':
    'Wie oft eine Stufe zur Auswahl des Zwischenstands geprüft wird.',
  'What the checkpoint is selected by: `synthetic` (held-out good images with synthetic anomalies), `test` (pixel AUROC on the test images, as in the paper; it leaks), or `last` (no selection).':
    'Wonach der Zwischenstand gewählt wird: `synthetic` (zurückgelegte gute Bilder mit künstlichen Anomalien), `test` (Pixel-AUROC auf den Testbildern, wie im Artikel; das verrät sie) oder `last` (keine Auswahl).',
  'What enters the adaptor: `feature` (the patch feature itself, as in the paper), or `residual` (its whitened difference to the nearest normal ones).':
    'Was in den Adaptor geht: `feature` (das Patchmerkmal selbst, wie im Artikel) oder `residual` (seine normierte Differenz zu den nächsten normalen).',
  'Whether adaptor and discriminator are trained; false: the score is the distance to the nearest entries alone (residual input).':
    'Ob Adaptor und Diskriminator trainiert werden; false: Der Wert ist allein der Abstand zu den nächsten Einträgen (Eingabe `residual`).',
  'Of residual input.': 'Zur Eingabe `residual`.',
  'Principal components kept.': 'Hauptkomponenten, die behalten werden.',
  'Entries of each class, at most.': 'Einträge jedes Produkts, höchstens.',
  "Entries as a share of the class's normal patches, at most `coresetSize`; 0: `coresetSize`.":
    'Einträge als Anteil der normalen Patches des Produkts, höchstens `coresetSize`; 0: `coresetSize`.',
  'Patches of each class that its entries are chosen from.':
    'Patches jedes Produkts, aus denen seine Einträge gewählt werden.',
  'Nearest entries averaged.': 'Nächste Einträge, über die gemittelt wird.',
  'Components along which all entries of a class are compared in 8 bits, at most `components`; null: an exact search along all.':
    'Komponenten, entlang derer alle Einträge eines Produkts in 8 Bits verglichen werden, höchstens `components`; null: genaue Suche entlang aller.',
  'Entries nearest by that whose distance is worked out, at least `neighbours`.':
    'Einträge, die danach die nächsten sind und deren Abstand ausgerechnet wird, mindestens `neighbours`.',
  "Added to every component's variance before whitening, as a share of their mean.":
    'Wird vor dem Normieren zur Varianz jeder Komponente addiert, als Anteil ihres Mittels.',
  "Output widths of the adaptor's three layers; the last is d.":
    'Breiten der Ausgänge der drei Schichten des Adaptors; die letzte ist d.',
  "Output widths of the discriminator's two hidden layers.":
    'Breiten der Ausgänge der beiden inneren Schichten des Diskriminators.',
  'Shares of a batch; anomalies of both kinds are labelled as class N. 0 leaves a kind out.':
    'Anteile an einem Stapel; Anomalien beider Arten gelten als Klasse N. 0 lässt eine Art weg.',
  'Synthetic local anomalies.': 'Künstliche lokale Anomalien.',
  'Global anomalies, made of as many of the normal rows.':
    'Globale Anomalien, aus ebenso vielen der normalen Zeilen gemacht.',
  'Eq. 4: draw local anomalies towards the normal feature of the same place.':
    'Gl. 4: lokale Anomalien zum normalen Merkmal derselben Stelle hin ziehen.',
  'Section 3.3 ("also"): share of the local anomalies that Eq. 4 leaves as they are, beside the fused ones; 0: all are fused.':
    'Abschnitt 3.3 („also“): Anteil der lokalen Anomalien, die Gl. 4 lässt, wie sie sind, neben den verbundenen; 0: alle werden verbunden.',
  'Eq. 5-7.': 'Gl. 5-7.',
  "Length of the noise (the root of its mean square), in multiples of what `noiseUnit` says; of residuals, of the normal patches' mean distance to the mean of their nearest entries.":
    'Länge des Rauschens (Wurzel seines mittleren Quadrats), in Vielfachen dessen, was `noiseUnit` sagt; bei `residual` des mittleren Abstands normaler Patches zum Mittel ihrer nächsten Einträge.',
  "Of feature input: `neighbour` (the normal patches' mean distance to the nearest patch of another image of their class), or `deviation` (the root of the dimensions' summed variances).":
    'Zur Eingabe `feature`: `neighbour` (mittlerer Abstand der normalen Patches zum nächsten Patch eines anderen Bildes ihres Produkts) oder `deviation` (Wurzel der summierten Varianzen der Dimensionen).',
  "Of feature input: `isotropic` (one sigma for all dimensions, as Eq. 5 has it), or `dimensionwise` (in proportion to each dimension's own deviation).":
    'Zur Eingabe `feature`: `isotropic` (ein Sigma für alle Dimensionen, wie in Gl. 5) oder `dimensionwise` (im Verhältnis zur Streuung jeder Dimension).',
  'Noise is drawn with lengths between `noise / spread` and `noise * spread`, log-uniform (1: all the same), before Eq. 7 sets bounds.':
    'Rauschen wird mit Längen zwischen `noise / spread` und `noise * spread` gezogen, gleichverteilt im Logarithmus (1: alle gleich), bevor Gl. 7 Grenzen setzt.',
  'Gradient steps (Eq. 5); 0 leaves the noise as drawn, without the projection.':
    'Gradientenschritte (Gl. 5); 0 lässt das Rauschen, wie es gezogen wurde, ohne die Projektion.',
  "eta, as a multiple of the noise's expected length; GLASS's 0.001 is 0.0017.":
    "eta, als Vielfaches der erwarteten Länge des Rauschens; GLASS' 0.001 ist 0.0017.",
  'Steps between projections (Eq. 7); the last step is always projected.':
    'Schritte zwischen Projektionen (Gl. 7); der letzte Schritt wird immer projiziert.',
  "r1 and r2 likewise; GLASS's 0.5 and 1 are 0.85 and 1.7.":
    "r1 und r2 ebenso; GLASS' 0.5 und 1 sind 0.85 und 1.7.",
  'See `innerRadius`.': 'Siehe `innerRadius`.',
  'Weights in stage 1; 0 switches a loss off. Stage 2 has the last two of the four alone (Eq. 24), or see `varianceInStage2`.':
    'Gewichte in Stufe 1; 0 schaltet einen Verlust ab. Stufe 2 hat nur die letzten beiden der vier (Gl. 24), oder siehe `varianceInStage2`.',
  'See `contrast`.': 'Siehe `contrast`.',
  'Eq. 18, the square of a vector: `sum` (its squared length), or `mean` (the mean over its d dimensions, which weighs a d-th).':
    'Gl. 18, das Quadrat eines Vektors: `sum` (seine quadrierte Länge) oder `mean` (das Mittel über seine d Dimensionen, das ein d-tel wiegt).',
  'Eq. 19: whether anomalies are a class whose variance counts; false: of the N classes alone.':
    'Gl. 19: ob Anomalien eine Klasse sind, deren Varianz zählt; false: nur die der N Klassen.',
  'Section 3.5: whether the variance stays in stage 2 ("retaining the other losses"); false: Eq. 24, which has it not.':
    'Abschnitt 3.5: ob die Varianz in Stufe 2 bleibt („retaining the other losses“); false: Gl. 24, die sie nicht hat.',
  'Eq. 12: M.': 'Gl. 12: M.',
  'Eq. 13-14: alpha and gamma.': 'Gl. 13-14: alpha und gamma.',
  'See `alpha`.': 'Siehe `alpha`.',
  'Keeps roots and negative powers of distances finite.':
    'Hält Wurzeln und negative Potenzen von Abständen endlich.',
  'Eq. 13-14: treat w as a constant weight in the derivative.':
    'Gl. 13-14: w in der Ableitung als festes Gewicht behandeln.',
  'Eq. 11: whether anomalies, of one label all, are drawn together; false: "is_normal" of the sentence before it.':
    'Gl. 11: ob Anomalien, die alle eine Klasse haben, zueinander gezogen werden; false: „is_normal“ des Satzes davor.',
  '`hinge`: Eq. 21-23.': '`hinge`: Gl. 21-23.',
  'Eq. 21-23: delta.': 'Gl. 21-23: delta.',
  'The first of the two stages (section 3.5): all losses.':
    'Die erste der beiden Stufen (Abschnitt 3.5): alle Verluste.',
  'Gradient steps; 0 leaves the stage out. Given by `epochs` when null.':
    'Gradientenschritte; 0 lässt die Stufe weg. Bei null durch `epochs` gegeben.',
  'Passes over the normal patches, where `steps` is null.':
    'Durchgänge durch die normalen Patches, wo `steps` null ist.',
  'Patches a step, of all kinds.': 'Patches je Schritt, aller Arten.',
  'Step size of AdamW at the first step.': 'Schrittweite von AdamW beim ersten Schritt.',
  '`cosine` falls to a hundredth at the last step.':
    '`cosine` fällt bis zum letzten Schritt auf ein Hundertstel.',
  'The second: classification and score alone, with large batches.':
    'Die zweite: nur Klassifikation und Wert, mit großen Stapeln.',
};
