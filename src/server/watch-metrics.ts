/** @file What `clad watch` counts, for Prometheus, at an address of its own: judgements, what waits for places outside, the camera, and drift. */
import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry, Summary } from 'prom-client';
import { CladError, reasonOf } from '../core/errors.ts';
import { LiveDrift } from '../jobs/drift/live-drift.ts';
import { type Judgement, seenIn } from '../jobs/watch/judgement.ts';
import type { CameraStatus, WatchStatus } from '../jobs/watch/records.ts';
import { DriftGauges } from './drift-gauges.ts';

export class WatchMetrics {
  readonly #registry = new Registry();
  readonly #judgements: Counter<'class' | 'verdict' | 'decision'>;
  readonly #scores: Summary<'class'>;
  readonly #drift: DriftGauges;
  #status: (() => WatchStatus) | undefined;
  /** What is followed, and the detector file that judged last. */
  #followed: { readonly run: string; sha256: string } | undefined;
  #server: Server | undefined;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#judgements = new Counter({
      name: 'clad_judgements_total',
      help: 'Photographs judged, by class, verdict and what is to be done; none where it could not be judged.',
      labelNames: ['class', 'verdict', 'decision'],
      registers,
    });
    this.#scores = new Summary({
      name: 'clad_score',
      help: 'Scores of the last ten minutes (quantiles), and of all time (sum, count).',
      labelNames: ['class'],
      percentiles: [0.05, 0.25, 0.5, 0.75, 0.95],
      maxAgeSeconds: 600,
      ageBuckets: 5,
      registers,
    });
    const status = () => this.#status?.();
    new Gauge({
      name: 'clad_sink_waiting',
      help: 'Judgements that a place outside has not been sent yet.',
      labelNames: ['sink'],
      registers,
      collect() {
        this.reset();
        for (const [sink, waiting] of Object.entries(status()?.waiting ?? {})) this.set({ sink }, waiting);
      },
    });
    const ofCamera = (name: string, help: string, read: (camera: CameraStatus) => number) =>
      new Gauge({
        ...{ name, help, registers },
        collect() {
          const camera = status()?.camera;
          this.reset();
          if (camera) this.set(read(camera));
        },
      });
    ofCamera('clad_camera_up', '1 while pictures come.', ({ isUp }) => Number(isUp));
    ofCamera('clad_camera_pictures', 'Pictures that came.', ({ pictures }) => pictures);
    ofCamera('clad_camera_empty', 'Rests at the empty station.', ({ empty }) => empty);
    ofCamera('clad_camera_dropped', 'Pictures left out as newer ones had come.', ({ dropped }) => dropped);
    ofCamera('clad_camera_missed', 'Triggers without a picture.', ({ missed }) => missed);
    ofCamera('clad_camera_connections', 'How often it was connected to.', ({ connections }) => connections);
    this.#drift = new DriftGauges(this.#registry, []);
  }

  /**
   * Listens for whoever asks.
   * @param address - [host:]port; 127.0.0.1 without a host
   * @returns where
   * @throws ADDRESS_UNUSABLE
   */
  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<string> {
    const server = createServer(async (request, response) => {
      if (request.url?.split('?')[0] !== '/metrics') {
        response.writeHead(404).end('There is /metrics alone.\n');
        return;
      }
      try {
        const text = await this.#registry.metrics();
        response.writeHead(200, { 'Content-Type': this.#registry.contentType }).end(text);
      } catch (error) {
        // Who asks how it stands must not end it.
        response.writeHead(500).end(`${reasonOf(error)}\n`);
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    }).catch((error: unknown) => {
      throw new CladError('ADDRESS_UNUSABLE', {
        address: `${host}:${port}`,
        reason: reasonOf(error),
        flags: '--metrics',
      });
    });
    // Of a connection that could not be taken, for want of file handles: the next may be.
    server.on('error', () => {});
    this.#server = server;
    const bound = server.address();
    return `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' ? bound?.port : port}/metrics`;
  }

  /** @param status - tells how it stands */
  started(status: () => WatchStatus): void {
    this.#status = status;
  }

  /** From now on what is judged is compared with what a run knows. @returns why there are no gauges of drift; undefined where there are */
  async follow(run: string): Promise<string | undefined> {
    this.#followed = { run, sha256: '' };
    return this.#follow(run);
  }

  async #follow(run: string): Promise<string | undefined> {
    try {
      this.#drift.follow({}, await LiveDrift.of(run));
      return undefined;
    } catch (error) {
      this.#drift.follow({}, undefined);
      return reasonOf(error);
    }
  }

  judged(judgement: Judgement): void {
    const { class: name, verdict, decision, score } = judgement;
    this.#judgements.inc({ class: name ?? 'none', verdict: verdict ?? 'none', decision: decision ?? 'none' });
    if (name === null || score === null) return;
    this.#newDetector(judgement.modelSha256);
    this.#scores.observe({ class: name }, score);
    this.#drift.of({})?.add({ class: name, score, verdict, seen: seenIn(judgement) });
  }

  /** The one of before is compared with nothing any more. */
  #newDetector(sha256: string): void {
    const followed = this.#followed;
    if (!followed || followed.sha256 === sha256) return;
    if (followed.sha256 !== '') void this.#follow(followed.run);
    followed.sha256 = sha256;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
