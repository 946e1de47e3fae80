/** @file German for what methods are, and for the options that those beside `clad` have of their own, by their English meanings. */
export const methods: Readonly<Record<string, string>> = {
  'contrastive learning for multi-class anomaly detection, on residuals to a memory bank':
    'kontrastives Lernen für die Erkennung von Anomalien über viele Produkte, auf den Differenzen zu einem Speicher',
  'distance to the nearest entry of a greedy coreset; nothing is trained':
    'Abstand zum nächsten Eintrag eines gierig gewählten Coresets; nichts wird trainiert',
  'a discriminator between adapted features and the same with noise':
    'ein Diskriminator zwischen angepassten Merkmalen und denselben mit Rauschen',
  'noise moved up the gradient, and local anomalies under a focal loss':
    'Rauschen, das den Gradienten hinauf bewegt wird, und lokale Anomalien unter einem Focal Loss',
  "a discriminator of features beside their difference to the class's centres":
    'ein Diskriminator von Merkmalen neben ihrer Differenz zu den Mittelpunkten des Produkts',
  'a student gives the feature maps of the backbone back from a narrow embedding':
    'ein Schüler gibt die Merkmalskarten des Backbones aus einer engen Einbettung wieder',
  'a transformer that sees no neighbours reconstructs the features of the backbone':
    'ein Transformer, der keine Nachbarn sieht, gibt die Merkmale des Backbones wieder',
  "a flow of each level says how likely a patch's features are at its place":
    'ein Fluss je Ebene sagt, wie wahrscheinlich die Merkmale eines Patches an seiner Stelle sind',
  'networks that learn to take drawn anomalies away, and where they were drawn':
    'Netze, die lernen, gezeichnete Anomalien zu entfernen und zu sagen, wo sie gezeichnet wurden',
  'a decoder with linear attention gives the middle layers of a transformer back from a noisy bottleneck':
    'ein Decoder mit linearer Attention gibt die mittleren Schichten eines Transformers aus einem verrauschten Engpass wieder',
  "residual to the principal components of each class's patches (SubspaceAD); nothing is trained":
    'Rest nach den Hauptkomponenten der Patches jedes Produkts (SubspaceAD); nichts wird trainiert',
  'every patch of every good image, compared near its own place (RAD); nothing is trained':
    'jeder Patch jedes guten Bildes, nahe seiner eigenen Stelle verglichen (RAD); nichts wird trainiert',
};

export const optionsOfMethods: Readonly<Record<string, string>> = {
  'Entries of the memory bank, at most.': 'Einträge des Speichers, höchstens.',
  'Entries as a share of the normal patches, at most `coresetSize`; 0: `coresetSize`.':
    'Einträge als Anteil der normalen Patches, höchstens `coresetSize`; 0: `coresetSize`.',
  'Patches that the coreset is chosen from.': 'Patches, aus denen das Coreset gewählt wird.',
  'b of its Eq. 7: entries around the nearest one; 1 leaves the score as it is.':
    'b seiner Gl. 7: Einträge um den nächsten herum; 1 lässt den Wert, wie er ist.',
  "Deviation of the noise, as a multiple of the features' own, one for all dimensions.":
    'Streuung des Rauschens, als Vielfaches der eigenen der Merkmale, eine für alle Dimensionen.',
  'Of the truncated L1 loss.': 'Des abgeschnittenen L1-Verlusts.',
  'Shares of a batch. 0 leaves a kind out.': 'Anteile an einem Stapel. 0 lässt eine Art weg.',
  'Its gradient ascent synthesis; lengths are multiples of the expected length of the noise.':
    'Seine Synthese durch Gradientenanstieg; Längen sind Vielfache der erwarteten Länge des Rauschens.',
  'The loss on local anomalies.': 'Der Verlust auf lokalen Anomalien.',
  'Share of the rows under the focal loss that count: the hardest.':
    'Anteil der Zeilen unter dem Focal Loss, die zählen: die schwersten.',
  'Of the focal loss (Lin et al., ICCV 2017).': 'Des Focal Loss (Lin u. a., ICCV 2017).',
  'Of its labels.': 'Seiner Zielwerte.',
  "k: how much the distance to the centre moves the noise's scale; 0: not at all.":
    'k: wie sehr der Abstand zum Mittelpunkt die Stärke des Rauschens verändert; 0: gar nicht.',
  'Feature maps of the frozen backbone.': 'Merkmalskarten des eingefrorenen Backbones.',
  "The teacher: the backbone's layers, shallow to deep, each of half the side of the one before.":
    'Der Lehrer: Schichten des Backbones, von flach nach tief, jede mit der halben Seite der vorigen.',
  'Passes over the good images, where `steps` is null.':
    'Durchgänge durch die guten Bilder, wo `steps` null ist.',
  'Images a step.': 'Bilder je Schritt.',
  'Steps in which the learning rate grows to its own.':
    'Schritte, in denen die Lernrate auf ihren Wert wächst.',
  'What is trained: multi-scale fusion, one-class bottleneck, and the decoder that mirrors the teacher.':
    'Was trainiert wird: Verbindung der Maßstäbe, Engpass und der Decoder, der den Lehrer spiegelt.',
  "Channels of bottleneck and decoder as a share of the teacher's; below 1 a convolution of single places brings each level to the teacher's.":
    'Kanäle von Engpass und Decoder als Anteil derer des Lehrers; unter 1 bringt eine Faltung einzelner Stellen jede Ebene auf die des Lehrers.',
  'Channels inside a residual block as a share of those it gives: 0.5 as in wide_resnet50_2, 0.25 as in ResNet-50.':
    'Kanäle in einem Residualblock als Anteil derer, die er gibt: 0.5 wie in wide_resnet50_2, 0.25 wie in ResNet-50.',
  'Residual blocks of the bottleneck, behind the fused levels.':
    'Residualblöcke des Engpasses, hinter den verbundenen Ebenen.',
  'Residual blocks of each level of the decoder, deepest first; the last number is for all that follow.':
    'Residualblöcke jeder Ebene des Decoders, die tiefste zuerst; die letzte Zahl gilt für alle folgenden.',
  "What the loss compares of each level: the maps of an image as one vector, as the publication's code does, or the vectors of each place, as its equations say.":
    'Was der Verlust je Ebene vergleicht: die Karten eines Bildes als einen Vektor, wie der Code der Veröffentlichung, oder die Vektoren jeder Stelle, wie ihre Gleichungen.',
  'Feature maps of the frozen backbone, joined on one grid.':
    'Merkmalskarten des eingefrorenen Backbones, auf einem Raster verbunden.',
  "The backbone's layers, whose maps are brought to one grid and joined.":
    'Schichten des Backbones, deren Karten auf ein Raster gebracht und verbunden werden.',
  'Pixels of the input from one place of the grid to the next; it divides both sides.':
    'Pixel der Eingabe von einer Stelle des Rasters zur nächsten; teilt beide Seiten.',
  "Features are divided by their root mean square over the images to learn from: first weights and AdamW's epsilon are made for numbers of about 1, which not every backbone gives.":
    'Merkmale werden durch die Wurzel ihres mittleren Quadrats über die Bilder zum Lernen geteilt: Erste Gewichte und das Epsilon von AdamW sind für Zahlen um 1 gemacht, die nicht jedes Backbone gibt.',
  'Side of the squares of pixels over which the map is averaged for the image score, at every place; 1: single pixels.':
    'Seite der Quadrate von Pixeln, über die die Karte für den Bildwert an jeder Stelle gemittelt wird; 1: einzelne Pixel.',
  '`cosine` falls to a hundredth at the last step, `step` to a tenth after four fifths of the steps.':
    '`cosine` fällt bis zum letzten Schritt auf ein Hundertstel, `step` nach vier Fünfteln der Schritte auf ein Zehntel.',
  'All gradients of a step together are shortened to this length where they are longer; null: never.':
    'Alle Gradienten eines Schritts zusammen werden auf diese Länge gekürzt, wo sie länger sind; null: nie.',
  'The transformer that reconstructs features.': 'Der Transformer, der Merkmale wiedergibt.',
  'Of a token inside the transformer: even, and a multiple of `heads`.':
    'Eines Tokens im Transformer: gerade und ein Vielfaches von `heads`.',
  'Of each attention.': 'Jeder Attention.',
  'Width in the middle of the perceptrons.': 'Breite in der Mitte der Perzeptrone.',
  'Layers of the encoder.': 'Schichten des Encoders.',
  'Layers of the decoder, each with a learnt query for every place.':
    'Schichten des Decoders, jede mit einer gelernten Abfrage für jede Stelle.',
  'Share of values set to 0 in training: of attention weights, and of what is added.':
    'Anteil der Werte, die im Training auf 0 gesetzt werden: der Gewichte der Attention und dessen, was addiert wird.',
  'Side of the square of places around it, itself included, that a place does not see in any attention: an odd number, or 0, where it sees all.':
    'Seite des Quadrats von Stellen um sie herum, sie selbst mitgezählt, die eine Stelle in keiner Attention sieht: eine ungerade Zahl, oder 0, wo sie alle sieht.',
  'Noise on the features that go in while training.':
    'Rauschen auf den Merkmalen, die beim Training hineingehen.',
  "Deviation of the noise in each channel, as a multiple of the token's length over its channels.":
    'Streuung des Rauschens in jedem Kanal, als Vielfaches der Länge des Tokens durch seine Kanäle.',
  'Of a step to have it.': 'Dass ein Schritt es hat.',
  "The backbone's layers, shallow to deep; each has a flow of its own.":
    'Schichten des Backbones, von flach nach tief; jede hat einen eigenen Fluss.',
  'Features of each level are divided by their root mean square over the images to learn from: first weights are made for numbers of about 1, which not every backbone gives.':
    'Merkmale jeder Ebene werden durch die Wurzel ihres mittleren Quadrats über die Bilder zum Lernen geteilt: Erste Gewichte sind für Zahlen um 1 gemacht, die nicht jedes Backbone gibt.',
  'Of each level after the other.': 'Jeder Ebene, eine nach der anderen.',
  'Gradient steps of each level: one number for all, or a list, shallow to deep, whose last is for all that follow. Given by `epochs` when null.':
    'Gradientenschritte jeder Ebene: eine Zahl für alle oder eine Liste, von flach nach tief, deren letzte für alle folgenden gilt. Bei null durch `epochs` gegeben.',
  'Passes over the patches of the good images, where `steps` is null.':
    'Durchgänge durch die Patches der guten Bilder, wo `steps` null ist.',
  'Patches a step, all of one level.': 'Patches je Schritt, alle einer Ebene.',
  'Images whose patches are shuffled together, before those of the next are read.':
    'Bilder, deren Patches zusammen gemischt werden, bevor die der nächsten gelesen werden.',
  "Share of a level's steps in which the learning rate grows to its own.":
    'Anteil der Schritte einer Ebene, in denen die Lernrate auf ihren Wert wächst.',
  'The flow of each level: how likely a patch is at its place.':
    'Der Fluss jeder Ebene: wie wahrscheinlich ein Patch an seiner Stelle ist.',
  'Coupling blocks of each level.': 'Kopplungsblöcke jeder Ebene.',
  "Values inside a block's network, as a multiple of those that it is given.":
    'Werte im Netz eines Blocks, als Vielfaches derer, die er bekommt.',
  'The most that the logarithm of a scale in a block can be.':
    'Das Höchste, was der Logarithmus eines Faktors in einem Block sein kann.',
  'What mixes the values between blocks, drawn once: `soft`, a rotation, as published, or `hard`, another order, which takes no time.':
    'Was die Werte zwischen Blöcken mischt, einmal gezogen: `soft`, eine Drehung, wie veröffentlicht, oder `hard`, eine andere Reihenfolge, die keine Zeit kostet.',
  'Sines and cosines that tell a block where a patch is; a multiple of 4.':
    'Sinus und Kosinus, die einem Block sagen, wo ein Patch ist; ein Vielfaches von 4.',
  'What is seen of a photograph.': 'Was von einem Foto gesehen wird.',
  'Pixels of the photograph that the networks are given: the side of a square, or width x height, each a multiple of 32.':
    'Pixel des Fotos, das die Netze bekommen: die Seite eines Quadrats oder Breite x Höhe, jede ein Vielfaches von 32.',
  "The backbone's layers whose means tell the class; the networks see none of them.":
    'Schichten des Backbones, deren Mittel das Produkt sagen; die Netze sehen keine davon.',
  'Made-up defects by which colours and regions of heat maps are set; those that are learnt from are `anomalies`.':
    'Gemachte Fehler, nach denen Farben und Bereiche der Wärmebilder gesetzt werden; die, von denen gelernt wird, sind `anomalies`.',
  '`cosine` falls to a hundredth at the last step, `multistep` to a fifth after four fifths of the steps and to a fifth of that after nine tenths.':
    '`cosine` fällt bis zum letzten Schritt auf ein Hundertstel, `multistep` nach vier Fünfteln der Schritte auf ein Fünftel und nach neun Zehnteln auf ein Fünftel davon.',
  'The two networks.': 'Die beiden Netze.',
  "Channels at the photograph's own size of the network that gives it back without anomalies; the smallest maps have eight times as many.":
    'Kanäle, in der Größe des Fotos, des Netzes, das es ohne Anomalien wiedergibt; die kleinsten Karten haben achtmal so viele.',
  'The same of the network that says where anomalies are.':
    'Dasselbe für das Netz, das sagt, wo Anomalien sind.',
  'Standard deviation of the first weights; null: by the rule of He et al. (2015), with which the running variances of batch norm are right from the first step on, as few steps need it.':
    'Standardabweichung der ersten Gewichte; null: nach der Regel von He u. a. (2015), mit der die laufenden Varianzen der Batch-Norm vom ersten Schritt an stimmen, wie es wenige Schritte brauchen.',
  'Of the focal loss: how little counts what is told with confidence.':
    'Des Focal Loss: wie wenig zählt, was mit Sicherheit gesagt wird.',
  'Anomalies that are drawn anew for each step, in the shape of Perlin noise, out of textures.':
    'Anomalien, die für jeden Schritt neu gezogen werden, in der Form von Perlin-Rauschen, aus Texturen.',
  'Of the images of a step, those onto which an anomaly is drawn.':
    'Von den Bildern eines Schritts die, auf die eine Anomalie gezeichnet wird.',
  'Of the images, those that are turned by up to 90 degrees first, mirrored at the edges.':
    'Von den Bildern die, die zuerst um bis zu 90 Grad gedreht werden, am Rand gespiegelt.',
  'beta of the blend is as likely anywhere from 0, the texture alone, to this.':
    'beta der Mischung liegt gleich wahrscheinlich irgendwo zwischen 0, der Textur allein, und diesem Wert.',
  'Feature maps of the frozen backbone, in groups of layers.':
    'Merkmalskarten des eingefrorenen Backbones, in Gruppen von Schichten.',
  "The backbone's layers, shallow to deep, brought to the grid of the last one.":
    'Schichten des Backbones, von flach nach tief, auf das Raster der letzten gebracht.',
  'Into how many groups layers are parted, shallow to deep; each is averaged, or joined where its layers have other numbers of channels each.':
    'In wie viele Gruppen die Schichten geteilt werden, von flach nach tief; jede wird gemittelt, oder verbunden, wo ihre Schichten verschieden viele Kanäle haben.',
  "What is to be reconstructed is each place's difference to the image's class token (Dinomaly2), or to its mean where the backbone has none such; then its channels have mean 0 and deviation 1.":
    'Wiederzugeben ist die Differenz jeder Stelle zum Klassen-Token des Bildes (Dinomaly2), oder zu seinem Mittel, wo das Backbone keines hat; dann haben ihre Kanäle das Mittel 0 und die Streuung 1.',
  'What goes in is divided by the root mean square of the features over the images to learn from: first weights are made for numbers of about 1.':
    'Was hineingeht, wird durch die Wurzel des mittleren Quadrats der Merkmale über die Bilder zum Lernen geteilt: Erste Gewichte sind für Zahlen um 1 gemacht.',
  'AdamW, or StableAdamW.': 'AdamW oder StableAdamW.',
  "StableAdamW: a weight's step is made smaller where its gradient is larger than its second moment says.":
    'StableAdamW: Der Schritt eines Gewichts wird kleiner, wo sein Gradient größer ist, als sein zweites Moment sagt.',
  'AMSGrad: the largest second moment so far is the one that counts.':
    'AMSGrad: Das bisher größte zweite Moment zählt.',
  '`cosine` falls to `lastShare` at the last step.':
    '`cosine` fällt bis zum letzten Schritt auf `lastShare`.',
  'What `cosine` leaves of the learning rate.': 'Was `cosine` von der Lernrate lässt.',
  'What the learning rate is multiplied by for the layer `network.narrow`.':
    'Womit die Lernrate für die Schicht `network.narrow` multipliziert wird.',
  'The noisy bottleneck, and the decoder that reconstructs features.':
    'Der verrauschte Engpass und der Decoder, der Merkmale wiedergibt.',
  "Of a token inside; where it is not the features' own, linear layers bring tokens there and back. null: the features' own.":
    'Eines Tokens im Inneren; wo es nicht die der Merkmale ist, bringen lineare Schichten Tokens dorthin und zurück. null: die der Merkmale.',
  'Of each head of an attention; it divides the width.': 'Jedes Kopfes einer Attention; teilt die Breite.',
  'Widths in the middle of perceptrons, as a multiple of the width.':
    'Breiten in der Mitte der Perzeptrone, als Vielfaches der Breite.',
  'Blocks of the decoder, at least as many as `features.groups`.':
    'Blöcke des Decoders, mindestens so viele wie `features.groups`.',
  'Of the decoder: `linear` cannot look at single places, and so not copy them.':
    'Des Decoders: `linear` kann einzelne Stellen nicht ansehen und sie also nicht abschreiben.',
  'Width of a linear layer in front of the bottleneck, as Dinomaly2 has it; null: there is none.':
    'Breite einer linearen Schicht vor dem Engpass, wie Dinomaly2 sie hat; null: keine.',
  'Share of values set to 0 in the bottleneck, in training.':
    'Anteil der Werte, die im Engpass beim Training auf 0 gesetzt werden.',
  'Hard places count more.': 'Schwere Stellen zählen mehr.',
  'Share of the places of a batch, those that are reconstructed best, whose gradients are damped.':
    'Anteil der Stellen eines Stapels, die am besten wiedergegeben werden und deren Gradienten gedämpft werden.',
  'What is left of their gradients.': 'Was von ihren Gradienten bleibt.',
  'Steps in which that share grows from 0 to its own.':
    'Schritte, in denen dieser Anteil von 0 auf seinen Wert wächst.',
  'Subspace of what is normal, one for each class.':
    'Unterraum dessen, was normal ist, einer für jedes Produkt.',
  "tau: the components hold at least this share of the class's variance.":
    'tau: Die Komponenten halten mindestens diesen Anteil der Varianz des Produkts.',
  'Principal components of a class, at most; null: as many as `explained` asks for.':
    'Hauptkomponenten eines Produkts, höchstens; null: so viele, wie `explained` verlangt.',
  'Memory of the patches of all good images.': 'Speicher der Patches aller guten Bilder.',
  'K: images of the class, the nearest by their descriptors, whose patches a photograph is compared with; all where there are fewer.':
    'K: Bilder des Produkts, die nach ihren Beschreibungen nächsten, mit deren Patches ein Foto verglichen wird; alle, wo es weniger gibt.',
  'Patches are compared with those at most so many places up, down, left and right of their own; null: with all places.':
    'Patches werden mit denen verglichen, die höchstens so viele Stellen über, unter, links und rechts der eigenen liegen; null: mit allen Stellen.',
  'Values kept of a patch and layer, along principal components of the layer; null: all of them, as published.':
    'Werte, die von Patch und Schicht behalten werden, entlang von Hauptkomponenten der Schicht; null: alle, wie veröffentlicht.',
};
