import assert from 'node:assert/strict'
import { describe, test, vi } from 'vitest'
import { serialize } from '../../../src/values/serialize.ts'
import { roundTrip } from './round-trip.ts'

/** A class as browsers have it: members are getters of the prototype that refuse other objects. */
function platformClass(name: string, members: readonly string[], ofArray = false): unknown {
  class Platform {
    readonly #parts: readonly unknown[]
    constructor(...parts: unknown[]) {
      this.#parts = ofArray ? (parts[0] as unknown[]) : parts
    }
    static partOf(self: Platform, index: number): unknown {
      return self.#parts[index]
    }
  }
  for (const [index, member] of members.entries()) {
    Object.defineProperty(Platform.prototype, member, {
      get(this: Platform) {
        return Platform.partOf(this, index)
      },
    })
  }
  if (ofArray) {
    Object.defineProperty(Platform.prototype, 'is2D', {
      get(this: Platform) {
        return Platform.partOf(this, 6) === undefined
      },
    })
  }
  Object.defineProperty(Platform.prototype, Symbol.toStringTag, { value: name })
  return Platform
}

type Made = Record<string, unknown>

test('an object of an interface that adds something to a serializable one is refused', () => {
  class WebSocketError extends DOMException {
    get closeCode(): number {
      return 1001
    }
  }
  const error = new WebSocketError('m')
  assert.ok(roundTrip(error) instanceof DOMException) // a class of script's
  class WebTransportError extends WebSocketError {}
  Object.defineProperty(WebTransportError.prototype, Symbol.toStringTag, {
    value: 'WebTransportError',
  })
  assert.throws(() => serialize(new WebTransportError('m')), {
    name: 'DataCloneError',
    message: /WebTransportError/,
  })
})

test('a QuotaExceededError keeps its numbers', async () => {
  class QuotaExceededError extends DOMException {
    readonly #numbers: { quota: number | null; requested: number | null }
    constructor(
      message: string,
      { quota = null, requested = null }: Record<string, number | null> = {},
    ) {
      super(message, 'QuotaExceededError')
      this.#numbers = { quota, requested }
    }
    get quota(): number | null {
      return this.#numbers.quota
    }
    get requested(): number | null {
      return this.#numbers.requested
    }
  }
  Object.defineProperty(QuotaExceededError.prototype, Symbol.toStringTag, {
    value: 'QuotaExceededError',
  })
  for (const numbers of [{ quota: 5, requested: 7 }, { requested: 0 }, {}]) {
    const error = new QuotaExceededError('m', numbers)
    const clone = (await inPage({ QuotaExceededError }, () => error)) as QuotaExceededError
    assert.ok(clone instanceof QuotaExceededError)
    const { message, stack, quota, requested } = error
    assert.deepEqual(
      [clone.message, clone.stack, clone.quota, clone.requested],
      [message, stack, quota, requested],
    )
  }
})

describe('geometry', () => {
  const space = [1, 2, 3, 4].flatMap((column) => [1, 2, 3, 4].map((row) => `m${column}${row}`))

  test('points, rectangles and quads are made again of their numbers', async () => {
    const Point = platformClass('DOMPoint', ['x', 'y', 'z', 'w']) as new (
      ...parts: number[]
    ) => Made
    const Quad = platformClass('DOMQuad', ['p1', 'p2', 'p3', 'p4']) as new (
      ...parts: Made[]
    ) => Made
    const clone = await inPage({ DOMPoint: Point, DOMQuad: Quad }, () => {
      const point = new Point(1, 2.5, -0, NaN)
      return [point, new Quad(point, point, new Point(4, 3, 2, 1), point)]
    })
    const [point, quad] = clone as [Made, Made]
    assert.ok(point instanceof Point && quad instanceof Quad)
    assert.deepEqual([point.x, point.y, point.z, point.w], [1, 2.5, -0, NaN])
    assert.equal(quad.p1, point)
    assert.equal((quad.p3 as Made).x, 4)
  })

  for (const count of [6, 16]) {
    test(`a matrix of ${count} numbers stays one`, async () => {
      const members = count === 6 ? ['a', 'b', 'c', 'd', 'e', 'f'] : space
      const Matrix = platformClass('DOMMatrix', members, true) as new (parts: number[]) => Made
      const numbers = members.map((_, i) => i + 0.5)
      // A browser's class has the members of both kinds.
      for (const member of [...'abcdef', ...space]) {
        if (!(member in Matrix.prototype))
          Object.defineProperty(Matrix.prototype, member, { get: () => 0 })
      }
      const clone = (await inPage({ DOMMatrix: Matrix }, () => new Matrix(numbers))) as Made
      assert.ok(clone instanceof Matrix)
      assert.deepEqual(
        members.map((member) => clone[member]),
        numbers,
      )
      assert.equal(clone.is2D, count === 6)
    })
  }

  test('a matrix whose class inherits the getter that tells its kind keeps it', async () => {
    const ReadOnly = platformClass('DOMMatrixReadOnly', [...'abcdef'], true) as new () => Made
    class DOMMatrix extends ReadOnly {}
    for (const [index, member] of [...'abcdef', ...space].entries()) {
      const get = Object.getOwnPropertyDescriptor(ReadOnly.prototype, member)?.get
      Object.defineProperty(DOMMatrix.prototype, member, { get: get ?? (() => index) })
    }
    Object.defineProperty(DOMMatrix.prototype, Symbol.toStringTag, { value: 'DOMMatrix' })
    const Matrix = DOMMatrix as new (parts: number[]) => Made
    const make = () => new Matrix([1, 2, 3, 4, 5, 6])
    const clone = (await inPage({ DOMMatrix }, make)) as Made
    assert.deepEqual([clone.is2D, clone.f], [true, 6])
  })

  test('one that only looks like it is refused', async () => {
    const Rect = platformClass('DOMRect', ['x', 'y', 'width', 'height']) as { prototype: object }
    await assert.rejects(
      inPage({ DOMRect: Rect }, () => Object.create(Rect.prototype)),
      { name: 'DataCloneError' },
    )
  })
})

/** Stores and reads `make()`'s value with modules that were loaded where these classes are global. */
async function inPage(classes: Record<string, unknown>, make: () => unknown): Promise<unknown> {
  for (const [name, it] of Object.entries(classes)) vi.stubGlobal(name, it)
  vi.resetModules()
  try {
    const writing = await import('../../../src/values/serialize.ts')
    const reading = await import('../../../src/values/deserialize.ts')
    const { bytes } = writing.serialize(make()).value
    return reading.deserialize(bytes, 0, bytes.length)
  } finally {
    vi.unstubAllGlobals()
    vi.resetModules()
  }
}
