import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Json } from '../../../src/rendering/json.ts'
import { parseWholeValue } from '../../../src/rendering/parse-value.ts'
import { renderWholeValue } from '../../../src/rendering/render-value.ts'
import { lateRoundTrip } from '../values/round-trip.ts'

interface Instance {
  readonly title: string
  readonly value: unknown
}

const suite = '../../suites/types'
// `as`: the suite is plain JavaScript.
const { allInstances } = (await import(`${suite}/instances.mjs`)) as {
  allInstances(): Promise<{ instances: readonly Instance[] }>
}
const { describe } = (await import(`${suite}/describe.mjs`)) as {
  describe(value: unknown): Promise<readonly string[]>
}

test('Every stored value of the types suite is the same when its rendering is parsed', async () => {
  const { instances } = await allInstances()
  let compared = 0
  for (const { title, value } of instances) {
    const stored = await storedOf(value)
    if (stored === refused) continue
    const json = JSON.stringify(await renderWholeValue(stored))
    const parsed = await parseWholeValue(JSON.parse(json) as Json)
    assert.deepEqual(await describe(parsed), await describe(stored), title)
    compared++
  }
  assert.ok(compared > 100, `only ${compared} values were compared`)
})

const refused = Symbol('what cannot be stored')

async function storedOf(value: unknown): Promise<unknown> {
  try {
    return await lateRoundTrip(value)
  } catch {
    // It has no rendering as it cannot be stored; the suite of types says which those are.
    return refused
  }
}
