/** Bytes as text, five characters for every four of them: shorter than Base64. */

/** The first character that stands for a digit; one of those that follow would have to be escaped in a program's text. */
const [firstCode, escapedCode] = [35, 92]

/** The bytes that `build/base85.mjs` has made such a text of. */
export function fromBase85(text: string): Uint8Array<ArrayBuffer> {
  const groupCount = (text.length - 1) / 5
  const view = new DataView(new ArrayBuffer(4 * groupCount))
  for (let group = 0, at = 1; group < groupCount; group++) {
    let number = 0
    for (const end = at + 5; at < end; at++) number = number * 85 + digitAt(text, at)
    view.setUint32(4 * group, number)
  }
  return new Uint8Array(view.buffer, 0, 4 * groupCount - digitAt(text, 0))
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code - firstCode - (code > escapedCode ? 1 : 0)
}
