/** Raises the counter for the process that has forked this one, until that ends. */
import { raise } from './counter.mjs'

process.on('message', (id) => {
  raise().then(
    (sum) => process.send({ id, sum }),
    (error) => process.send({ id, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
