import { expect, test } from 'vitest'
import { Target, addListener, dispatchNow, removeListener } from '../../../src/events/dispatch.ts'

const bubbling = { capture: false, once: false }

class PlainTarget extends Target {
  override readonly handle = {}
  readonly parent: Target | null

  constructor(parent: Target | null = null) {
    super()
    this.parent = parent
  }
}

/** Dispatches at `target`, and gives what the listeners logged. */
function dispatched(target: Target, log: string[]): string[] {
  log.length = 0
  dispatchNow(target, new Event('x', { bubbles: true }))
  return [...log]
}

test('a listener that is added during the dispatch at its target hears only the next event', () => {
  const target = new PlainTarget()
  const log: string[] = []
  const late = (): void => void log.push('late')
  const first = (): void => {
    log.push('first')
    addListener(target, 'x', late, bubbling)
  }
  addListener(target, 'x', first, bubbling)
  expect(dispatched(target, log)).toEqual(['first'])
  expect(dispatched(target, log)).toEqual(['first', 'late'])
})

test('listeners removed during the dispatch are passed over, and those after them are not', () => {
  const target = new PlainTarget()
  const log: string[] = []
  const listeners = ['a', 'b', 'c', 'd'].map((name) => () => {
    log.push(name)
    if (name !== 'a') return
    for (const it of [listeners[0], listeners[1], listeners[2]]) {
      if (it) removeListener(target, 'x', it, false)
    }
    if (listeners[1]) addListener(target, 'x', listeners[1], bubbling)
  })
  for (const it of listeners) addListener(target, 'x', it, bubbling)
  expect(dispatched(target, log)).toEqual(['a', 'd'])
  expect(dispatched(target, log)).toEqual(['d', 'b'])
})

test('an event captures from the outside in and bubbles from the inside out', () => {
  const outermost = new PlainTarget()
  const middle = new PlainTarget(outermost)
  const target = new PlainTarget(middle)
  const log: string[] = []
  for (const [name, it] of Object.entries({ outermost, middle, target })) {
    addListener(it, 'x', () => log.push(`${name} bubbles`), bubbling)
    addListener(it, 'x', (event) => log.push(`${name} ${event.composedPath().length}`), {
      capture: true,
      once: true,
    })
  }
  const bubbles = ['target bubbles', 'middle bubbles', 'outermost bubbles']
  expect(dispatched(target, log)).toEqual(['outermost 3', 'middle 3', 'target 3', ...bubbles])
  expect(dispatched(target, log)).toEqual(bubbles)
})
