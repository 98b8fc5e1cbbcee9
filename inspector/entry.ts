/**
 * A view to look into databases with, in a page: of the browser's own IndexedDB, and of this package's on OPFS.
 *
 * ```ts
 * import { mountInspector } from 'idb-everywhere/inspector'
 *
 * const inspector = mountInspector(document.querySelector('#databases'), { indexedDB })
 * ```
 */
import { h, render } from 'preact'
import { anObject, checkArguments, type Kind } from '../src/arguments/check-arguments.ts'
import { factorySource, type FactorySourceOptions } from './source/factory-source.ts'
import { remoteSource } from './source/remote-source.ts'
import type { Source } from './source/source.ts'
import { adoptStyles, pageStyles } from './style/styles.ts'
import { Inspector } from './view/inspector.tsx'

export type * from './source/source.ts'
export { factorySource, remoteSource }
export type { FactorySource, FactorySourceOptions } from './source/factory-source.ts'

/** What to look into: a factory, or a source made for something else. */
export type InspectorOptions = (FactorySourceOptions | { readonly source: Source }) & ViewOptions

/** How the view begins, and how it stands in the page. */
export interface ViewOptions {
  /** The database that is shown first; default, and where it is not there: the first by name. */
  readonly database?: string
  /** Called with the name of the database that is shown, at first and whenever it is another; null: there is none. */
  readonly onDatabase?: (name: string | null) => void
  /** Whether the view leaves out its own line at the top, and with it the editing: its colours are then those of the page; default: false. */
  readonly isPart?: boolean
}

/** A view that is shown. */
export interface MountedInspector {
  /** Takes the view away, and closes the connections it has opened itself. */
  unmount(): void
}

/**
 * Shows the view within an element, which gets a shadow root: the styles of the page and those of the view do not meet. The
 * view fills the element, whose height the page decides.
 *
 * Databases can be changed only with `isWritable: true`, and only once the person has switched that on.
 */
export function mountInspector(element: HTMLElement, options: InspectorOptions): MountedInspector {
  checkArguments('mountInspector()', {
    element: [element, anElement],
    options: [options, anObject],
  })
  const own = 'source' in options ? null : factorySource(options)
  const source = own ?? (options as { source: Source }).source // One of the two is there.
  const { database: first = null, onDatabase, isPart = false } = options
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
  adoptStyles(root)
  const applyTheme = (theme: string): void => {
    element.dataset['theme'] = theme
  }
  if (isPart) applyTheme('page')
  render(h(Inspector, { source, first, onDatabase, applyTheme: isPart ? null : applyTheme }), root)
  return {
    unmount() {
      render(null, root)
      void own?.close()
    },
  }
}

const anElement: Kind = [
  (value) => 'shadowRoot' in Object(value),
  'the element of the page that shows the view',
]

/** The view as the whole page: what `inspector/server` serves calls this. */
export async function startInspectorPage(): Promise<void> {
  document.adoptedStyleSheets = [pageStyles()]
  const source = await remoteSource(document.baseURI)
  document.title = `${source.title} · inspector`
  const element = document.body.appendChild(document.createElement('div'))
  element.className = 'whole-page'
  mountInspector(element, { source })
}
