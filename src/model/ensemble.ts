/**
 * @file Several networks of one shape, trained side by side from different first values, whose outputs are averaged (deep ensembles:
 * Lakshminarayanan et al., 2017). Where they were taught they agree; where they guess they do not, and the mean guesses less.
 */
import { add, mul, type Tensor } from '../graph/index.ts';
import { type NetworkOutputs, networksInference } from './networks.ts';
import type { ParameterTensors } from './perceptron.ts';

const memberName = /^member(\d+)\.(.*)$/;

/** The members' values under one roof, e.g. `member1.adaptor.0.weight`; a single one keeps its names. */
export function joinMembers<T>(members: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  if (members.length === 1) return { ...members[0] };
  return Object.fromEntries(
    members.flatMap((member, index) =>
      Object.entries(member).map(([name, value]) => [`member${index}.${name}`, value]),
    ),
  );
}

/** The inverse of `joinMembers`; values that belong to no member are left out, unless there are no members. */
export function splitMembers<T>(values: Readonly<Record<string, T>>): Record<string, T>[] {
  const members: Record<string, T>[] = [];
  for (const [name, value] of Object.entries(values)) {
    const [, index, own] = memberName.exec(name) ?? [];
    if (index === undefined || own === undefined) continue;
    members[Number(index)] ??= {};
    (members[Number(index)] as Record<string, T>)[own] = value;
  }
  return members.length === 0 ? [{ ...values }] : members;
}

/** Means of the members' outputs, with fixed statistics: rows do not influence each other. */
export function ensembleInference(
  x: Tensor,
  parameters: ParameterTensors,
): Pick<NetworkOutputs, 'logits' | 'score'> {
  const outputs = splitMembers(parameters).map((member) => networksInference(x, member));
  return {
    logits: meanOf(outputs.map(({ logits }) => logits)),
    score: meanOf(outputs.map(({ score }) => score)),
  };
}

/** @param tensors - at least one, of one shape */
export function meanOf(tensors: readonly Tensor[]): Tensor {
  const total = tensors.reduce((sum, tensor) => add(sum, tensor));
  return tensors.length === 1 ? total : mul(total, 1 / tensors.length);
}
