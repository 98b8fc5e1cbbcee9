import type { Quota } from '../../errors.ts'
import type { BlobAttributes } from './foreign-blobs.ts'
import { attributeOf } from './intrinsics.ts'

/**
 * The platform's classes, taken when the module loads: a test environment may replace the globals later. Each may be
 * missing in some runtime.
 */

/** Node's own classes may lie under the globals of a test environment (jsdom). */
const nodeBuffer = globalThis.process?.getBuiltinModule?.('node:buffer') as unknown as
  { Blob?: typeof Blob; File?: typeof File } | undefined

/** What decoded values are made of; undefined where this runtime lacks it. */
export const platformClasses = {
  Blob: globalThis.Blob ?? nodeBuffer?.Blob,
  File: globalThis.File ?? nodeBuffer?.File,
  FileList: globalThis.FileList,
  DataTransfer: globalThis.DataTransfer,
  DOMException: globalThis.DOMException,
} as {
  // `as`: TypeScript believes that every runtime is a page.
  Blob: typeof globalThis.Blob | undefined
  File: typeof globalThis.File | undefined
  FileList: typeof globalThis.FileList | undefined
  DataTransfer: typeof globalThis.DataTransfer | undefined
  DOMException: typeof globalThis.DOMException
}

/** Reads something of an object; throws if the object is not of the class. */
type Getter<Result> = (self: unknown) => Result

/** The same member of a class and of its namesake under a test environment. */
function gettersOf<Result>(
  classes: readonly ({ prototype: object } | undefined)[],
  name: string,
): readonly Getter<Result>[] {
  return classes.flatMap((it) => attributeOf<Result>(it?.prototype, name) ?? [])
}

const { Blob, File, FileList, DOMException } = platformClasses
const { QuotaExceededError } = globalThis as { QuotaExceededError?: { prototype: object } }
const blobs = [...new Set([Blob, nodeBuffer?.Blob])]
const files = [...new Set([File, nodeBuffer?.File])]

/** What the getters of a class say of `value`; undefined if it is not of that class. */
function read<Result>(getters: readonly Getter<Result>[], value: unknown): Result | undefined {
  for (const get of getters) {
    try {
      return get(value)
    } catch {
      // The answer, not a failure: a getter refuses objects of other classes.
    }
  }
  return undefined
}

const blobSizes = gettersOf<number>(blobs, 'size')
const blobTypes = gettersOf<string>(blobs, 'type')
const fileNames = gettersOf<string>(files, 'name')
const fileTimes = gettersOf<number>(files, 'lastModified')
const fileListLengths = gettersOf<number>([FileList], 'length')
const exceptionNames = gettersOf<string>([DOMException], 'name')
const exceptionMessages = gettersOf<string>([DOMException], 'message')
const quotas = gettersOf<number | null>([QuotaExceededError], 'quota')
const requestedSizes = gettersOf<number | null>([QuotaExceededError], 'requested')

/**
 * What a Blob or File of this realm says of itself by the getters of its class; undefined for everything else, for those of
 * simulated pages too whose class has other ways, or none to the bytes.
 */
export function blobAttributes(value: object): BlobAttributes | undefined {
  const size = read(blobSizes, value)
  const type = read(blobTypes, value)
  if (size === undefined || type === undefined || !('arrayBuffer' in value)) return undefined
  // Not by its time: where the two classes share a prototype, a Blob has one too.
  const name = read(fileNames, value)
  return {
    size,
    type,
    name,
    lastModified: name === undefined ? 0 : (fileTime(value) ?? 0),
  }
}

/** The numbers a QuotaExceededError tells; undefined for everything else, and one that tells none. */
export function quotaOf(value: unknown): Quota | undefined {
  const quota = read(quotas, value) ?? undefined
  const requested = read(requestedSizes, value) ?? undefined
  if (quota === undefined && requested === undefined) return undefined
  return { ...(quota !== undefined && { quota }), ...(requested !== undefined && { requested }) }
}

export const fileTime = (value: unknown): number | undefined => read(fileTimes, value)
export const fileListLength = (value: unknown): number | undefined => read(fileListLengths, value)
export const exceptionName = (value: unknown): string | undefined => read(exceptionNames, value)
export const exceptionMessage = (value: unknown): string | undefined =>
  read(exceptionMessages, value)
