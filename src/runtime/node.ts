/** @file ONNX Runtime in Node (onnxruntime-node), on the CPU, WebGPU or CUDA. */
import * as ort from 'onnxruntime-node';
import { anything, oneOf, optional, requireFields } from '../core/arguments.ts';
import { CladError, firstLineOf } from '../core/errors.ts';
import { cpuNodes } from '../graph/cpu-node.ts';
import { defaultThreads } from './default-threads.ts';
import { type Device, devices, type Engine, type Session } from './engine.ts';
import { runSession } from './run-session.ts';

// What goes wrong comes as an exception; the engine need not print it as well.
ort.env.logLevel = 'fatal';

export interface NodeEngineOptions {
  /** @default 'cpu' */
  readonly device?: Device;
  /** Threads one operation may use, at least 1. @default `CLAD_THREADS` of the environment, else the machine's cores */
  readonly threads?: number;
}

/**
 * An engine on this machine. Devices other than the CPU are tried at once with a tiny model.
 * @throws DEVICE_UNAVAILABLE when the device or its driver is not there
 */
export async function nodeEngine(options: NodeEngineOptions = {}): Promise<Engine> {
  requireFields('nodeEngine', 'options', options, { device: optional(oneOf(devices)), threads: anything });
  const { device = 'cpu', threads = defaultThreads() } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new CladError('OPTION_INVALID', {
      option: 'threads',
      expected: 'an integer of at least 1',
      actual: threads,
    });
  }
  const engine: Engine = {
    device,
    threads,
    async load(model) {
      return nodeSession(await createSession(model, device, threads));
    },
  };
  if (device !== 'cpu') await probe(engine);
  return engine;
}

const providers: Readonly<Record<Device, ort.InferenceSession.ExecutionProviderConfig[]>> = {
  cpu: ['cpu'],
  webgpu: [{ name: 'webgpu', forceCpuNodeNames: [...cpuNodes] }, 'cpu'],
  cuda: ['cuda', 'cpu'],
};

async function createSession(model: Uint8Array, device: Device, threads: number) {
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: providers[device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  };
  return ort.InferenceSession.create(model, settings);
}

function nodeSession(session: ort.InferenceSession): Session {
  return {
    run: (feeds, outputs) => runSession(session, ort.Tensor, feeds, outputs),
    release: () => session.release(),
  };
}

/** Identity on one number: the smallest model that shows whether a device answers. */
async function probe(engine: Engine): Promise<void> {
  // Loaded where it is needed: on the CPU a detector runs without what makes graphs.
  const { Graph, mul } = await import('../graph/index.ts');
  const graph = new Graph();
  graph.output('y', mul(graph.input('x', 'float32', [1]), 2));
  try {
    const session = await engine.load(graph.toBytes());
    await session.run({ x: { dtype: 'float32', shape: [1], data: new Float32Array([1]) } });
    await session.release();
  } catch (error) {
    const hint =
      engine.device === 'cuda'
        ? "install NVIDIA's driver, CUDA 12 and cuDNN 9, and ONNX Runtime's CUDA libraries (npm rebuild onnxruntime-node --ignore-scripts=false)"
        : 'install a Vulkan, Metal or Direct3D 12 driver';
    const said = firstLineOf(error);
    const reason = /RequestAdapter/.test(said) ? 'no graphics adapter was found' : said;
    throw new CladError('DEVICE_UNAVAILABLE', { device: engine.device, reason, hint }, { cause: error });
  }
}
