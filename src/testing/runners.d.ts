/** What is used of a test runner that has no types here. */
declare module 'bun:test' {
  export function beforeEach(hook: () => void): void
}
