/** @file Networks under training as a session: their parameters are fed, so that one serves all validations. */
import { Random } from '../../core/random.ts';
import { Graph, type Tensor } from '../../graph/index.ts';
import type { Parameters } from '../../nn/parameters.ts';
import type { ParameterTensors } from '../../nn/perceptron.ts';
import { type Engine, float32, floats, type Session, type TensorValue } from '../../runtime/engine.ts';
import type { PatchNetworks } from './patch-networks.ts';

/** A graph that is given rows and parameters. */
export interface ScoreSession {
  /**
   * @param rows - by name, each [count, width]
   * @returns the graph's outputs by name
   */
  run(
    parameters: Parameters,
    rows: Readonly<Record<string, Float32Array>>,
  ): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
}

/**
 * @param width - of a row
 * @param names - of the rows that are fed, alike many
 * @param build - outputs by name, of these rows and the parameters
 */
export async function scoreSession<Name extends string>(
  engine: Engine,
  width: number,
  networks: Pick<PatchNetworks, 'initial'>,
  names: readonly Name[],
  build: (rows: Readonly<Record<Name, Tensor>>, parameters: ParameterTensors) => Record<string, Tensor>,
): Promise<ScoreSession> {
  const graph = new Graph();
  const rows = Object.fromEntries(
    names.map((name) => [name, graph.input(name, 'float32', ['rows', width])]),
  ) as Record<Name, Tensor>;
  const parameters = Object.fromEntries(
    // First values, for names and shapes.
    Object.entries(networks.initial(new Random('example'))).map(([name, { shape }]) => [
      name,
      graph.input(name, 'float32', shape),
    ]),
  );
  for (const [name, value] of Object.entries(build(rows, parameters))) graph.output(name, value);
  const session: Session = await engine.load(graph.toBytes());
  return {
    async run(values, given) {
      const feeds: Record<string, TensorValue> = {};
      for (const [name, { shape, data }] of Object.entries(values)) feeds[name] = float32(data, shape);
      for (const [name, data] of Object.entries(given))
        feeds[name] = float32(data, [data.length / width, width]);
      const outputs = await session.run(feeds);
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, floats(value)]));
    },
    release: () => session.release(),
  };
}
