/** @file The methods that come with the program, by name. */
import { cflow } from './cflow/cflow.ts';
import { clad } from './clad/clad.ts';
import type { Method } from './contract.ts';
import { cras } from './cras/cras.ts';
import { dinomaly } from './dinomaly/dinomaly.ts';
import { draem } from './draem/draem.ts';
import { glass } from './glass/glass.ts';
import { patchcore } from './patchcore/patchcore.ts';
import { rad } from './rad/rad.ts';
import { rd } from './rd/rd.ts';
import { simplenet } from './simplenet/simplenet.ts';
import { subspace } from './subspace/subspace.ts';
import { uniad } from './uniad/uniad.ts';

/** The first is the default. A new one needs its folder and a line here. */
const all: readonly Method[] = [
  clad,
  patchcore,
  simplenet,
  glass,
  cras,
  rd,
  uniad,
  cflow,
  draem,
  dinomaly,
  subspace,
  rad,
];

export const methods: ReadonlyMap<string, Method> = new Map(all.map((method) => [method.name, method]));
export const methodNames: readonly string[] = [...methods.keys()];
export const defaultMethod = clad.name;
