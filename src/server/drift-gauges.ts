/** @file Drift as gauges for Prometheus: what `clad drift` says of the newest images, at any time. */
import { Gauge, type Registry } from 'prom-client';
import type { LiveDrift } from '../jobs/drift/live-drift.ts';

const names = {
  clad_drift_alarm:
    '1 where images of now differ from the training, by more than chance and enough to matter.',
  clad_drift_p: 'Probability that chance makes such a difference.',
  clad_drift_higher: 'Probability that an image of now has the higher value; 0.5 where nothing has changed.',
  clad_drift_before: 'Median of the training, or the rate that was expected.',
  clad_drift_now: 'Median of the newest images, or their share.',
} as const;

type Labels = Readonly<Record<string, string>>;

/** Follows detectors; `labels` tell them apart. */
export class DriftGauges {
  readonly #followed = new Map<string, { readonly labels: Labels; readonly drift: LiveDrift }>();

  constructor(registry: Registry, labelNames: readonly string[]) {
    const registers = [registry];
    const all = [...labelNames, 'class', 'what'];
    const followed = () => this.#followed.values();
    for (const [name, help] of Object.entries(names))
      new Gauge({
        ...{ name, help, registers, labelNames: all },
        collect() {
          this.reset();
          for (const { labels, drift } of followed())
            for (const { class: of, what, drifted, p, higher, before, now } of drift.findings) {
              const value = {
                ...{ clad_drift_alarm: Number(drifted), clad_drift_p: p, clad_drift_higher: higher },
                ...{ clad_drift_before: before, clad_drift_now: now },
              }[name as keyof typeof names];
              if (value !== null) this.set({ ...labels, class: of, what: what.replaceAll(' ', '_') }, value);
            }
        },
      });
    new Gauge({
      name: 'clad_drift_images',
      help: 'Newest images that are compared, by class; from 20 on there are the other gauges.',
      labelNames: [...labelNames, 'class'],
      registers,
      collect() {
        this.reset();
        for (const { labels, drift } of followed())
          for (const [of, count] of drift.counts) this.set({ ...labels, class: of }, count);
      },
    });
  }

  /** From now on a detector is compared with what is known of it, or, without, with nothing. */
  follow(labels: Labels, drift: LiveDrift | undefined): void {
    const key = JSON.stringify(labels);
    if (drift) this.#followed.set(key, { labels, drift });
    else this.#followed.delete(key);
  }

  of(labels: Labels): LiveDrift | undefined {
    return this.#followed.get(JSON.stringify(labels))?.drift;
  }
}
