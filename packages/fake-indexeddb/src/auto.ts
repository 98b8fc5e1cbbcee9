/** Importing this makes everything the package exports global, and a property of `window` where that is another object. */
import * as all from './index.ts'

const { default: _, forceCloseDatabase: __, ...globals } = all

const { window } = globalThis as { window?: object } // Where a page is simulated.
for (const target of new Set([globalThis, window ?? globalThis])) {
  for (const [name, value] of Object.entries(globals)) {
    // Unlike in a page, script may assign to all of them: that is how a suite starts over. What is left out here would
    // stay as it is where the property exists.
    const attributes = { configurable: true, writable: true, enumerable: false }
    Object.defineProperty(target, name, { value, ...attributes })
  }
}
