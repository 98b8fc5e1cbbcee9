import { fromBase85 } from '../base/base85.ts'

/** The compiled engine, gzipped and as text. The build puts it here, for the single file; in the sources it is empty, the file being there. */
const packed: string = ''

/** The compiled engine, gzipped; null: only the single file has it. */
export function gzippedEngine(): Uint8Array<ArrayBuffer> | null {
  return packed === '' ? null : fromBase85(packed)
}
