/** Who keeps a request waiting. */
import { append } from '../../base/own-property.ts'
import {
  type Blocker,
  here,
  type Holder,
  type Holding,
  mostListed,
} from '../../protocol/blockers.ts'

interface Group extends Holder {
  connections: number
  readonly opened: string[]
}

/** A connection that has not closed. */
interface Held {
  readonly holding: Holding
}

/** The holders of those connections, in the order of their first ones; those that would make the list too long count as one. */
export function blockersAmong(connections: readonly Held[]): readonly Blocker[] {
  const groups = new Map<string, Group>()
  for (const connection of connections) {
    const { holder, opened } = connection.holding
    const group = groupOf(holder, groups)
    group.connections++
    if (opened !== null && group.opened.length < mostListed) append(group.opened, opened)
  }
  return [...groups.values()]
}

function groupOf(holder: Holder, groups: Map<string, Group>): Group {
  const name = `${holder.holder} ${holder.id}`
  const known = groups.get(name)
  if (known) return known
  const isOneTooMany = groups.size >= mostListed && holder.holder !== 'others'
  if (isOneTooMany) return groupOf({ ...here, holder: 'others' }, groups)
  const group = { ...holder, connections: 0, opened: [] }
  groups.set(name, group)
  return group
}
