import { expect, test } from 'vitest'
import { databaseFileName } from '../../../tool/databases/database-file.ts'
import { nearestName } from '../../../tool/databases/nearest-name.ts'

test('The name of a file is the one that the library gives it', () => {
  const names = ['', 'shop', 'ü🔑', '\ud800']
  // As createIndexedDB() has made them.
  expect(names.map(databaseFileName)).toEqual([
    '4oymiquy7qobjgx36tejs35zeqt24qpemsnzgtfeswmrw6csxbkq.sqlite',
    'pg547nkrsb6x366iag76z237kho2xlqxr67lmz6dd4x723utnmvq.sqlite',
    'lcbyx4ptnvkjujx25t5diczu6flqsnz5djlgvkegvcdpkkhpurhq.sqlite',
    'nzstluu34672yklr3qefgyqnooo5iotcyqkatuq5hhgltmu6ejfq.sqlite',
  ])
})

test('The name that was meant is near, and the nearest', () => {
  const names = ['plain', 'plan b', 'orders']
  expect(nearestName('plan', names)).toBe('plain')
  expect(nearestName('PLAIN', names)).toBe('plain')
  expect(nearestName('ordesr', names)).toBe('orders')
  expect(nearestName('settings', names)).toBeUndefined()
  expect(nearestName('plan', [])).toBeUndefined()
  expect(nearestName('🔑🔑🔑🔑', ['🔑🔑🔑🔒'])).toBe('🔑🔑🔑🔒')
})
