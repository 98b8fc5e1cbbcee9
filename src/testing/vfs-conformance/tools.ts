/** What the suite works with. */
import type { Vfs, VfsDirectory, VfsFile } from '../../files/vfs.ts'

/** What the suite needs of a test framework; `vitest`, `node:test`, `bun:test` and `Deno.test` all have it. */
export interface TestTools {
  test(title: string, body: () => Promise<void>): unknown
  /** Such as `node:assert/strict`. */
  readonly assert: {
    equal(actual: unknown, expected: unknown, message?: string): void
    deepEqual(actual: unknown, expected: unknown, message?: string): void
    ok(value: unknown, message?: string): void
    throws(body: () => unknown, check: (error: unknown) => boolean): void
    rejects(promise: Promise<unknown>, check: (error: unknown) => boolean): Promise<void>
  }
}

/** A VFS to be tested and an empty directory in it that has no owner; a new one for each test. */
export interface VfsUnderTest {
  readonly vfs: Vfs
  readonly path: string
}

/** Makes a test with a new file. */
export type WithFile = (title: string, body: (file: VfsFile) => void | Promise<void>) => void

/** Makes a test within a directory that is locked before and closed after. */
export type InDirectory = (
  title: string,
  body: (directory: VfsDirectory) => void | Promise<void>,
) => void
