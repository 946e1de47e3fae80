/** @file Reads `config.pbtxt` as Triton would: protobuf text format, the fields of ModelConfig that we write, any other refused. */
import protobuf from 'protobufjs';
import { fromText } from 'protobufjs/ext/textformat.js';

/** Names and types as in Triton's model_config.proto. */
const schema = `
syntax = "proto3";
enum DataType { TYPE_INVALID = 0; TYPE_UINT8 = 2; TYPE_FP32 = 11; }
message ModelTensorReshape { repeated int64 shape = 1; }
message ModelInput { string name = 1; DataType data_type = 2; repeated int64 dims = 4; ModelTensorReshape reshape = 5; }
message ModelOutput {
  string name = 1; DataType data_type = 2; repeated int64 dims = 3; string label_filename = 4; ModelTensorReshape reshape = 5;
}
message ModelInstanceGroup {
  enum Kind { KIND_AUTO = 0; KIND_GPU = 1; KIND_CPU = 2; }
  string name = 1; int32 count = 2; Kind kind = 4;
}
message ModelVersionPolicy { message Latest { uint32 num_versions = 1; } oneof policy_choice { Latest latest = 1; } }
message ModelDynamicBatching { repeated int32 preferred_batch_size = 1; uint64 max_queue_delay_microseconds = 2; }
message ModelParameter { string string_value = 1; }
message ModelConfig {
  string name = 1; ModelVersionPolicy version_policy = 3; int32 max_batch_size = 4; repeated ModelInput input = 5;
  repeated ModelOutput output = 6; repeated ModelInstanceGroup instance_group = 7; ModelDynamicBatching dynamic_batching = 11;
  map<string, ModelParameter> parameters = 14; string backend = 17;
}`;

/** The configuration as a plain object, 64-bit numbers as numbers, enumerations by name. */
export function readTritonConfig(text: string): Record<string, unknown> {
  const { root } = protobuf.parse(schema, { keepCase: true });
  const type = root.lookupType('ModelConfig');
  return type.toObject(fromText(type, text), { longs: Number, enums: String, arrays: false });
}
