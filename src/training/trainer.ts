/**
 * @file The two stages (section 3.5): stage 1 with all losses, its best state fine-tuned in stage 2 with large batches. Steps run in
 * chunks inside the engine; between chunks there is a checkpoint, a line of progress, and a chance to stop.
 */
import { CladError } from '../core/errors.ts';
import type { ProgressListener } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import type { FitSource } from '../features/store/sample-rows.ts';
import { type BatchRows, batchRows, batchSpec } from '../methods/clad/step.ts';
import type { FittedInput } from '../methods/shared/network-input/network-input.ts';
import { BatchSource } from '../methods/shared/patch-batches.ts';
import type { Parameters } from '../nn/parameters.ts';
import { type Engine, float32, floats, int64, type Session } from '../runtime/engine.ts';
import type { Checkpoint, CheckpointFolder, Judgement } from './checkpoint.ts';
import type { TrainingOptions } from './options.ts';
import { initialState, parametersOf, trainingProgram } from './program.ts';
import type { TrainableNetworks } from './trainable.ts';

/** A line of the training's log. */
export interface TrainingLogEntry {
  readonly stage: 1 | 2;
  readonly step: number;
  /** Losses by name, means over the steps since the last entry. */
  readonly losses?: Readonly<Record<string, number>>;
  /** What selection said. */
  readonly selection?: number;
}

export interface TrainOptions {
  readonly engine: Engine;
  /** Network input of the training images. */
  readonly source: FitSource;
  readonly fitted: Pick<FittedInput, 'width'>;
  readonly networks: TrainableNetworks;
  readonly training: TrainingOptions;
  readonly checkpoints: CheckpointFolder;
  /** Continue from the checkpoint, where there is one. */
  readonly resume: boolean;
  /** Judges networks, higher is better; absent: the last state is taken. */
  readonly judge?: (parameters: Parameters) => Promise<number>;
  readonly log?: (entry: TrainingLogEntry) => void;
  readonly onProgress?: ProgressListener;
  /** When aborted, a checkpoint is written and INTERRUPTED thrown. */
  readonly signal?: AbortSignal;
}

export interface TrainedNetworks {
  readonly parameters: Parameters;
  /** The judgement that chose them. */
  readonly chosen?: Judgement;
  readonly steps: { readonly stage1: number; readonly stage2: number };
}

/** The most that one call of the engine is fed, bytes. */
const feedBytes = 96e6;
const mostSteps = 25;
/** Milliseconds between checkpoints, so that little is lost. */
const checkpointInterval = 30_000;

/** Trains networks, in as many of the stages as have steps. */
export async function trainNetworks(options: TrainOptions): Promise<TrainedNetworks> {
  const { networks, training, checkpoints } = options;
  let checkpoint = options.resume ? await checkpoints.read() : undefined;
  checkpoint ??= {
    progress: { stage: 1, step: 0 },
    state: freshState(networks.initial(new Random(training.seed, 'parameters')), training),
  };
  const steps = { stage1: 0, stage2: 0 };
  for (const stage of [1, 2] as const) {
    const run = await StageRun.open(options, stage);
    steps[`stage${stage}`] = run.steps;
    if (checkpoint.progress.stage > stage) continue;
    if (checkpoint.progress.stage < stage) checkpoint = nextStage(checkpoint, training);
    checkpoint = await run.run(checkpoint);
  }
  const parameters = checkpoint.best ?? parametersOf(checkpoint.state);
  const chosen = checkpoint.progress.best;
  return chosen ? { parameters, chosen, steps } : { parameters, steps };
}

function freshState(parameters: Parameters, { optimizer }: TrainingOptions): Parameters {
  return initialState(parameters, optimizer.averageDecay > 0);
}

/** Stage 2 begins with the best of stage 1, and with an optimiser that remembers nothing. */
function nextStage({ progress, state, best }: Checkpoint, training: TrainingOptions): Checkpoint {
  const parameters = best ?? parametersOf(state);
  return {
    progress: { ...progress, stage: 2, step: 0 },
    state: freshState(parameters, training),
    ...(best && { best }),
  };
}

/** One stage under way. */
class StageRun {
  readonly steps: number;
  readonly #options: TrainOptions;
  readonly #stage: 1 | 2;
  readonly #rows: BatchRows;
  readonly #batches: BatchSource;

  private constructor(options: TrainOptions, stage: 1 | 2, rows: BatchRows, batches: BatchSource) {
    this.#options = options;
    this.#stage = stage;
    this.#rows = rows;
    this.#batches = batches;
    const { steps, epochs } = options.training[`stage${stage}`];
    this.steps = steps ?? Math.round((epochs ?? 0) * batches.stepsPerEpoch);
  }

  static async open(options: TrainOptions, stage: 1 | 2): Promise<StageRun> {
    const { source, training } = options;
    const hasLocal = source.index.shards.some(({ localRows }) => localRows > 0);
    const rows = batchRows(training[`stage${stage}`].batch, training.batch, hasLocal);
    const batches = await BatchSource.open(source.store, source.index, {
      seed: training.seed,
      stage,
      rows,
      images: source.images,
      training,
    });
    return new StageRun(options, stage, rows, batches);
  }

  /** Goes on to the end of the stage, or until stopped. */
  async run(from: Checkpoint): Promise<Checkpoint> {
    if (from.progress.step >= this.steps) return from;
    const { engine, fitted, networks, training } = this.#options;
    const spec = batchSpec(this.#rows, fitted.width);
    const builder = networks.step(this.#stage, this.#rows);
    const { averageDecay, ...optimizer } = training.optimizer;
    const settings = { optimizer, averageDecay, rateOf: networks.rateOf };
    const session = await engine.load(trainingProgram(from.state, spec, builder, settings));
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
      const count = Math.min(this.#chunk(), this.#nextJudgement(step) - step);
      const { state, losses } = await this.#advance(session, checkpoint.state, step, count);
      const now = step + count;
      checkpoint = { ...checkpoint, state, progress: { ...checkpoint.progress, step: now } };
      log?.({ stage: this.#stage, step: now, losses });
      if (!Number.isFinite(losses.total))
        throw new CladError('TRAINING_DIVERGED', { stage: this.#stage, step: now });
      if (now === this.#nextJudgement(step)) {
        this.#requireFinite(checkpoint);
        checkpoint = await this.#judge(checkpoint);
      }
      onProgress?.({
        task: `stage ${this.#stage}`,
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
    throw new CladError('TRAINING_DIVERGED', { stage: this.#stage, step: progress.step });
  }

  #requireNotStopped({ progress }: Checkpoint): void {
    if (!this.#options.signal?.aborted) return;
    throw new CladError('INTERRUPTED', {
      where: `stage ${this.#stage}, step ${progress.step} of ${this.steps}`,
    });
  }

  /** Runs steps inside the engine. */
  async #advance(session: Session, state: Parameters, step: number, count: number) {
    const feeds = Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [`${name}.in`, float32(data, shape)]),
    );
    const rates = Float32Array.from({ length: count }, (_, index) => this.#learningRate(step + index));
    const outputs = await session.run({
      ...feeds,
      ...(await this.#batches.batches(step, count)),
      steps: int64([count], []),
      learning_rate: float32(rates, [count]),
    });
    const next: Parameters = Object.fromEntries(
      Object.entries(state).map(([name, { shape }]) => [
        name,
        { shape, data: floats(outputs[`${name}.out`]) },
      ]),
    );
    const losses = Object.fromEntries(
      Object.entries(outputs)
        .filter(([name]) => name.startsWith('loss.'))
        .map(([name, values]) => [name.slice('loss.'.length), meanOf(floats(values))]),
    );
    return { state: next, losses };
  }

  async #judge(checkpoint: Checkpoint): Promise<Checkpoint> {
    const { judge, log } = this.#options;
    if (!judge) return checkpoint;
    const { progress, state } = checkpoint;
    const parameters = parametersOf(state);
    const value = await judge(parameters);
    const judgement: Judgement = { stage: this.#stage, step: progress.step, value };
    log?.({ stage: this.#stage, step: progress.step, selection: value });
    // Equal values go to the later state, which has seen more.
    const better = progress.best === undefined || value >= progress.best.value;
    return better ? { state, progress: { ...progress, best: judgement }, best: parameters } : checkpoint;
  }

  #learningRate(step: number): number {
    const { learningRate, schedule } = this.#options.training[`stage${this.#stage}`];
    if (schedule === 'constant') return learningRate;
    const floor = 0.01;
    const fall = (1 + Math.cos((Math.PI * step) / this.steps)) / 2;
    return learningRate * (floor + (1 - floor) * fall);
  }

  /** Steps a call. */
  #chunk(): number {
    const { normal, local, global } = this.#rows;
    const bytes = this.#options.fitted.width * (normal * 2 + local * 4 + global * 4);
    return Math.max(1, Math.min(mostSteps, Math.floor(feedBytes / bytes)));
  }

  /** The next step, after `step`, at which the networks are judged; the last one always. */
  #nextJudgement(step: number): number {
    const { evaluations } = this.#options.training;
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
