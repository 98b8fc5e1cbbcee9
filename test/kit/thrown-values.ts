/** What a user's VFS may throw although nothing should: values that cannot be described by `String()` or by their members. */

/** What it is, and how one is made. */
export const thrownValues: readonly (readonly [string, () => unknown])[] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a symbol', () => Symbol('s')],
  ['an object without a prototype', () => Object.create(null)],
  ['an object without a text', () => ({ toString: null })],
  ['an object whose text throws', () => ({ toString: refuse })],
  ['an error whose message is a number', () => errorWith('message', { value: 42 })],
  [
    'an error whose message is an object',
    () => errorWith('message', { value: Object.create(null) }),
  ],
  ['an error whose message throws', () => errorWith('message', { get: refuse })],
  ['an error whose code throws', () => errorWith('code', { get: refuse })],
  ['an error whose code is a function', () => errorWith('code', { value: refuse })],
  ['a proxy whose prototype throws', () => new Proxy(new Error('p'), { getPrototypeOf: refuse })],
  ['a revoked proxy', revokedProxy],
]

function errorWith(name: string, descriptor: PropertyDescriptor): Error {
  return Object.defineProperty(new Error('x'), name, descriptor)
}

function refuse(): never {
  throw new Error('it cannot be asked')
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
