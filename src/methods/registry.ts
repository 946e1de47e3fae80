/** @file The methods by name. */
import { clad } from './clad/clad.ts';
import type { Method, MethodName } from './contract.ts';
import { cras } from './cras/cras.ts';
import { glass } from './glass/glass.ts';
import { patchcore } from './patchcore/patchcore.ts';
import { simplenet } from './simplenet/simplenet.ts';

export const methods: Readonly<Record<MethodName, Method>> = { clad, patchcore, simplenet, glass, cras };
