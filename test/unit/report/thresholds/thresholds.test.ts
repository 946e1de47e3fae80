/** @file What the page's slider is made of: positions, images around a threshold, decisions, and the command. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctScores } from '../../../../src/evaluation/trade-off.ts';
import { classTradeOff } from '../../../../src/jobs/trade-off/class-trade-off.ts';
import { calibrateCommand, decisionOf, runPath } from '../../../../src/report/thresholds/control.ts';
import { controlData } from '../../../../src/report/thresholds/control-data.ts';
import { around, positionOf, thresholdAt } from '../../../../src/report/thresholds/slider.ts';

const scores = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 30 });

describe('the slider', () => {
  it('has a position between each two scores, whose threshold is there', () => {
    fc.assert(
      fc.property(scores, (some) => {
        const sorted = distinctScores({ good: some, defective: [] });
        for (let position = 0; position <= sorted.length; position++)
          expect(positionOf(thresholdAt(position, sorted), sorted)).toBe(position);
      }),
    );
  });

  it('names the images nearest to the threshold on both sides', () => {
    const images = [5, 1, 4, 2, 3, 3].map((score) => ({ score }));
    const found = (threshold: number) => around(threshold, images, 2).map(({ score }) => score);
    expect(found(2.5)).toEqual([3, 3, 2, 1]);
    expect(found(3)).toEqual([5, 4, 3, 3]);
    expect(found(9)).toEqual([5, 4]);
    expect(found(0)).toEqual([2, 1]);
  });

  it('decides as a detector does', () => {
    expect([4, 3, 2, 1].map((score) => decisionOf(score, 3, 1.5))).toEqual([
      'reject',
      'check',
      'check',
      'pass',
    ]);
    // A second threshold that is not below the first goes when that is set.
    expect(decisionOf(1.4, 1.4, 1.5)).toBe('pass');
    expect(decisionOf(2, 3, null)).toBe('pass');
  });
});

describe('the command', () => {
  const moved = [
    ["it's; rm -rf $(x)", 4.2],
    ['screw', -1e-7],
  ] as const;

  it('quotes what a shell would read otherwise', () => {
    expect(calibrateCommand({ run: 'my runs/a', windows: false }, moved)).toBe(
      `clad calibrate 'my runs/a' --threshold 'it'\\''s; rm -rf $(x)=4.2' --threshold screw=-1e-7 --out line.onnx`,
    );
    expect(calibrateCommand({ run: 'C:\\runs\\a b', windows: true }, [['screw', 3]])).toBe(
      'clad calibrate "C:\\runs\\a b" --threshold screw=3 --out line.onnx',
    );
  });
});

describe('the path of the run', () => {
  const data = { run: 'a #1', fromPage: '..', windows: false };

  it('is whole where the page lies beside the run', () => {
    expect(runPath(data, 'file:///work/my%20runs/a%20%231/report/index.html')).toBe('/work/my runs/a #1');
    expect(runPath({ ...data, fromPage: '../runs/a #1' }, 'file:///work/rep/index.html#scores')).toBe(
      '/work/runs/a #1',
    );
    const windows = { ...data, run: 'a', windows: true };
    expect(runPath(windows, 'file:///C:/runs/a/report/index.html')).toBe('C:\\runs\\a');
  });

  it('is what the page was told where it lies elsewhere', () => {
    expect(runPath(data, 'file:///home/mail/report/index.html')).toBe('a #1');
    expect(runPath(data, 'https://example.org/a%20%231/report/index.html')).toBe('a #1');
    expect(runPath({ run: 'runs/a', windows: false }, 'file:///runs/a/report/index.html')).toBe('runs/a');
  });
});

describe('the data of the script', () => {
  it('has all scores, the threshold as it is printed, and names below the folder that all share', () => {
    const good = {
      source: 'held-out',
      images: [{ path: '/data/parts/screw/train/good/1.png', score: 2 }],
    } as const;
    const defects = {
      source: 'synthetic',
      images: [{ path: '/data/parts/disc/train/2.png', score: 3 }],
    } as const;
    const threshold = { threshold: 2.000000123456, achievableRate: 0.02, requestedRate: 0.02, count: 49 };
    const each = classTradeOff('screw', { ...threshold, checkAbove: 1.5 }, { good, defects });
    expect(controlData({ run: 'runs/a' }, [each]).classes).toEqual([
      {
        name: 'screw',
        now: 2,
        checkAbove: 1.5,
        synthetic: true,
        good: [[2, 'screw/train/good/1.png']],
        defective: [[3, 'disc/train/2.png']],
      },
    ]);
  });

  it('names of very many images only those near the threshold', () => {
    const images = Array.from({ length: 3000 }, (_, at) => ({ path: `a/b/${at}.png`, score: at }));
    const threshold = { threshold: 2500, achievableRate: 0.02, requestedRate: 0.02, count: 49 };
    const each = classTradeOff('screw', threshold, {
      good: { source: 'test', images },
      defects: { source: 'test', images: [] },
    });
    const [only] = controlData({ run: 'runs/a' }, [each]).classes;
    expect(only!.good).toHaveLength(3000);
    const named = only!.good.filter(([, path]) => path !== undefined);
    expect(named).toHaveLength(1000);
    expect(named[0]).toEqual([2999, '2999.png']);
    expect(named.at(-1)![0]).toBe(2000);
  });
});
