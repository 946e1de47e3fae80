/** @file Attributes of a node by name and type, with the default that ONNX gives them. */
import type { Attribute } from './node.ts';

export type Attributes = Readonly<Record<string, Attribute>>;

function of(attributes: Attributes, name: string): Attribute | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

export function intOf(attributes: Attributes, name: string, otherwise: number): number {
  const value = of(attributes, name);
  return value && 'int' in value ? value.int : otherwise;
}

export function floatOf(attributes: Attributes, name: string, otherwise: number): number {
  const value = of(attributes, name);
  return value && 'float' in value ? value.float : otherwise;
}

export function stringOf(attributes: Attributes, name: string, otherwise: string): string {
  const value = of(attributes, name);
  return value && 'string' in value ? value.string : otherwise;
}

/** Undefined where the node does not have it. */
export function intsOf(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = of(attributes, name);
  return value && 'ints' in value ? value.ints : undefined;
}
