/**
 * Shares directories under bad conditions: of the socket, the path, the clocks, the disk, other users, cut connections.
 *
 * node test/suites/sharing/conditions.mjs [--long | --step 97] [--filter socket]
 *
 * `--long` cuts a session at every byte, else at every 97th.
 */
import { flag, importBundled } from '../../kit/bundle.mjs'

const guest = 'test/suites/sharing/conditions/guest.ts'
const { module, pathOf } = await importBundled('test/suites/sharing/conditions/all.ts', [guest])
const { passed, failed } = await module.runConditions({
  guestPath: pathOf(guest),
  cutStep: Number(flag('step') ?? (flag('long') ? 1 : 97)),
  filter: String(flag('filter') ?? ''),
})
console.log(`conditions: ${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
