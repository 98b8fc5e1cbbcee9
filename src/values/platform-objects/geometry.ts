import { arrayFrom, getterOf, isView, typedArrayName } from './intrinsics.ts'

/**
 * The serializable classes of pages that are little more than numbers: geometry and ImageData. Taken when the module
 * loads; no runtime outside of browsers has them all.
 */
export interface PartsClass {
  /** What an object is made of; undefined if `value` is not of the class. */
  partsOf(value: object): readonly unknown[] | undefined
  /** An object made of what partsOf() gave. */
  from(parts: readonly unknown[]): object
}

type Constructor = (new (...parts: never[]) => object) & { readonly prototype: object }

// `as`: TypeScript knows some of the names only, and believes that all runtimes have them.
const globals = globalThis as unknown as Record<string, Constructor | undefined>

const pointMembers = ['x', 'y', 'z', 'w'] as const
const rectMembers = ['x', 'y', 'width', 'height'] as const
const quadMembers = ['p1', 'p2', 'p3', 'p4'] as const
const planeMembers = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const spaceMembers = [1, 2, 3, 4].flatMap((column) => [1, 2, 3, 4].map((row) => `m${column}${row}`))

/** The classes this runtime has, by name. */
export const partsClasses = new Map<string, PartsClass>(
  [
    entry('DOMPoint', pointMembers, spread),
    entry('DOMPointReadOnly', pointMembers, spread),
    entry('DOMRect', rectMembers, spread),
    entry('DOMRectReadOnly', rectMembers, spread),
    entry('DOMQuad', quadMembers, spread),
    matrixEntry('DOMMatrix'),
    matrixEntry('DOMMatrixReadOnly'),
    imageEntry(),
  ].flatMap((it) => it ?? []),
)

type Entry = readonly [name: string, it: PartsClass]

/** Null where the runtime lacks the class. `toArguments` gives the constructor's arguments for the parts. */
function entry(
  name: string,
  members: readonly string[],
  toArguments: (parts: readonly unknown[]) => readonly unknown[],
): [Entry] | null {
  const constructor = globals[name]
  if (!constructor) return null
  const partsOf = readerOf(constructor, members)
  // `as`: the parts were read from an object of the same class.
  const from = (parts: readonly unknown[]) => new constructor(...(toArguments(parts) as never[]))
  return [[name, { partsOf, from }]]
}

/** A matrix is 6 numbers when it is two-dimensional, else 16; the constructor tells by their count. */
function matrixEntry(name: string): [Entry] | null {
  const constructor = globals[name]
  if (!constructor) return null
  const is2D = getterOf<boolean>(inherited(constructor.prototype, 'is2D'), 'is2D')
  const plane = readerOf(constructor, planeMembers)
  const space = readerOf(constructor, spaceMembers)
  const partsOf = (value: object) => (is2D && plane(value) && is2D(value) ? plane : space)(value)
  const from = (parts: readonly unknown[]) => new constructor(...([arrayFrom(parts)] as never[]))
  return [[name, { partsOf, from }]]
}

/** The parts of an ImageData: width, colour space, data. Some browsers know one colour space and do not name it. */
function imageEntry(): [Entry] | null {
  const constructor = globals['ImageData']
  if (!constructor) return null
  const colorSpaceOf = getterOf<string>(constructor.prototype, 'colorSpace')
  const sizedDataOf = readerOf(constructor, ['width', 'data'])
  const partsOf = (value: object) => {
    const sizedData = sizedDataOf(value)
    if (!sizedData) return undefined
    const [width, data] = sizedData
    return [width, colorSpaceOf?.(value) ?? 'srgb', data]
  }
  const from = (parts: readonly unknown[]) => {
    const [, colorSpace] = parts
    if (!colorSpaceOf && colorSpace !== 'srgb')
      throw new RangeError('its colour space is unknown here')
    return new constructor(...(imageArguments(parts) as never[])) // read from an ImageData
  }
  return [['ImageData', { partsOf, from }]]
}

/** The height must be given, as the settings come after it: each pixel has four components. */
function imageArguments([width, colorSpace, data]: readonly unknown[]): readonly unknown[] {
  const { length } = Object(data) as { length: number } // Damaged parts give no number; the constructor refuses them.
  const isOfFloats = isView(data) && typedArrayName(data) === 'Float16Array'
  const settings = isOfFloats ? { colorSpace, pixelFormat: 'rgba-float16' } : { colorSpace }
  return [data, width, length / (4 * Number(width)), settings]
}

/** Reads the members through the class's own getters, which refuse other objects. */
function readerOf({ prototype }: Constructor, members: readonly string[]): PartsClass['partsOf'] {
  const getters = members.flatMap((member) => getterOf(inherited(prototype, member), member) ?? [])
  if (getters.length < members.length) return () => undefined
  return (value) => {
    try {
      return getters.map((get) => get(value))
    } catch {
      // The answer, not a failure: the object is of another class.
      return undefined
    }
  }
}

/** The prototype that has the member: the mutable classes inherit some from their read-only ones. */
function inherited(prototype: object, member: string): object | undefined {
  let owner: object | null = prototype
  while (owner !== null && !Object.hasOwn(owner, member)) {
    owner = Object.getPrototypeOf(owner) as object | null
  }
  return owner ?? undefined
}

function spread(parts: readonly unknown[]): readonly unknown[] {
  return parts
}
