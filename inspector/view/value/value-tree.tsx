import { useRef, useState } from 'preact/hooks'
import type { Json } from '../../source/source.ts'
import { number } from '../words.ts'
import { Binary } from './binary.tsx'
import { describeJson } from './describe.ts'
import {
  type Opened,
  type ValueNode,
  membersPerStep,
  pathOf,
  root,
  visibleNodes,
} from './visible-nodes.ts'

/** A value as a tree that opens: one stop of the Tab key, the arrow keys go about in it. */
export function ValueTree({ value }: { value: Json }) {
  const [opened, setOpened] = useState<Opened>(() => openedAtFirst(value))
  const [stop, setStop] = useState(root)
  const list = useRef<HTMLUListElement>(null)
  const nodes = visibleNodes(value, opened)
  const tabStop = nodes.some(({ path }) => path === stop) ? stop : root
  const toggle = ({ path, isOpen, hidden }: ValueNode): void => {
    if (hidden !== null) return setOpened(showMore(opened, path.slice(0, -1)))
    if (isOpen === null) return
    const others = [...opened.paths].filter((it) => it !== path)
    setOpened({ ...opened, paths: new Set(isOpen ? others : [...others, path]) })
  }
  const goTo = (node: ValueNode | undefined): void => {
    if (!node) return
    setStop(node.path)
    list.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[nodes.indexOf(node)]?.focus()
  }
  const press = (event: KeyboardEvent, node: ValueNode): void => {
    if (event.target !== event.currentTarget) return
    const action = keyAction(event.key, node, { nodes, goTo, toggle })
    if (!action) return
    event.preventDefault()
    action()
  }
  return (
    <ul class="value-tree" role="tree" aria-label="Value" ref={list}>
      {nodes.map((node) => (
        <ValueLine
          key={node.path}
          node={node}
          isStop={node.path === tabStop}
          press={(event) => press(event, node)}
          toggle={() => {
            setStop(node.path)
            toggle(node)
          }}
        />
      ))}
    </ul>
  )
}

function ValueLine({
  node,
  isStop,
  press,
  toggle,
}: {
  node: ValueNode
  isStop: boolean
  press: (event: KeyboardEvent) => void
  toggle: () => void
}) {
  const { name, level, part, isOpen, hidden, at, of } = node
  return (
    <li
      role="treeitem"
      aria-level={level}
      aria-posinset={at}
      aria-setsize={of}
      aria-selected={isStop}
      {...(isOpen !== null && { 'aria-expanded': isOpen })}
      tabIndex={isStop ? 0 : -1}
      style={`--level: ${level}`}
      onKeyDown={press}
    >
      <div class="value-line" onClick={toggle}>
        {hidden === null ? (
          <>
            {name !== '' && <span class="name">{name}</span>}
            <span class={`part ${part.kind}`}>{part.summary}</span>
            {part.id !== undefined && <span class="note">#{part.id}</span>}
            {part.note && <span class="note">{part.note}</span>}
          </>
        ) : (
          <span class="more">
            Show {number(Math.min(hidden, membersPerStep))} more of {number(hidden)}
          </span>
        )}
      </div>
      {isOpen && part.base64 !== undefined && (
        <Binary base64={part.base64} mediaType={part.mediaType ?? ''} />
      )}
    </li>
  )
}

/** The value itself, and what in it is small. */
function openedAtFirst(value: Json): Opened {
  const { members, base64 } = describeJson(value)
  const small = members.filter(([, it]) => {
    const part = describeJson(it)
    return part.base64 !== undefined || (part.members.length > 0 && part.members.length <= 6)
  })
  const isOpen = members.length <= membersPerStep || base64 !== undefined
  const below = members.length <= 12 ? small.map(([name]) => pathOf(root, name)) : []
  return { paths: new Set(isOpen ? [root, ...below] : [root]), shown: new Map() }
}

function showMore(opened: Opened, path: string): Opened {
  const shown = (opened.shown.get(path) ?? membersPerStep) + membersPerStep
  return { ...opened, shown: new Map([...opened.shown, [path, shown]]) }
}

interface TreeActions {
  readonly nodes: readonly ValueNode[]
  readonly goTo: (node: ValueNode | undefined) => void
  readonly toggle: (node: ValueNode) => void
}

/** https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ */
function keyAction(
  key: string,
  node: ValueNode,
  { nodes, goTo, toggle }: TreeActions,
): (() => void) | undefined {
  const at = nodes.indexOf(node)
  const outer = nodes
    .slice(0, at)
    .reverse()
    .find(({ level }) => level < node.level)
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => goTo(nodes[at + 1]),
    ArrowUp: () => goTo(nodes[at - 1]),
    Home: () => goTo(nodes[0]),
    End: () => goTo(nodes.at(-1)),
    Enter: () => toggle(node),
    ' ': () => toggle(node),
    ArrowRight: () => (node.isOpen ? goTo(nodes[at + 1]) : toggle(node)),
    ArrowLeft: () => (node.isOpen ? toggle(node) : goTo(outer)),
  }
  return actions[key]
}
