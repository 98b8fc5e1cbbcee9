/**
 * Core objects and what script sees of them. Each core object has one handle, made when script first asks for it. The classes
 * register here how theirs are made, so that a request can give out a cursor without importing it.
 */
/** A core object script can see. */
interface Wrappable {
  handle: object | null
}

type CoreClass<Core extends Wrappable> = abstract new (...parameters: never[]) => Core

const makers = new Map<unknown, (core: never) => object>()

/** Says how the handle of a core object of that class is made. */
export function defineWrapper<Core extends Wrappable>(
  coreClass: CoreClass<Core>,
  make: (core: Core) => object,
): void {
  makers.set(coreClass, make)
}

/** The handle of a core object; the same one each time. One whose making is cut off is made when next asked for. */
export function wrap<Handle>(core: Wrappable): Handle {
  core.handle ??= makeHandle(core)
  return core.handle as Handle // The caller knows which class wraps which.
}

/** A core object becomes its handle; any other value is itself. */
export function wrapValue(value: unknown): unknown {
  return isWrappable(value) ? wrap(value) : value
}

function isWrappable(value: unknown): value is Wrappable {
  return typeof value === 'object' && value !== null && makers.has(value.constructor)
}

function makeHandle(core: Wrappable): object {
  const make = makers.get(core.constructor)
  if (!make) throw new Error(`unreachable: ${core.constructor.name} has no handle`)
  return make(core as never) // The map pairs class and maker.
}
