/** @file The methods that come with the program, by name. */
import { clad } from './clad/clad.ts';
import type { CommonOptions, Method, View } from './contract.ts';
import { cras } from './cras/cras.ts';
import { glass } from './glass/glass.ts';
import { patchcore } from './patchcore/patchcore.ts';
import { simplenet } from './simplenet/simplenet.ts';

/** The first is the default. A new one needs its folder and a line here. */
const all: readonly Method[] = [
  general(clad),
  general(patchcore),
  general(simplenet),
  general(glass),
  general(cras),
];

/** A method whose options nobody looks into. They are checked by its own schema before any of its functions is given them. */
function general<O extends CommonOptions, V extends View>(method: Method<O, V>): Method {
  return method as unknown as Method;
}

export const methods: ReadonlyMap<string, Method> = new Map(all.map((method) => [method.name, method]));
export const methodNames: readonly string[] = [...methods.keys()];
export const defaultMethod = clad.name;
