/** Doubles as eight bytes, big-endian. (A DataView of the bytes would have to be made for each.) */

const scratch = new Uint8Array(8)
const view = new DataView(scratch.buffer)

/** Writes a double at `offset`, where there is room for it. */
export function writeFloat64(bytes: Uint8Array, offset: number, n: number): void {
  view.setFloat64(0, n)
  for (let i = 0; i < 8; i++) bytes[offset + i] = scratch[i] as number // i < 8
}

/** The double at `offset`; the caller knows that its bytes are there. */
export function readFloat64(bytes: Uint8Array, offset: number): number {
  for (let i = 0; i < 8; i++) scratch[i] = bytes[offset + i] as number // as the caller knows
  return view.getFloat64(0)
}
