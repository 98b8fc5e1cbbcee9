/** The functions that a program as JavaScript is written in, as JavaScript. */
export const prelude = `
const log = (...parts) => console.log(...parts)
const connections = [[], []]
const transactions = [[], []]
let pending = 0
const begin = () => void pending++
const end = () => void pending--
const idle = async () => {
  do await new Promise((resolve) => setTimeout(resolve, 100))
  while (pending > 0)
}
const attempt = (what, action) => {
  try {
    return action()
  } catch (error) {
    log(what, 'throws', error.name)
  }
}
const request = (what, make, on = {}) => {
  const made = attempt(what, make)
  made?.addEventListener('success', (event) => {
    log(what, 'success', made.result)
    on.success?.(event, made.result)
    if (made.result?.advance) on.positions?.shift()?.(event, made.result)
  })
  made?.addEventListener('error', (event) => {
    log(what, 'error', made.error.name)
    on.error?.(event)
  })
}
const watch = (db, tx, on = {}) => {
  transactions[db].push(tx)
  begin()
  tx.addEventListener('error', (event) => on.transactionError?.(event))
  for (const type of ['complete', 'abort']) {
    tx.addEventListener(type, (event) => {
      log('transaction', type, tx.error?.name ?? '')
      end()
      on.ended?.(event)
    })
  }
}
const start = (db, connection, args, work, on) => {
  const tx = attempt('transaction', () => connection?.transaction(...args))
  if (!tx) return
  watch(db, tx, on)
  work(tx)
}
const follow = (db, what, made, on) => {
  begin()
  made.addEventListener('upgradeneeded', (event) => {
    log(what, 'upgradeneeded', event.oldVersion, event.newVersion)
    connections[db].push(made.result)
    made.result.addEventListener('versionchange', (event) => on.versionchange?.(event))
    made.result.addEventListener('error', (event) => on.connectionError?.(event))
    watch(db, made.transaction, on)
    on.upgrade?.(made.transaction, event)
  })
  made.addEventListener('success', () => {
    log(what, 'success')
    if (made.result && !connections[db].includes(made.result)) connections[db].push(made.result)
    end()
    on.success?.(made.result)
  })
  made.addEventListener('error', (event) => {
    log(what, 'error', made.error.name)
    end()
    on.requestError?.(event)
  })
  made.addEventListener('blocked', () => {
    log(what, 'blocked')
    for (const connection of connections[db]) connection.close()
  })
}
`
