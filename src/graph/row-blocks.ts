/**
 * @file Large products of matrices, written in blocks of rows. ONNX Runtime multiplies by panels of the second operand and goes through all rows for each;
 * where rows and panels together outgrow a core's own cache it reaches two thirds of what it reaches on a few hundred rows
 * (docs/performance.md). Each row is computed as before, so the numbers are the same.
 */
import { intOf } from './attributes.ts';
import type { Node } from './node.ts';
import type { NodeProto } from './onnx.ts';
import { attributeType } from './onnx.ts';

/** Rows of a block. */
const blockRows = 512;
/** Products of fewer rows are written as they are. */
const leastRows = 2048;
/** So are those of more: the blocks are copies, and of so many rows they would take memory that counts. */
const mostRows = 16_384;
/** So are those whose second operand has fewer values: 1 MB, what a core's own cache holds. */
const leastValues = 2 ** 18;

/** How many blocks a node's rows are written in; 1 for what is no large product of matrices of known sizes. */
export function blocksOf({ operation, inputs: [a, b, c], attributes, onCpu }: Node): number {
  if (onCpu || (operation !== 'MatMul' && operation !== 'Gemm')) return 1;
  if (a?.shape.length !== 2 || b?.shape.length !== 2 || (c && c.shape.length !== 1)) return 1;
  if (operation === 'Gemm' && intOf(attributes, 'transA', 0) === 1) return 1;
  const [rows] = a.shape;
  const [inner, columns] = b.shape;
  if (typeof rows !== 'number' || typeof inner !== 'number' || typeof columns !== 'number') return 1;
  if (rows < leastRows || rows > mostRows || inner * columns < leastValues) return 1;
  return Math.ceil(rows / blockRows);
}

/**
 * The node as nodes: its rows split, each block's product, and these joined. The last block may be smaller.
 * @param proto - the node as it would be written by itself
 */
export function inBlocks(proto: NodeProto, blocks: number): NodeProto[] {
  const [rows = '', ...others] = proto.input ?? [];
  const [result = ''] = proto.output ?? [];
  // The result's name is unique in the file, so these are too.
  const named = (kind: string) => Array.from({ length: blocks }, (_, block) => `${result}/${kind}${block}`);
  const [parts, products] = [named('rows'), named('product')];
  const integer = (name: string, value: number) => ({ name, type: attributeType.INT, i: value });
  return [
    {
      opType: 'Split',
      input: [rows],
      output: parts,
      attribute: [integer('axis', 0), integer('num_outputs', blocks)],
    },
    ...parts.map((part, block) => ({ ...proto, input: [part, ...others], output: [products[block]!] })),
    { opType: 'Concat', input: products, output: [result], attribute: [integer('axis', 0)] },
  ];
}
