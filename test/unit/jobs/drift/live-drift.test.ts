/** @file Drift as it goes: the newest images of each class, as gauges, and unknown parts of all classes together. */
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import { LiveDrift } from '../../../../src/jobs/drift/live-drift.ts';
import { risingUnknown } from '../../../../src/jobs/drift/rising-unknown.ts';
import { DriftGauges } from '../../../../src/server/drift-gauges.ts';

/** An image's light around a brightness. */
const seen = (random: Random, brightness: number) => ({
  ...{ mean: random.normal(brightness, 3), contrast: random.normal(40, 1), warmth: random.normal(0, 1) },
  ...{ green: random.normal(0, 1), sharpness: random.normal(12, 0.3), clippedDark: 0, clippedBright: 0 },
});

/** A class whose good images have brightness 120 and scores about 2; the threshold is 5. */
function bottle(): LiveDrift {
  const random = new Random('reference');
  const many = Array.from({ length: 100 }, () => 0);
  const reference = {
    ...{ class: 'bottle', scores: many.map(() => random.normal(2, 0.5)) },
    ...{ seen: many.map(() => seen(random, 120)), threshold: { value: 5, rate: 0.02, images: 100 } },
  };
  return new LiveDrift({ references: [reference], level: 1e-5 });
}

/** Images of now. */
function feed(drift: LiveDrift, count: number, brightness: number, name = 'bottle'): void {
  const random = new Random(name, brightness);
  for (let image = 0; image < count; image++)
    drift.add({
      class: name,
      score: random.normal(2, 0.5),
      verdict: 'normal',
      seen: seen(random, brightness),
    });
}

const alarms = (drift: LiveDrift) => drift.findings.filter(({ drifted }) => drifted).map(({ what }) => what);

describe('drift as it goes', () => {
  it('is none of the training itself, and forgets what is old', () => {
    const same = bottle();
    feed(same, 300, 120);
    expect([alarms(same), same.counts.get('bottle')]).toEqual([[], 200]);
    const darker = bottle();
    feed(darker, 200, 120);
    feed(darker, 200, 100);
    expect(alarms(darker)).toEqual(['brightness']);
  });

  it('says nothing of few images, and of a class that nothing is known of', () => {
    const drift = bottle();
    feed(drift, 19, 60);
    feed(drift, 50, 60, 'screw');
    expect(drift.findings.filter(({ class: name }) => name !== 'all')).toEqual([]);
  });

  it('is read as gauges, one for each comparison', async () => {
    const registry = new Registry();
    const gauges = new DriftGauges(registry, ['detector']);
    const drift = bottle();
    feed(drift, 60, 100);
    gauges.follow({ detector: 'parts' }, drift);
    const text = await registry.metrics();
    const of = (name: string, what: string) =>
      Number(
        new RegExp(`^${name}\\{detector="parts",class="bottle",what="${what}"\\} (\\S+)$`, 'm').exec(
          text,
        )?.[1],
      );
    expect([of('clad_drift_alarm', 'brightness'), of('clad_drift_alarm', 'score')]).toEqual([1, 0]);
    expect(of('clad_drift_before', 'brightness')).toBeCloseTo(120, -1);
    expect(of('clad_drift_now', 'brightness')).toBeCloseTo(100, -1);
    expect(of('clad_drift_higher', 'brightness')).toBeLessThan(0.01);
    expect(of('clad_drift_p', 'brightness')).toBeLessThan(1e-5);
    expect(of('clad_drift_p', 'clipped_dark')).toBe(1);
    expect(text).toContain('clad_drift_images{detector="parts",class="bottle"} 60');
    gauges.follow({ detector: 'parts' }, undefined);
    expect(await registry.metrics()).not.toContain('bottle');
  });
});

describe('a rising share of unknown parts', () => {
  const verdicts = (...shares: readonly (readonly [number, number])[]) =>
    shares.flatMap(([unknown, images]) =>
      Array.from({ length: images }, (_, at) => (at < unknown ? 'unknown' : 'normal')),
    );

  it('is told, and not that of all times', () => {
    const [rise] = risingUnknown(verdicts([1, 200], [30, 200]), 1e-4);
    expect(rise).toMatchObject({ class: 'all', before: 0.005, now: 0.15, drifted: true });
    expect(rise!.sentence).toContain(
      '15 % of the newer images look like no known class, and 0.5 % of the older',
    );
    expect(risingUnknown(verdicts([30, 200], [33, 200]), 1e-4)[0]!.drifted).toBe(false);
    expect(risingUnknown(verdicts([30, 200], [1, 200]), 1e-4)[0]!.drifted).toBe(false);
    expect(risingUnknown(verdicts([0, 19], [19, 19]), 1)).toEqual([]);
  });
});
