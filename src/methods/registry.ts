/** @file The methods by name. */
import { clad } from './clad.ts';
import { cras } from './cras.ts';
import { glass } from './glass.ts';
import type { Method, MethodName } from './method.ts';
import { patchcore } from './patchcore.ts';
import { simplenet } from './simplenet.ts';

export const methods: Readonly<Record<MethodName, Method>> = { clad, patchcore, simplenet, glass, cras };
