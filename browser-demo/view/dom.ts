/** Elements in one expression. */

type Child = Node | string | null
type Attributes = Readonly<Record<string, string | number | boolean | EventListener>>

/**
 * Makes an element. A function is a listener for the event its name ends in (`onclick`), `true` an attribute without a
 * value, `false` no attribute; a child that is null is left out.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  applyAttributes(made, attributes)
  made.append(...children.filter((child) => child !== null))
  return made
}

/** The same for a drawing. */
export function drawing<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  applyAttributes(made, attributes)
  made.append(...children.filter((child) => child !== null))
  return made
}

/** The element of the page with that id, which the page is sure to have. */
export function byId<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`unreachable: the page has no ${kind.name} "${id}"`)
}

function applyAttributes(to: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') to.addEventListener(name.slice('on'.length), value)
    else if (value === true) to.setAttribute(name, '')
    else if (value !== false) to.setAttribute(name, String(value))
  }
}
