import { expect, test } from 'vitest'
import { ReplayLog } from '../../../src/membership/session/transaction/replay-log.ts'
import type { ScanOperation } from '../../../src/protocol/protocol.ts'

const get: ScanOperation = {
  type: 'scan',
  storeId: 1,
  indexId: 0,
  range: { lower: Uint8Array.of(1), upper: null },
  direction: 'next',
  after: null,
  inclusive: true,
  skip: 0,
  limit: 1,
  limitBytes: Infinity,
  withValues: true,
  withKeys: false,
}

test('Every host is asked for keys, so that one answers as another does', () => {
  const log = new ReplayLog('owner')
  const asked = log.add(get, true)
  expect(asked).toEqual({ ...get, withKeys: undefined })
  expect(log.operations).toEqual([asked])
})
