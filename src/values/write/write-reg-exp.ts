import type { ByteWriter } from '../../bytes/byte-writer.ts'
import { Tag } from '../format.ts'
import { getterOf, regExpSource } from '../platform-objects/intrinsics.ts'
import { writeString } from './write-items.ts'

/** Flag and its getter, in the order of `flags`. (`flags` itself would ask the object's own properties.) */
const flagGetters = (
  [
    ['d', 'hasIndices'],
    ['g', 'global'],
    ['i', 'ignoreCase'],
    ['m', 'multiline'],
    ['s', 'dotAll'],
    ['u', 'unicode'],
    ['v', 'unicodeSets'],
    ['y', 'sticky'],
  ] as const
).map(([flag, name]) => ({ flag, get: getterOf<boolean>(RegExp.prototype, name) }))

/** Writes a regular expression; `lastIndex` is not part of the clone. */
export function writeRegExp(out: ByteWriter, value: object): void {
  out.byte(Tag.regExp)
  writeString(out, regExpSource(value))
  writeString(out, flagGetters.map(({ flag, get }) => (get?.(value) ? flag : '')).join(''))
}
