/**
 * @file How each layout is recognised and read; the compiler asks for an entry for every name in layouts.ts. Each says by which file or folder a root shows
 * that it is of it, so that a root that shows two is refused with both, rather than read as whichever came first.
 */
import { relative } from 'node:path';
import { CladError } from '../core/errors.ts';
import { dagmClasses, readDagm } from './dagm.ts';
import type { Looks } from './entries.ts';
import { kolektor2Classes, kolektorClasses, readKolektor, readKolektor2 } from './kolektor.ts';
import type { LayoutContent } from './layout-content.ts';
import { type Layout, layoutFacts, layouts } from './layouts.ts';
import { type ClassFolder, mvtecAsides, mvtecClasses, mvtecEvidence, readMvtec } from './mvtec.ts';
import type { MvtecLayout } from './mvtec-forms.ts';
import { plainClasses, readPlain } from './plain.ts';
import { readRealIad, realIadEvidence } from './real-iad.ts';
import { readVisa, visaEvidence } from './visa.ts';

interface LayoutReader {
  /** The absolute path that shows it; undefined where nothing does. */
  readonly evidence: (root: string) => Promise<string | undefined>;
  readonly read: (root: string, looks: Looks) => Promise<LayoutContent>;
}

const readers: Readonly<Record<Layout, LayoutReader>> = {
  // What is left where nothing shows another.
  plain: { evidence: async () => undefined, read: readAsPlain },
  mvtec: mvtecReader('mvtec'),
  'mvtec-ad-2': mvtecReader('mvtec-ad-2'),
  'mvtec-loco': mvtecReader('mvtec-loco'),
  btad: mvtecReader('btad'),
  visa: { evidence: visaEvidence, read: readVisa },
  'visa-1cls': mvtecReader('visa-1cls'),
  'real-iad': { evidence: realIadEvidence, read: readRealIad },
  'kolektor-sdd': classesReader(kolektorClasses, readKolektor),
  'kolektor-sdd2': classesReader(kolektor2Classes, readKolektor2),
  dagm: classesReader(dagmClasses, readDagm),
};

/**
 * The layout of a folder.
 * @throws CladError `LAYOUT_UNCLEAR` where it fits two
 */
export async function recogniseLayout(root: string): Promise<Layout> {
  const evidence = await Promise.all(layouts.map((name) => readers[name].evidence(root)));
  const fitting = layouts.flatMap((name, index) => {
    const path = evidence[index];
    return path === undefined
      ? []
      : [{ name, shown: `${layoutFacts[name].title} (${relative(root, path) || '.'})` }];
  });
  if (fitting.length < 2) return fitting[0]?.name ?? 'plain';
  throw new CladError('LAYOUT_UNCLEAR', {
    path: root,
    reason: `it fits ${fitting.map(({ shown }) => shown).join(' and ')}`,
    hint: `Say which with ${fitting.map(({ name }) => `--layout ${name}`).join(' or ')}, or give the folder of one of them.`,
  });
}

/** Reads a folder as of a layout. */
export function readAs(layout: Layout, root: string, looks: Looks): Promise<LayoutContent> {
  return readers[layout].read(root, looks);
}

function mvtecReader(layout: MvtecLayout): LayoutReader {
  return {
    evidence: (root) => mvtecEvidence(root, layout),
    read: async (root) => {
      const classes = await mvtecClasses(root, layout);
      const samples = await readMvtec(classes, layout);
      return { names: namesOf(classes), samples, asides: await mvtecAsides(classes, layout) };
    },
  };
}

function classesReader(
  classesOf: (root: string) => Promise<ClassFolder[]>,
  read: (classes: readonly ClassFolder[]) => Promise<LayoutContent>,
): LayoutReader {
  return {
    evidence: async (root) => (await classesOf(root))[0]?.path,
    read: async (root) => read(await classesOf(root)),
  };
}

async function readAsPlain(root: string, looks: Looks): Promise<LayoutContent> {
  const classes = await plainClasses(root, looks);
  return { names: namesOf(classes), samples: await readPlain(classes, looks) };
}

function namesOf(classes: readonly ClassFolder[]): string[] {
  return classes.map(({ className }) => className);
}
