/**
 * A process that shares a directory, and does as it is told, a line each: `raise` adds to a counter and says `raised 7`, or
 * `failed …`; `close` says `closed`; `watch` says `watching`, and `seen 3` the first three things
 * that it was told then, once it was told them; `hold explained` and `hold unexplained` open a database, keep it open and say `held`;
 * `delete` deletes it and says `blocked`, why, and by whom, as JSON. It says `warned …`, too. Arguments: directory, by how many milliseconds its clock is wrong.
 */
import { createInterface } from 'node:readline'
import { writeSync } from 'node:fs'

const [path = '', offset = '0'] = process.argv.slice(2)
const realNow = Date.now.bind(Date)
// Before the package is loaded, which takes its clock then.
Date.now = () => realNow() + Number(offset)

const { Counter } = await import('./counter.ts')
const { blockedDeletion, holdOpen } = await import('./holding.ts')
const { Witness } = await import('./witness.ts')
const say = (line: string): void => {
  writeSync(1, `${line.replaceAll('\n', ' ')}\n`)
}
const witness = new Witness()
const counter = new Counter(path, ({ message }) => say(`warned ${message}`))
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'raise') {
    await counter.raise().then(
      (sum) => say(`raised ${sum}`),
      (error: unknown) => say(`failed ${String(error)}`),
    )
  } else if (line === 'watch') {
    await counter.watch(witness.told)
    say('watching')
  } else if (line.startsWith('seen ')) {
    say(await witness.seen(Number(line.slice('seen '.length))))
  } else if (line.startsWith('hold ')) {
    await holdOpen(path, { explain: line === 'hold explained' })
    say('held')
  } else if (line === 'delete') {
    say(`blocked ${JSON.stringify(await blockedDeletion(path))}`)
  } else if (line === 'close') {
    await counter.close()
    say('closed')
  }
}
