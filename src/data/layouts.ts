/**
 * @file The one list of dataset layouts: what they are called and what is said of them. The choices of `--layout`, the table of the guide and the ends of
 * errors come from here; how a folder is recognised and read stands in layout-readers.ts, which has an entry for each of these.
 */

/** What is said of a layout. Cells are Markdown, as the guide shows them. */
export interface LayoutFacts {
  /** What people call it. */
  readonly title: string;
  readonly training: string;
  readonly test: string;
  readonly masks: string;
  /** Where training images are expected, for the end of an error. */
  readonly expected: string;
  /** Why an image in its folder was not read. */
  readonly unread: string;
  /** Whether a table, a list or the masks say which image is what, rather than the folders. */
  readonly listed: boolean;
  /** Why an anomalous image has no mask, a part of a sentence, where that does not follow from names of files. */
  readonly noMask?: string;
  /** Files that belong to it and are no images, by their path below the root, with slashes. */
  readonly lists?: RegExp;
}

const images = '*.png or *.jpg (or .webp, .bmp, .tif)';
const mvtecExpected = `<class>/train/good/${images}`;
const unread = 'image where the layout has none';

const facts = {
  plain: {
    title: 'plain',
    training: '`<class>/*.jpg`, at any depth, or one folder of images',
    test: 'none',
    masks: 'none',
    expected: `<class>/${images} of good parts`,
    unread,
    listed: false,
  },
  mvtec: {
    title: 'MVTec AD, MPDD',
    training: '`<class>/train/good/`',
    test: '`<class>/test/good/`, `<class>/test/<defect>/`',
    masks: '`<class>/ground_truth/<defect>/<stem>_mask.png`',
    expected: mvtecExpected,
    unread,
    listed: false,
  },
  'mvtec-ad-2': {
    title: 'MVTec AD 2',
    training: '`<class>/train/good/`',
    test: '`<class>/test_public/good/`, `<class>/test_public/bad/`',
    masks: '`<class>/test_public/ground_truth/bad/<stem>_mask.png`',
    expected: mvtecExpected,
    unread,
    listed: false,
  },
  'mvtec-loco': {
    title: 'MVTec LOCO',
    training: '`<class>/train/good/`',
    test: '`<class>/test/good/`, `<class>/test/<defect>/`',
    masks: '`<class>/ground_truth/<defect>/<stem>/*.png`, united',
    expected: mvtecExpected,
    unread,
    listed: false,
  },
  btad: {
    title: 'BTAD',
    training: '`<class>/train/ok/`',
    test: '`<class>/test/ok/`, `<class>/test/ko/`',
    masks: '`<class>/ground_truth/ko/<stem>.*`',
    expected: `<class>/train/ok/${images}`,
    unread,
    listed: false,
  },
  visa: {
    title: 'VisA as published',
    training: 'rows of `split_csv/1cls.csv`',
    test: 'the same',
    masks: 'the same',
    expected: 'rows of split_csv/1cls.csv with split train and label normal',
    unread: 'image that is not in split_csv/1cls.csv',
    listed: true,
    noMask: 'the column mask of its row in split_csv/1cls.csv is empty',
    lists: /^split_csv\/[^/]*$/,
  },
  'visa-1cls': {
    title: 'VisA, reorganised',
    training: '`<class>/train/good/`',
    test: '`<class>/test/good/`, `<class>/test/bad/`',
    masks: '`<class>/ground_truth/bad/<stem>.png`',
    expected: mvtecExpected,
    unread,
    listed: false,
  },
  'real-iad': {
    title: 'Real-IAD',
    training: '`train` of `realiad_jsons/<class>.json`, images in `realiad_<size>/<class>/`',
    test: '`test` of the same',
    masks: '`mask_path` there',
    expected: 'entries of `train` in the lists, realiad_jsons/<class>.json, whose anomaly_class is OK',
    unread: 'image that is in no list',
    listed: true,
    noMask: 'its list has no mask_path for it',
    lists: /^realiad_jsons[^/]*\/.*$/,
  },
  'kolektor-sdd': {
    title: 'KolektorSDD',
    training: '`kosNN/PartN.jpg` whose mask is black, of 40 of 50 items',
    test: 'the other items, and all with a defect',
    masks: '`kosNN/PartN_label.bmp`',
    expected: 'kos01/Part0.jpg with its black mask kos01/Part0_label.bmp, and so on',
    unread,
    listed: true,
  },
  'kolektor-sdd2': {
    title: 'KolektorSDD2',
    training: '`train/NNNNN.png` whose mask is black',
    test: '`test/NNNNN.png`',
    masks: '`NNNNN_GT.png` beside the image',
    expected: 'train/10000.png with its black mask train/10000_GT.png, and so on',
    unread,
    listed: true,
  },
  dagm: {
    title: 'DAGM 2007',
    training: '`<class>/Train/*.PNG` without a defect by `Label/Labels.txt`',
    test: '`<class>/Test/*.PNG`',
    masks: '`<class>/Test/Label/<stem>_label.PNG`',
    expected: '<class>/Train/*.PNG that <class>/Train/Label/Labels.txt lists with 0',
    unread: 'image that is not in Labels.txt',
    listed: true,
    noMask: 'its line in Labels.txt names none',
    lists: /(^|\/)Label\/Labels\.txt$/,
  },
} as const satisfies Readonly<Record<string, LayoutFacts>>;

export type Layout = keyof typeof facts;

/** The folder layouts that can be read. */
export const layouts = Object.keys(facts) as unknown as readonly [Layout, ...Layout[]];

/** What is said of each. */
export const layoutFacts: Readonly<Record<Layout, LayoutFacts>> = facts;

/** Where training images are expected, for the end of an error. */
export function expectedIn(layout: Layout): string {
  const { expected } = layoutFacts[layout];
  return layout === 'plain' ? `${expected}, or the folders of ${publishedSets()}` : expected;
}

/** The published data sets that are read as they are, in words. */
export function publishedSets(): string {
  const published = layouts.filter((name) => name !== 'plain').map((name) => layoutFacts[name].title);
  return published.join(', ').replace(/, (?=[^,]*$)/, ' or ');
}

/** The table of the guide. */
export function layoutTable(): string {
  const rows = layouts.map((name) => {
    const { title, training, test, masks } = layoutFacts[name];
    return `| ${title} (\`${name}\`) | ${training} | ${test} | ${masks} |`;
  });
  return ['| layout | training images | test images | masks |', '|---|---|---|---|', ...rows].join('\n');
}
