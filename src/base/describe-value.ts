import { isServerUrl } from './server-url.ts'

/** A value as an error message shows it: short, and without what it holds; nothing of the address of a server, which may have a password. Never throws. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (isServerUrl(value)) return 'the address of a server, not shown as it may hold a password'
      return JSON.stringify(
        value.length > longestShown ? `${value.slice(0, longestShown)}…` : value,
      )
    case 'function':
      return 'a function'
    case 'object':
      return value === null ? 'null' : isArray(value) ? 'an array' : 'an object'
    case 'bigint':
      return `${value}n`
    default:
      return String(value)
  }
}

const longestShown = 100

function isArray(value: unknown): boolean {
  try {
    return Array.isArray(value)
  } catch {
    // A revoked proxy.
    return false
  }
}
