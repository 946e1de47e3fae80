/**
 * @file The ONNX operators that this program knows: those that it builds graphs of, and those of usual backbones. Each has an entry in
 * the table of gradient rules (rules/index.ts), or that table does not compile.
 */

type Arithmetic =
  | 'Abs'
  | 'Add'
  | 'Ceil'
  | 'Cos'
  | 'Div'
  | 'Erf'
  | 'Exp'
  | 'Floor'
  | 'Log'
  | 'Max'
  | 'Min'
  | 'Mod'
  | 'Mul'
  | 'Neg'
  | 'Pow'
  | 'Reciprocal'
  | 'Round'
  | 'Sign'
  | 'Sin'
  | 'Sqrt'
  | 'Sub'
  | 'Sum'
  | 'Tanh';

type Activation =
  | 'Clip'
  | 'Elu'
  | 'HardSigmoid'
  | 'HardSwish'
  | 'LeakyRelu'
  | 'LogSoftmax'
  | 'Mish'
  | 'PRelu'
  | 'Relu'
  | 'Selu'
  | 'Sigmoid'
  | 'Softmax'
  | 'Softplus';

type Choice =
  | 'And'
  | 'Cast'
  | 'Equal'
  | 'Greater'
  | 'GreaterOrEqual'
  | 'Less'
  | 'LessOrEqual'
  | 'Not'
  | 'Or'
  | 'Where';

type Reduction =
  | 'ArgMax'
  | 'ArgMin'
  | 'GlobalAveragePool'
  | 'GlobalMaxPool'
  | 'ReduceL2'
  | 'ReduceMax'
  | 'ReduceMean'
  | 'ReduceMin'
  | 'ReduceSum'
  | 'TopK';

type Movement =
  | 'Concat'
  | 'Constant'
  | 'ConstantOfShape'
  | 'Dropout'
  | 'Expand'
  | 'Flatten'
  | 'Gather'
  | 'GatherElements'
  | 'GatherND'
  | 'Identity'
  | 'NonZero'
  | 'Pad'
  | 'Range'
  | 'Reshape'
  | 'Resize'
  | 'ScatterElements'
  | 'ScatterND'
  | 'Shape'
  | 'Size'
  | 'Slice'
  | 'Split'
  | 'Squeeze'
  | 'Tile'
  | 'Transpose'
  | 'Unsqueeze';

type Network =
  | 'AveragePool'
  | 'BatchNormalization'
  | 'Conv'
  | 'ConvTranspose'
  | 'Gemm'
  | 'InstanceNormalization'
  | 'LayerNormalization'
  | 'MatMul'
  | 'MatMulInteger'
  | 'MaxPool';

/** An operator that a graph can be built of. A new one needs an entry in rules/index.ts. */
export type Operator = Arithmetic | Activation | Choice | Reduction | Movement | Network | 'Loop';
