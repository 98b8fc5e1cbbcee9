/** The suite that makes an engine, on the engines there are. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { storageConformance } from '../../../src/testing/storage-conformance/entry.ts'
import { nodeFs } from '../../../vfs/node.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { directoryOn } from '../../kit/test-directory.ts'

describe('SQLite in memory', () => {
  storageConformance({ test, assert }, () => directoryOn())
})

describe("SQLite on Node's file system", () => {
  const root = mkdtempSync(join(tmpdir(), 'idb-everywhere-storage-'))
  afterAll(() => rmSync(root, { recursive: true }))
  storageConformance({ test, assert }, () => directoryOn(nodeFs(), mkdtempSync(join(root, 'd'))))
})

describe("the tests' model", () => {
  storageConformance({ test, assert }, () => new ModelDirectory())
})
