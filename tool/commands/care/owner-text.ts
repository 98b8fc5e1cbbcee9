import type { DirectoryOwner, DirectoryStatus } from 'idb-everywhere/status'
import { countOf } from '../../terminal/table.ts'

/** Who has a directory, in a line. */
export function ownerText(status: DirectoryStatus): string {
  switch (status.state) {
    case 'free':
      return 'none'
    case 'owned':
      return `${who(status.owner)}, which shares it with no one`
    case 'silent':
      return `${who(status.owner)}, which does not answer`
    case 'shared':
      return `${who(status.owner)}, which shares it with ${countOf(status.clients.length, 'client')}`
  }
}

function who(owner: DirectoryOwner | null): string {
  if (!owner) return 'one that says nothing of itself'
  const { pid, thread, host, since } = owner
  const started = since === null ? '' : ` since ${since}`
  return `process ${pid}${thread === 0 ? '' : `, thread ${thread}`}, on ${host}${started}`
}
