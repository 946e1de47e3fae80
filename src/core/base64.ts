/** @file Base64 of bytes, where there is no `Buffer`: the same text in Node and in a browser (RFC 4648, with padding). */

/** Bytes that are turned into characters at a time: a call takes only so many arguments. */
const piece = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  let characters = '';
  for (let at = 0; at < bytes.length; at += piece)
    characters += String.fromCharCode(...bytes.subarray(at, at + piece));
  return btoa(characters);
}

/** @throws DOMException for a text that is none */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
