/**
 * @file The metadata of an ONNX file (`metadata_props`), read without touching its weights.
 */
import { fieldsOf } from './wire.ts';

/** `metadata_props` of ModelProto, and `key` and `value` of StringStringEntryProto. */
const metadataField = 14;
const keyField = 1;
const valueField = 2;

/**
 * The entries, by key.
 * @throws Error when the bytes are no protobuf message
 */
export function decodeMetadata(bytes: Uint8Array): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const { field, content } of fieldsOf(bytes)) {
    if (field !== metadataField || !content) continue;
    let key = '';
    let value = '';
    for (const part of fieldsOf(content)) {
      if (part.field === keyField) key = textOf(part.content);
      if (part.field === valueField) value = textOf(part.content);
    }
    entries[key] = value;
  }
  return entries;
}

function textOf(content: Uint8Array | undefined): string {
  return new TextDecoder().decode(content);
}
