/** @file Losses of a training as they fall, drawn as in its report. */
import { scaleLinear } from 'd3-scale';
import { useMemo } from 'preact/hooks';
import { box } from '../../../src/report/chart/frame.ts';
import { lineChart } from '../../../src/report/chart/lines.ts';
import { legend } from '../../../src/report/chart/series.ts';
import type { LogView } from '../../../src/studio/api.ts';
import { Drawn } from '../components/drawn.tsx';
import { texts } from '../texts/texts.ts';

export function LossCharts({ log }: { readonly log: LogView }) {
  return (
    <div class="charts">
      {log.stages
        .filter(({ steps }) => steps.length > 1)
        .map((stage) => (
          <LossChart key={stage.stage} stage={stage} />
        ))}
    </div>
  );
}

function LossChart({ stage: { stage, steps, losses } }: { readonly stage: LogView['stages'][number] }) {
  const title = texts.value.trainPage.losses(stage);
  const words = texts.value.charts;
  const markup = useMemo(() => {
    const names = Object.keys(losses);
    const values = names.flatMap((name) => (losses[name] ?? []).filter((value) => value !== null));
    const x = scaleLinear([steps[0] ?? 0, steps.at(-1) ?? 1], [box.left, box.width - box.right]);
    const y = scaleLinear(
      [Math.min(0, ...values), Math.max(...values, 1e-9)],
      [box.height - box.bottom, box.top],
    );
    const lines = names.map((name, series) => ({
      name,
      series,
      x: steps,
      y: (losses[name] ?? []).map((value) => value ?? Number.NaN),
    }));
    return lineChart(
      {
        title,
        description: names.join(', '),
        x: { label: words.step, scale: x },
        y: { label: words.loss, scale: y },
        note: legend(names),
      },
      lines,
    );
  }, [title, words, steps, losses]);
  return <Drawn markup={markup} />;
}
