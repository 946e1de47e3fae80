/** @file A step of the training of a level's flow. */
import { cast, gather, mean, neg, softplus, type Tensor } from '../../graph/index.ts';
import type { BatchSpec, StepBuilder } from '../../training/program.ts';
import { type LevelFlow, logLikelihood, placesOf } from './flow.ts';

/** What a step is fed. */
export function levelSpec({ level }: LevelFlow, batch: number): BatchSpec {
  return {
    patches: { dtype: 'float16', shape: [batch, level.channels] },
    /** Numbers of the places that they are from. */
    places: { dtype: 'int64', shape: [batch] },
  };
}

/** One gradient step on patches of a level: how surely each is normal, where its likelihood stands for the logit, as the publication's code has it. */
export function cflowStep(flow: LevelFlow): StepBuilder {
  return (parameters, batch) => {
    const told = gather(placesOf((batch.places as Tensor).graph, flow), batch.places as Tensor);
    const rows = cast(batch.patches as Tensor, 'float32');
    const total = mean(softplus(neg(logLikelihood(rows, told, flow, parameters))));
    return { losses: { total }, statistics: {} };
  };
}
