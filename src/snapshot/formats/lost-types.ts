/** Where a value that has been through JSON may have had another type. */

/** One such place. */
export interface LostType {
  readonly store: string
  readonly key: IDBValidKey
  /** Where in the value, such as `value.when`. */
  readonly path: string
  /** What stands there. */
  readonly found: unknown
  /** What it may have been. */
  readonly likely:
    'Date' | 'Uint8Array' | 'NaN, Infinity or null' | 'Map, Set, Blob, ArrayBuffer or {}'
  /** That again, where it can be had: of a Date or a Uint8Array. */
  readonly restored: Date | Uint8Array | undefined
}

/** Is told each such place; what it returns takes the place of what was found, unless that is undefined. */
export type Restore = (lost: LostType) => unknown

/** The value, with what `restore` gives in the places where JSON may have lost a type. */
export function restoreTypes(
  value: unknown,
  { store, key }: { store: string; key: IDBValidKey },
  restore: Restore,
): unknown {
  const visit = (found: unknown, path: string): unknown => {
    const lost = lostTypeOf(found)
    if (lost) return restore({ store, key, path, found, ...lost }) ?? found
    if (Array.isArray(found)) return found.map((it: unknown, i) => visit(it, `${path}[${i}]`))
    if (typeof found !== 'object' || found === null) return found
    const members = Object.entries(found).map(([name, it]) => [name, visit(it, pathTo(path, name))])
    return Object.fromEntries(members) as unknown
  }
  return visit(value, 'value')
}

const pathTo = (path: string, name: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name)}]`

function lostTypeOf(found: unknown): Pick<LostType, 'likely' | 'restored'> | null {
  if (found === null) return { likely: 'NaN, Infinity or null', restored: undefined }
  if (typeof found === 'string' && isoDate.test(found)) {
    return { likely: 'Date', restored: new Date(found) }
  }
  if (typeof found !== 'object' || Array.isArray(found)) return null
  const members = Object.entries(found)
  if (members.length === 0) {
    return { likely: 'Map, Set, Blob, ArrayBuffer or {}', restored: undefined }
  }
  return members.every(isByte)
    ? { likely: 'Uint8Array', restored: Uint8Array.from(members, ([, byte]) => byte as number) }
    : null
}

/** As `toJSON()` of a Date gives it. */
const isoDate = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

function isByte([name, byte]: [string, unknown], place: number): boolean {
  return name === String(place) && Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) < 256
}
