/** What the inspector's heading calls a directory. */
import { expect, test } from 'vitest'
import { titleOf } from '../../../inspector/server/title.ts'

test.each([
  ['/home/ann/shop/data', '~/shop/data'],
  ['/home/ann/..data', '~/..data'],
  ['/home/ann', '/home/ann'],
  ['/home/anna/data', '/home/anna/data'],
  ['/srv/data', '/srv/data'],
])('%s is %s for one who lives in /home/ann', (directory, title) => {
  expect(titleOf(directory, '/home/ann')).toBe(title)
})
