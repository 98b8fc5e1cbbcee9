/** The lines of a value's tree that are to be seen. */
import type { Json } from '../../source/source.ts'
import { type Part, describeJson } from './describe.ts'

export interface ValueNode {
  /** From the root, names as JSON. */
  readonly path: string
  readonly name: string
  readonly level: number
  readonly part: Part
  /** null: there is nothing in it. */
  readonly isOpen: boolean | null
  /** What stands in for members that are not shown yet; null: it is a member. */
  readonly hidden: number | null
  readonly at: number
  readonly of: number
}

/** As many members are shown at first, and as many more by each step. */
export const membersPerStep = 100

/** What is open, and how many members of what has many are shown. */
export interface Opened {
  readonly paths: ReadonlySet<string>
  readonly shown: ReadonlyMap<string, number>
}

export const root = '[]'

export function visibleNodes(value: Json, opened: Opened): ValueNode[] {
  return nodesOf({ path: root, name: '', json: value, level: 1, at: 1, of: 1 }, opened)
}

interface Placed {
  readonly path: string
  readonly name: string
  readonly json: Json
  readonly level: number
  readonly at: number
  readonly of: number
}

function nodesOf({ path, name, json, level, at, of }: Placed, opened: Opened): ValueNode[] {
  const part = describeJson(json)
  const canOpen = part.members.length > 0 || part.base64 !== undefined
  const isOpen = canOpen ? opened.paths.has(path) : null
  const node = { path, name, level, part, isOpen, hidden: null, at, of }
  return isOpen ? [node, ...membersOf(node, opened)] : [node]
}

function membersOf({ path, level, part }: ValueNode, opened: Opened): ValueNode[] {
  const { members } = part
  const shown = opened.shown.get(path) ?? membersPerStep
  const hidden = Math.max(0, members.length - shown)
  const of = Math.min(shown, members.length) + (hidden > 0 ? 1 : 0)
  const nodes = members.slice(0, shown).flatMap(([name, json], i) => {
    const below = pathOf(path, name)
    return nodesOf({ path: below, name, json, level: level + 1, at: i + 1, of }, opened)
  })
  if (hidden === 0) return nodes
  const more = {
    path: `${path}…`,
    name: '',
    level: level + 1,
    part,
    isOpen: null,
    hidden,
    at: of,
    of,
  }
  return [...nodes, more]
}

export function pathOf(parent: string, name: string): string {
  return JSON.stringify([...(JSON.parse(parent) as string[]), name])
}
