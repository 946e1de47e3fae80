/** The training steps of the methods that train a network on whole feature maps, on the layers of a ResNet-50, or on photographs, as their preset `fast` has them. */

import { Random } from '../dist/core/random.js';
import { loadBackbone } from '../dist/features/backbones/backbone.js';
import { levelsOf } from '../dist/features/store/extract-maps.js';
import { cflowStep, levelSpec } from '../dist/methods/cflow/cflow-step.js';
import { flowParameters, flowsOf } from '../dist/methods/cflow/flow.js';
import { decoderFor } from '../dist/methods/dinomaly/dinomaly.js';
import { draemStep, stepSpec } from '../dist/methods/draem/draem-step.js';
import { draemParameters, draemShape } from '../dist/methods/draem/networks.js';
import { studentFor } from '../dist/methods/rd/rd.js';
import { loadMethod } from '../dist/methods/registry.js';
import { stepOnMaps } from '../dist/methods/shared/maps/plan-maps.js';
import { reconstructorFor } from '../dist/methods/uniad/uniad.js';

const networks = { rd: studentFor, uniad: reconstructorFor, dinomaly: decoderFor };

/** A method's options, and the levels that it sees of a backbone. */
async function seenBy(name, { engine, backbone: file }) {
  const backbone = await loadBackbone(file, {}, engine);
  const method = await loadMethod(name);
  const options = method.adapt(method.presets.fast, backbone);
  const view = await method.view(options, backbone, { engine });
  return { options, view, levels: levelsOf(backbone, view) };
}

/**
 * The steps that are measured: `program` for the engine, whole numbers below `below`, and `torch`, what PyTorch makes the same step of (torch/rivals.py).
 * @returns a list, as cflow has a step for each level
 */
export async function rivalSteps(context) {
  const steps = [];
  for (const [name, networkOf] of Object.entries(networks)) {
    const { options, view, levels } = await seenBy(name, context);
    const network = await networkOf({ options, view })(levels, async () => 1);
    const { batch } = options.training;
    const parameters = network.parameters(new Random('bench'));
    steps.push({
      name: `${name}, fast, batch ${batch}`,
      program: stepOnMaps(network, parameters, levels, batch, options.optimizer),
      below: 1,
      torch: { kind: name, options: { levels, batch, options } },
    });
  }
  const { options, levels } = await seenBy('cflow', context);
  for (const flow of flowsOf(levels, options.flow, 0)) {
    const { batch } = options.training;
    const { level } = flow;
    steps.push({
      name: `cflow, fast, ${level.channels} channels, batch ${batch}`,
      program: {
        parameters: flowParameters(flow, new Random('bench')),
        spec: levelSpec(flow, batch),
        step: cflowStep(flow),
        optimizer: options.optimizer,
      },
      below: level.rows * level.columns,
      torch: { kind: 'cflow', options: { level, batch, options } },
    });
  }
  steps.push(await draem(context));
  return steps;
}

/** On photographs, not on layers. */
async function draem(context) {
  const { options, view } = await seenBy('draem', context);
  const { training, network, optimizer } = options;
  const { batch } = training;
  const { width, height } = view.geometry;
  const shape = draemShape(network);
  return {
    name: `draem, fast, ${width} pixels, batch ${batch}`,
    program: {
      parameters: draemParameters(shape, new Random('bench'), network.deviation),
      spec: stepSpec(batch, view.geometry),
      step: draemStep(shape, network.gamma),
      optimizer,
    },
    below: 256,
    torch: { kind: 'draem', options: { size: { width, height }, batch, options } },
  };
}
