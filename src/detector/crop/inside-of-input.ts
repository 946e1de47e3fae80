/** @file What a detector's graph looks at of each image where its region follows the part, as one more output: in what the network sees, which is the crop where it crops. */
import type { ModelProto } from '../../graph/index.ts';
import { dtypeCode } from '../../graph/tensor.ts';
import { insideOutput } from '../roi/found-names.ts';
import { findsParts, mapShape } from '../roi/roi-constants.ts';
import { crops, insideOfCrop } from './crop-graph.ts';

/** Output of `withInsideOfInput`. */
export const insideOfInput = 'inside_of_input';

/** The model with the output, uint8 [N, height, width]; as it is where no region follows the part. */
export function withInsideOfInput(model: ModelProto): ModelProto {
  if (!findsParts(model)) return model;
  const { graph } = model;
  const value = crops(model) ? insideOfCrop(model) : insideOutput;
  if (value === undefined) return model;
  const { width, height } = mapShape(model).size;
  const dim = [{ dimParam: 'N' }, { dimValue: height }, { dimValue: width }];
  const output = {
    name: insideOfInput,
    type: { tensorType: { elemType: dtypeCode.uint8, shape: { dim } } },
  };
  const node = { opType: 'Identity', input: [value], output: [insideOfInput] };
  return {
    ...model,
    graph: { ...graph, node: [...(graph.node ?? []), node], output: [...(graph.output ?? []), output] },
  };
}
