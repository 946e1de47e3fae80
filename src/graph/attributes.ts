/** @file Attributes of a node by name and type, with the default that ONNX gives them. */
import type { Attribute } from './node.ts';
import { type AttributeProto, attributeType, toNumber } from './onnx.ts';

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

/** Undefined where the node does not have it. */
export function floatsOf(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = of(attributes, name);
  return value && 'floats' in value ? value.floats : undefined;
}

/**
 * The attributes with their types. The first files did not say them: the value that is there tells. What is neither said nor there, a 0
 * perhaps, stays without.
 */
export function withTypes(attributes: readonly AttributeProto[]): readonly AttributeProto[] {
  if (attributes.every(({ type }) => type)) return attributes;
  return attributes.map((each) => (each.type ? each : { ...each, type: typeOf(each) }));
}

function typeOf({ t, g, s, f, i, floats, ints }: AttributeProto): number {
  if (t) return attributeType.TENSOR;
  if (g) return attributeType.GRAPH;
  if (ints?.length) return attributeType.INTS;
  if (floats?.length) return attributeType.FLOATS;
  if (s?.length) return attributeType.STRING;
  if (f) return attributeType.FLOAT;
  return i !== undefined && toNumber(i) !== 0 ? attributeType.INT : 0;
}

/** Those of a file's node; bodies of graphs are left out. */
export function readAttributes(attributes: readonly AttributeProto[] = []): Record<string, Attribute> {
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const value = readAttribute(attribute);
      return value ? [[attribute.name, value]] : [];
    }),
  );
}

function readAttribute({ type, i, ints, f, floats, s, t }: AttributeProto): Attribute | undefined {
  switch (type) {
    case attributeType.INT:
      return { int: toNumber(i ?? 0) };
    case attributeType.INTS:
      return { ints: (ints ?? []).map(toNumber) };
    case attributeType.FLOAT:
      return { float: f ?? 0 };
    case attributeType.FLOATS:
      return { floats: [...(floats ?? [])] };
    case attributeType.STRING:
      return { string: new TextDecoder().decode(s) };
    case attributeType.TENSOR:
      return t && { tensor: t };
    default:
      return undefined;
  }
}
