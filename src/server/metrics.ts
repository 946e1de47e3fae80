/** @file What the service counts, for Prometheus. Scores and verdicts by class show when what the camera sees drifts away. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as Metrics, Summary } from 'prom-client';
import type { Prediction } from '../detector/prediction.ts';
import type { Seen } from '../image/seen.ts';
import type { LiveDrift } from '../jobs/drift/live-drift.ts';
import { DriftGauges } from './drift-gauges.ts';
import type { ServedSource } from './hosted-detector.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const shares = [0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5];

/** Numbers that are read when somebody asks. */
export interface Gauges {
  /** Images accepted and not finished. */
  inFlight(): number;
  /** Images decoded that wait for the engine. */
  waiting(): number;
  ready(): boolean;
}

export class ServiceMetrics {
  readonly #registry = new Metrics();
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #duration: Histogram<'method' | 'route'>;
  readonly #batch: Histogram;
  readonly #inference: Histogram;
  readonly #verdicts: Counter<'detector' | 'version' | 'class' | 'verdict'>;
  readonly #warnings: Counter<'detector' | 'version' | 'class' | 'code'>;
  readonly #failures: Counter<'detector' | 'version' | 'code'>;
  readonly #scores: Summary<'detector' | 'version' | 'class'>;
  readonly #shares: Histogram<'detector' | 'version' | 'class'>;
  readonly #reloads: Counter<'detector' | 'version' | 'result'>;
  readonly #deaths: Counter<'detector' | 'version'>;
  readonly #drift: DriftGauges;

  constructor(gauges: Gauges) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge('clad_images_in_flight', 'Images accepted and not finished.', gauges.inFlight);
    gauge('clad_queue_depth', 'Decoded images that wait for the engine.', gauges.waiting);
    gauge('clad_ready', '1 while every detector can be used.', () => Number(gauges.ready()));
    this.#requests = new Counter({
      name: 'clad_http_requests_total',
      help: 'Requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'clad_http_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer.',
      labelNames: ['method', 'route'],
      buckets: seconds,
      registers,
    });
    this.#batch = new Histogram({
      name: 'clad_batch_size',
      help: 'Images predicted together.',
      buckets: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32],
      registers,
    });
    this.#inference = new Histogram({
      name: 'clad_inference_duration_seconds',
      help: 'The engine on one batch.',
      buckets: seconds,
      registers,
    });
    const byClass = ['detector', 'version', 'class'] as const;
    this.#verdicts = new Counter({
      name: 'clad_verdicts_total',
      help: 'Images predicted, by recognised class and verdict.',
      labelNames: [...byClass, 'verdict'],
      registers,
    });
    this.#warnings = new Counter({
      name: 'clad_image_warnings_total',
      help: 'Warnings that an image is unlike those of the training, by recognised class and kind.',
      labelNames: [...byClass, 'code'],
      registers,
    });
    this.#failures = new Counter({
      name: 'clad_image_failures_total',
      help: 'Images that could not be predicted.',
      labelNames: ['detector', 'version', 'code'],
      registers,
    });
    this.#scores = new Summary({
      name: 'clad_score',
      help: 'Scores of the last ten minutes (quantiles), and of all time (sum, count).',
      labelNames: byClass,
      percentiles: [0.05, 0.25, 0.5, 0.75, 0.95],
      maxAgeSeconds: 600,
      ageBuckets: 5,
      registers,
    });
    this.#shares = new Histogram({
      name: 'clad_score_threshold_ratio',
      help: 'Score divided by the threshold of the recognised class, where that is above 0.',
      labelNames: byClass,
      buckets: shares,
      registers,
    });
    this.#reloads = new Counter({
      name: 'clad_detector_reloads_total',
      help: 'Replaced detector files that were loaded (ok), or refused (failed).',
      labelNames: ['detector', 'version', 'result'],
      registers,
    });
    this.#deaths = new Counter({
      name: 'clad_worker_deaths_total',
      help: 'Threads of the engine that ended by themselves.',
      labelNames: ['detector', 'version'],
      registers,
    });
    this.#drift = new DriftGauges(this.#registry, ['detector', 'version']);
  }

  /** From now on images of a detector are compared with what its run knows; with nothing where that cannot be read. */
  follow({ name, version }: ServedSource, drift: LiveDrift | undefined): void {
    this.#drift.follow({ detector: name, version }, drift);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** @param route - the pattern, so that addresses made up by clients cannot fill the memory */
  answered(method: string, route: string, status: number, duration: number): void {
    this.#requests.inc({ method, route, status: String(status) });
    this.#duration.observe({ method, route }, duration);
  }

  batch(size: number, milliseconds: number): void {
    this.#batch.observe(size);
    this.#inference.observe(milliseconds / 1000);
  }

  predicted(
    { name, version }: ServedSource,
    prediction: Pick<Prediction, 'class' | 'score' | 'threshold' | 'verdict' | 'warnings'>,
    seen?: Seen,
  ): void {
    const { score, threshold, verdict, warnings } = prediction;
    const labels = { detector: name, version, class: prediction.class };
    this.#verdicts.inc({ ...labels, verdict: verdict ?? 'none' });
    for (const { code } of warnings) this.#warnings.inc({ ...labels, code });
    if (!Number.isFinite(score)) return;
    this.#drift.of({ detector: name, version })?.add({ class: prediction.class, score, verdict, seen });
    this.#scores.observe(labels, score);
    if (threshold !== null && threshold > 0) this.#shares.observe(labels, score / threshold);
  }

  failed({ name, version }: ServedSource, code: string): void {
    this.#failures.inc({ detector: name, version, code });
  }

  reloaded({ name, version }: ServedSource, result: 'ok' | 'failed'): void {
    this.#reloads.inc({ detector: name, version, result });
  }

  died({ name, version }: ServedSource): void {
    this.#deaths.inc({ detector: name, version });
  }
}
