/**
 * @file ONNX's Loop as a program: named state goes round inside the engine, and what each turn yields is stacked.
 * Training writes its weights, optimiser moments and statistics as state, so they never leave the engine between steps.
 */
import type { Graph } from './graph.ts';
import { refuse, shapeText, type Tensor } from './tensor.ts';

/** One turn: reads the turn's number (int64 scalar) and the state, gives the next state and what to stack. */
export type LoopBody<State extends string> = (
  body: Graph,
  turn: Tensor,
  state: Record<State, Tensor>,
) => { state: Record<State, Tensor>; outputs: Record<string, Tensor> };

/**
 * Runs a body a number of times.
 * @param graph - where the loop stands; the body may use its values
 * @param turns - int64 scalar
 * @param initial - the state before the first turn; shapes and types stay the same throughout
 * @returns the last state, and each output with a leading axis of one entry a turn
 * @throws GRAPH_SHAPE when the body changes the shape or type of a state
 */
export function loop<State extends string>(
  graph: Graph,
  turns: Tensor,
  initial: Record<State, Tensor>,
  bodyOf: LoopBody<State>,
): { state: Record<State, Tensor>; outputs: Record<string, Tensor> } {
  const names = Object.keys(initial) as State[];
  const body = graph.child();
  const turn = body.input(body.uniqueName('turn').concat('_in'), 'int64', []);
  const going = body.input(body.uniqueName('going').concat('_in'), 'bool', []);
  const before = {} as Record<State, Tensor>;
  for (const name of names) {
    const { dtype, shape } = initial[name];
    before[name] = body.input(body.uniqueName(name).concat('_in'), dtype, shape);
  }
  const result = bodyOf(body, turn, before);
  body.output(body.uniqueName('going_out'), going);
  for (const name of names) {
    const [was, is] = [initial[name], result.state[name]];
    if (was.dtype !== is.dtype || shapeText(was.shape) !== shapeText(is.shape)) {
      refuse('Loop', `state ${name} changes from ${was.dtype} to ${is.dtype}`, was.shape, is.shape);
    }
    body.output(body.uniqueName(`${name}_out`), is);
  }
  const stacked = Object.entries(result.outputs);
  for (const [name, value] of stacked) body.output(body.uniqueName(`${name}_out`), value);

  const tensors = graph.add(
    'Loop',
    [turns, undefined, ...names.map((name) => initial[name])],
    [
      ...names.map((name) => ({ dtype: initial[name].dtype, shape: initial[name].shape })),
      ...stacked.map(([, { dtype, shape }]) => ({ dtype, shape: ['turns', ...shape] })),
    ],
    { attributes: { body: { graph: body } } },
  );
  const state = {} as Record<State, Tensor>;
  names.forEach((name, index) => {
    state[name] = tensors[index] as Tensor;
  });
  const outputs = Object.fromEntries(
    stacked.map(([name], index) => [name, tensors[names.length + index] as Tensor]),
  );
  return { state, outputs };
}
