/**
 * Writes bytes as text: a digit that says by how many bytes the last group was filled up, then groups of five digits, each a number of four
 * bytes. The digits need no escapes in a program's text, if it is put between double quotes.
 *
 * @param {Uint8Array} bytes
 */
export function toBase85(bytes) {
  const filled = Buffer.alloc(Math.ceil(bytes.length / 4) * 4)
  filled.set(bytes)
  const groups = [digit(filled.length - bytes.length)]
  for (let i = 0; i < filled.length; i += 4) groups.push(group(filled.readUInt32BE(i)))
  return groups.join('')
}

/** @param {number} number */
function group(number) {
  return [4, 3, 2, 1, 0].map((place) => digit(Math.floor(number / 85 ** place) % 85)).join('')
}

/** @param {number} value */
function digit(value) {
  const code = value + 35
  // The backslash is left out.
  return String.fromCharCode(code < 92 ? code : code + 1)
}
