import { describe, expect, test } from 'vitest'
import { settle } from '../../kit/host-client.ts'
import { SharedDirectory } from '../../kit/shared/directory.ts'
import { contentsOf, Notes, type Program, programs } from '../../kit/shared/programs.ts'

type NextOwner = 'member' | 'stranger'

/** What a run has shown to its realm, and left. */
async function run(program: Program, cutAt: number, nextOwner: NextOwner) {
  const directory = new SharedDirectory({ nextOwner })
  directory.startStranger()
  directory.cutAt = cutAt
  const member = directory.member('client')
  const notes = new Notes()
  await program(member, notes)
  await settle()
  const { messageCount, killCount } = directory
  const told = JSON.stringify(notes, null, 1)
  const contents = contentsOf(directory.storage.files)
  return { told, contents, messageCount, killCount, counts: { ...member.counts } }
}

describe.each(['member', 'stranger'] as const)('the next owner is a %s', (nextOwner) => {
  test.each(Object.entries(programs))(
    '%s: tells and leaves the same, whichever message is the last',
    async (_title, program) => {
      const whole = await run(program, Infinity, nextOwner)
      expect(whole.messageCount).toBeGreaterThan(4)
      for (let cutAt = 1; cutAt <= whole.messageCount; cutAt++) {
        const cut = await run(program, cutAt, nextOwner)
        // Values that are packed in another task make more or fewer messages of it.
        expect(cut.killCount === 1 || cut.messageCount < cutAt, `cut at ${cutAt}`).toBe(true)
        expect(cut.told, `cut at ${cutAt} of ${whole.messageCount}`).toBe(whole.told)
        expect(cut.contents, `cut at ${cutAt}`).toBe(whole.contents)
      }
    },
    60_000,
  )
})
