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
import { factorySource, type FactorySourceOptions } from './source/factory-source.ts'
import { remoteSource } from './source/remote-source.ts'
import type { Source } from './source/source.ts'
import { adoptStyles, pageStyles } from './style/styles.ts'
import { Inspector } from './view/inspector.tsx'

export type * from './source/source.ts'
export { factorySource, remoteSource }
export type { FactorySource, FactorySourceOptions } from './source/factory-source.ts'

/** What to look into: a factory, or a source made for something else. */
export type InspectorOptions = FactorySourceOptions | { readonly source: Source }

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
  const own = 'source' in options ? null : factorySource(options)
  const source = own ?? (options as { source: Source }).source // One of the two is there.
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
  adoptStyles(root)
  const applyTheme = (theme: string): void => {
    element.dataset['theme'] = theme
  }
  render(h(Inspector, { source, applyTheme }), root)
  return {
    unmount() {
      render(null, root)
      void own?.close()
    },
  }
}

/** The view as the whole page: what `inspector/server` serves calls this. */
export async function startInspectorPage(): Promise<void> {
  document.adoptedStyleSheets = [pageStyles()]
  const source = await remoteSource(document.baseURI)
  document.title = `${source.title} · inspector`
  const element = document.body.appendChild(document.createElement('div'))
  element.className = 'whole-page'
  mountInspector(element, { source })
}
