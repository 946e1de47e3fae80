/**
 * @file A training: its stages one after another, each beginning with the best state of the one before. Steps run in chunks inside the engine;
 * between chunks there is a checkpoint, a line of progress, and a chance to stop. Knows no method: parameters, stages and what validates them are given.
 */
import { CladError } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import type { DeclaredParameters, Parameters } from '../nn/parameters.ts';
import { type Engine, float32, floats, int64, type Session } from '../runtime/engine.ts';
import type { AdamWOptions } from './adamw.ts';
import type { Checkpoint, CheckpointFolder, ValidatedState, Validation } from './checkpoint.ts';
import { initialState, parametersOf, trainingProgram } from './program.ts';
import { rateAt, type Stage, stepsOf } from './stage.ts';

/** A line of the training's log. */
export interface TrainingLogEntry {
  /** Number of the stage, from 1. */
  readonly stage: number;
  readonly step: number;
  /** Losses by name, means over the steps since the last entry. */
  readonly losses?: Readonly<Record<string, number>>;
  /** What selection said. */
  readonly selection?: number;
  /** What else was measured then, by name. */
  readonly measured?: Readonly<Record<string, number>>;
  /** A sentence on what is wrong with the training. */
  readonly warning?: string;
}

export interface TrainOptions {
  readonly engine: Engine;
  /** All parameters with their first values. */
  readonly parameters: DeclaredParameters;
  readonly stages: readonly Stage[];
  readonly optimizer: AdamWOptions & {
    /** See `ProgramOptions`. */
    readonly averageDecay: number;
  };
  /** What the learning rate is multiplied by for a parameter. @default 1 for all */
  readonly rateOf?: ((parameter: string) => number) | undefined;
  /** See `ProgramOptions`. */
  readonly longestGradient?: number | undefined;
  /** The most that one call of the engine is fed, bytes: a call brings all state in and out. @default 96e6 */
  readonly feedBytes?: number | undefined;
  /** How often a stage is validated for checkpoint selection, where there is something to validate with. */
  readonly evaluations: number;
  readonly checkpoints: CheckpointFolder;
  /** Continue from the checkpoint, where there is one. */
  readonly resume: boolean;
  /** That checkpoint, where it has been read already. */
  readonly from?: Checkpoint | undefined;
  /** Validation score of parameters, higher is better; absent: the last state is taken. */
  readonly validate?: ((parameters: Parameters) => Promise<number>) | undefined;
  /** What else is measured at each validation, by name; it has no say in what is taken. */
  readonly measure?: ((parameters: Parameters) => Promise<Readonly<Record<string, number>>>) | undefined;
  /** Told of all validations so far, after each. */
  readonly onValidated?: ((states: readonly ValidatedState[]) => void) | undefined;
  readonly log?: ((entry: TrainingLogEntry) => void) | undefined;
  readonly onProgress?: ProgressListener | undefined;
  /** When aborted, a checkpoint is written and INTERRUPTED thrown. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainedParameters {
  readonly parameters: Parameters;
  /** The validation that chose them. */
  readonly chosen?: Validation;
  /** All validations, in order. */
  readonly validated: readonly ValidatedState[];
  /** Gradient steps of each stage. */
  readonly steps: readonly number[];
}

/** The most that one call of the engine is fed, bytes, where nothing else is said. */
const usualFeed = 96e6;
const mostSteps = 25;
/** Milliseconds between checkpoints, so that little is lost. */
const checkpointInterval = 30_000;
const elementBytes: Readonly<Record<string, number>> = {
  float16: 2,
  float32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

/**
 * Trains, in as many of the stages as have steps.
 * @throws TRAINING_DIVERGED where a loss or parameter is no number any more; INTERRUPTED when the signal is aborted
 */
export async function trainStages(options: TrainOptions): Promise<TrainedParameters> {
  const { parameters: declared, stages, checkpoints } = options;
  let checkpoint = options.from ?? (options.resume ? await checkpoints.read() : undefined);
  checkpoint ??= { progress: { stage: 1, step: 0 }, state: freshState(options, stages[0]) };
  const steps: number[] = [];
  for (const [index, stage] of stages.entries()) {
    const number = index + 1;
    const run = new StageRun(options, stage, number);
    steps.push(run.steps);
    if (checkpoint.progress.stage > number) continue;
    if (checkpoint.progress.stage < number) checkpoint = nextStage(checkpoint, options, stage);
    checkpoint = await run.run(checkpoint);
  }
  const parameters = checkpoint.best ?? parametersOf(checkpoint.state, declared);
  const { best: chosen, validated = [] } = checkpoint.progress;
  return { parameters, ...(chosen && { chosen }), validated, steps };
}

/** The parameters that a stage is about. */
function concernedBy(stage: Stage | undefined, declared: DeclaredParameters): DeclaredParameters {
  const { concerns = () => true } = stage ?? {};
  return Object.fromEntries(Object.entries(declared).filter(([name]) => concerns(name)));
}

/** The state that a stage begins with: all parameters, and what its steps need beside those that it is about. */
function freshState(
  { parameters: declared, optimizer }: TrainOptions,
  stage: Stage | undefined,
  values: Parameters = declared,
): Parameters {
  const own = concernedBy(stage, declared);
  const others = Object.keys(declared).filter((name) => !Object.hasOwn(own, name));
  const kept = others.map((name) => [name, { shape: declared[name]!.shape, data: values[name]!.data }]);
  const { averageDecay, amsgrad } = optimizer;
  return { ...Object.fromEntries(kept), ...initialState(own, averageDecay > 0, values, amsgrad) };
}

/** A stage begins with the best of the one before, and with an optimiser that remembers nothing. */
function nextStage({ progress, state, best }: Checkpoint, options: TrainOptions, stage: Stage): Checkpoint {
  return {
    progress: { ...progress, stage: progress.stage + 1, step: 0 },
    state: freshState(options, stage, best ?? parametersOf(state, options.parameters)),
    ...(best && { best }),
  };
}

/** One stage under way. */
class StageRun {
  readonly steps: number;
  readonly #options: TrainOptions;
  readonly #stage: Stage;
  /** From 1. */
  readonly #number: number;
  /** The parameters that it is about. */
  readonly #concerned: DeclaredParameters;

  constructor(options: TrainOptions, stage: Stage, number: number) {
    this.#options = options;
    this.#stage = stage;
    this.#concerned = concernedBy(stage, options.parameters);
    this.#number = number;
    this.steps = stepsOf(stage.schedule, stage.batches.stepsPerEpoch);
  }

  /** Goes on to the end of the stage, or until stopped. */
  async run(from: Checkpoint): Promise<Checkpoint> {
    if (from.progress.step >= this.steps) return from;
    const { engine, optimizer: all, rateOf, longestGradient } = this.#options;
    const { batches, step } = this.#stage;
    const { averageDecay, ...optimizer } = all;
    const settings = { optimizer, averageDecay, rateOf, longestGradient };
    const { own } = this.#parted(from.state);
    const session = await engine.load(trainingProgram(this.#concerned, own, batches.spec, step, settings));
    try {
      return await this.#loop(session, from);
    } finally {
      await session.release();
    }
  }

  async #loop(session: Session, from: Checkpoint): Promise<Checkpoint> {
    const { checkpoints, signal, log, onProgress } = this.#options;
    let checkpoint = from;
    let saved = Date.now();
    this.#requireNotStopped(checkpoint);
    while (checkpoint.progress.step < this.steps) {
      const { step } = checkpoint.progress;
      const count = Math.min(this.#chunk(), this.#nextValidation(step) - step);
      const { state, losses } = await this.#advance(session, checkpoint.state, step, count);
      const now = step + count;
      checkpoint = { ...checkpoint, state, progress: { ...checkpoint.progress, step: now } };
      log?.({ stage: this.#number, step: now, losses });
      if (!Number.isFinite(losses.total))
        throw new CladError('TRAINING_DIVERGED', { stage: this.#stage.name, step: now });
      if (now === this.#nextValidation(step)) {
        this.#requireFinite(checkpoint);
        checkpoint = await this.#validate(checkpoint);
      }
      onProgress?.({
        task: this.#stage.name,
        done: now,
        total: this.steps,
        unit: 'steps',
        values: losses,
      });
      const stop = signal?.aborted ?? false;
      if (stop || now === this.steps || Date.now() - saved > checkpointInterval) {
        this.#requireFinite(checkpoint);
        await checkpoints.write(checkpoint);
        saved = Date.now();
      }
      this.#requireNotStopped(checkpoint);
    }
    return checkpoint;
  }

  /** The losses are from before the last update, which may have been the one too many. */
  #requireFinite({ progress, state }: Checkpoint): void {
    if (Object.values(state).every(({ data }) => data.every(Number.isFinite))) return;
    throw new CladError('TRAINING_DIVERGED', { stage: this.#stage.name, step: progress.step });
  }

  #requireNotStopped({ progress }: Checkpoint): void {
    if (!this.#options.signal?.aborted) return;
    throw new CladError('INTERRUPTED', {
      where: `${this.#stage.name}, step ${progress.step} of ${this.steps}`,
    });
  }

  /** What of a state its steps change, and the parameters that only stay. */
  #parted(state: Parameters): { readonly own: Parameters; readonly others: Parameters } {
    const stays = (name: string) =>
      Object.hasOwn(this.#options.parameters, name) && !Object.hasOwn(this.#concerned, name);
    const part = (which: (name: string) => boolean) =>
      Object.fromEntries(Object.entries(state).filter(([name]) => which(name)));
    return { own: part((name) => !stays(name)), others: part(stays) };
  }

  /** Runs steps inside the engine. */
  async #advance(session: Session, state: Parameters, step: number, count: number) {
    const { own, others } = this.#parted(state);
    const feeds = Object.fromEntries(
      Object.entries(own).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    );
    const rates = Float32Array.from({ length: count }, (_, index) =>
      rateAt(this.#stage.schedule, step + index, this.steps),
    );
    const outputs = await session.run({
      ...feeds,
      ...(await this.#stage.batches.batches(step, count)),
      steps: int64([count], []),
      learning_rate: float32(rates, [count]),
    });
    const stepped = Object.entries(own).map(([name, { shape }]) => [
      name,
      { shape, data: floats(outputs[`${name}.out`]) },
    ]);
    const next: Parameters = { ...others, ...Object.fromEntries(stepped) };
    const losses = Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => name.startsWith('loss.'))
        .map(([name, values]) => [name.slice('loss.'.length), meanOf(floats(values))]),
    );
    return { state: next, losses };
  }

  async #validate(checkpoint: Checkpoint): Promise<Checkpoint> {
    const { validate, measure, onValidated, log, parameters: declared } = this.#options;
    if (!validate && !measure) return checkpoint;
    const { state } = checkpoint;
    const parameters = parametersOf(state, declared);
    const value = await validate?.(parameters);
    const measured = await measure?.(parameters);
    const at = { stage: this.#number, step: checkpoint.progress.step };
    const others = measured && { measured };
    log?.({ ...at, ...(value !== undefined && { selection: value }), ...others });
    const found: ValidatedState = { ...at, ...(value !== undefined && { value }), ...others };
    const validated = [...(checkpoint.progress.validated ?? []), found];
    const progress = { ...checkpoint.progress, validated };
    onValidated?.(validated);
    // Equal values go to the later state, which has seen more.
    const better = value !== undefined && (progress.best === undefined || value >= progress.best.value);
    if (!better) return { ...checkpoint, progress };
    return { state, progress: { ...progress, best: { ...at, value } }, best: parameters };
  }

  /** Steps a call. */
  #chunk(): number {
    const bytes = Object.values(this.#stage.batches.spec).reduce(
      (sum, { dtype, shape }) => sum + shape.reduce((count, side) => count * side, elementBytes[dtype] ?? 8),
      0,
    );
    const { feedBytes = usualFeed } = this.#options;
    return Math.max(1, Math.min(mostSteps, Math.floor(feedBytes / bytes)));
  }

  /** The next step, after `step`, at which the networks are validated; the last one always. */
  #nextValidation(step: number): number {
    const { evaluations } = this.#options;
    for (let number = 1; number <= evaluations; number++) {
      const at = Math.round((this.steps * number) / evaluations);
      if (at > step) return at;
    }
    return this.steps;
  }
}

function meanOf(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
