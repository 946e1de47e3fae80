/**
 * @file The verbs of `clad`, as its help lists them. A verb's file, with all that it needs, is loaded only where the verb was asked for: `clad --help` and
 * a mistyped verb need none of them, and a verb none of the others' (the service's framework, every method's options).
 */
import { type Command, Help } from 'commander';

/** A verb's file: gives its command arguments, options and what it does. */
interface VerbFile {
  declare(command: Command): void;
}

interface Verb {
  /** Its name and what it takes, as the help shows it; a test holds it to what its file declares. */
  readonly term: string;
  readonly description: string;
  load(): Promise<VerbFile>;
}

/** In the order of the help. */
export const verbs: readonly Verb[] = [
  {
    term: 'train [options] <data>',
    description: 'train one model over all classes of a data set',
    load: () => import('./train.ts'),
  },
  {
    term: 'extract [options] <data>',
    description: 'compute the patch features of a training ahead, on as many machines as there are',
    load: () => import('./extract.ts'),
  },
  {
    term: 'evaluate [options] <run> [data]',
    description: 'measure a detector on test images: all metrics by class',
    load: () => import('./evaluate.ts'),
  },
  {
    term: 'predict [options] <run> <path...>',
    description: 'predict photographs: class, score, verdict, heat map',
    load: () => import('./predict.ts'),
  },
  {
    term: 'watch [options] [run] [folder]',
    description: 'judge photographs as they come into a folder, each once, and sort them',
    load: () => import('./watch.ts'),
  },
  {
    term: 'update [options] <run> [good...]',
    description:
      'add good images or a class to a finished detector, or take some out, without a new training',
    load: () => import('./update.ts'),
  },
  {
    term: 'history [options] <run>',
    description: 'say what has become of a detector since its training',
    load: () => import('./history.ts'),
  },
  {
    term: 'calibrate [options] <run> [good...]',
    description: 'set the thresholds of a finished detector anew, from photographs of good parts',
    load: () => import('./calibrate.ts'),
  },
  {
    term: 'tradeoff [options] <run> [data]',
    description: 'what each threshold costs: false alarms against misses, with limits',
    load: () => import('./tradeoff.ts'),
  },
  {
    term: 'assess [options] <run>',
    description: 'which products are weak, without any defect at hand: what it misses of drawn ones',
    load: () => import('./assess.ts'),
  },
  {
    term: 'drift [options] <run> <images>',
    description:
      'whether the line still shows what the detector was made with: scores, failures, light, focus',
    load: () => import('./drift.ts'),
  },
  {
    term: 'serve [options] [runs...]',
    description: 'answer over HTTP: photographs in, predictions out',
    load: () => import('./serve.ts'),
  },
  {
    term: 'studio [options] [folder]',
    description: 'the whole job in a browser: look at data, train, move thresholds, take the file away',
    load: () => import('./studio.ts'),
  },
  {
    term: 'export [options] <run>',
    description: 'a detector for NVIDIA Triton and KServe, or as a smaller file, with the loss measured',
    load: () => import('./export.ts'),
  },
  {
    term: 'verify [options] <run>',
    description: 'check that this machine computes what a detector file computed where it was made',
    load: () => import('./verify.ts'),
  },
  {
    term: 'data',
    description: 'look at a data set before training on it',
    load: () => import('./data.ts'),
  },
  {
    term: 'demo [options]',
    description:
      'see it work: draw a small factory, train on it, evaluate, report (a few minutes, no network)',
    load: () => import('./demo.ts'),
  },
  {
    term: 'backbones',
    description: 'the networks that features come from',
    load: () => import('./backbones.ts'),
  },
  {
    term: 'compare [options] [data]',
    description: 'train several methods on the same features and compare them',
    load: () => import('./compare.ts'),
  },
  {
    term: 'ablate [options] <data>',
    description: 'switch the parts of the method off one at a time and measure',
    load: () => import('./ablate.ts'),
  },
  {
    term: 'options [options] [method]',
    description: 'list the options of a method, with meanings, ranges and the values of its presets',
    load: () => import('./options.ts'),
  },
];

/** The name of a verb. */
export function verbName({ term }: Pick<Verb, 'term'>): string {
  return term.split(' ', 1)[0] as string;
}

/**
 * Adds all verbs to the program, and loads the one that was asked for.
 * @param args - of the command line, without the program
 */
export async function addVerbs(program: Command, args: readonly string[]): Promise<void> {
  // As the program has no options with values, the first word is the verb; after `help`, the second.
  const [first, second] = args.filter((word) => !word.startsWith('-'));
  const asked = first === 'help' ? second : first;
  const terms = new Map<Command, string>();
  program.configureHelp({
    subcommandTerm: (command) => terms.get(command) ?? new Help().subcommandTerm(command),
  });
  for (const verb of verbs) {
    const command = program.command(verbName(verb)).description(verb.description);
    terms.set(command, verb.term);
    if (verbName(verb) === asked) (await verb.load()).declare(command);
  }
}
