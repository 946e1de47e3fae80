/** @file The paper's columns beside ours. */
import { describe, expect, it } from 'vitest';
import type { ClassRecord } from '../../../src/evaluation/evaluator.ts';
import { besidePaper } from '../../../src/evaluation/published.ts';

const record = (imageAuroc: number, auproDilated: number | null = 0.9) =>
  ({ imageAuroc, pixelAuroc: 0.95, auproDilated }) as ClassRecord;

describe("the table beside the paper's", () => {
  it('shows the classes that both have, and their means', () => {
    const table = besidePaper({
      classes: { screw: record(0.8), bolt: record(0.1), leather: record(1, null) },
    });
    expect(table?.rows).toEqual([
      ['screw', '0.914', '0.800', '0.975', '0.950', '0.971', '0.900'],
      ['leather', '1.000', '1.000', '0.985', '0.950', '0.980', '-'],
      ['mean', '0.957', '0.900', '0.980', '0.950', expect.stringMatching(/^0\.97[56]$/), '-'],
    ]);
  });

  it('is left out where the paper has none of the classes', () => {
    expect(besidePaper({ classes: { bolt: record(1) } })).toBeUndefined();
  });

  it('has the means that the paper prints', () => {
    const of = (names: string[]) =>
      besidePaper({ classes: Object.fromEntries(names.map((name) => [name, record(1)])) })!.rows.at(-1)!;
    const mvtec =
      'bottle cable capsule carpet grid hazelnut leather metal_nut pill screw tile toothbrush transistor wood zipper';
    const visa = 'candle capsules cashew chewinggum fryum macaroni1 macaroni2 pcb1 pcb2 pcb3 pcb4 pipe_fryum';
    // To two tenths: it rounds in its own way.
    const close = (row: readonly string[], printed: readonly number[]) =>
      printed.forEach((value, column) => {
        expect(Math.abs(100 * Number(row[1 + 2 * column]) - value)).toBeLessThan(0.2);
      });
    close(of(mvtec.split(' ')), [97.5, 97, 96]);
    close(of(visa.split(' ')), [91, 96.1, 94.9]);
  });
});
