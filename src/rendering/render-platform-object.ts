import {
  blobAttributes,
  exceptionMessage,
  exceptionName,
  fileListLength,
  quotaOf,
} from '../values/platform-objects/platform.ts'
import {
  bytesOfSecretiveKey,
  exportCryptoKey,
  traitsOfCryptoKey,
} from '../values/platform-objects/crypto-keys.ts'
import { foreignBlob } from '../values/platform-objects/foreign-blobs.ts'
import { partsClasses } from '../values/platform-objects/geometry.ts'
import { interfaceNames, refusedName } from '../values/platform-objects/interface-names.ts'
import { stackOf } from '../values/write/write-errors.ts'
import { defineOwn } from '../base/own-property.ts'
import { toBase64 } from './base64.ts'
import type { Json } from './json.ts'
import type { Rendering } from './rendering.ts'

/** Renders an error: what structured clone keeps of it. */
export function renderError(rendering: Rendering, error: object): Json {
  const { name, message, cause } = error as Error // its brand says so
  const json = rendering.tagged(error, 'Error', {
    name,
    message: Object.hasOwn(error, 'message') ? message : undefined,
    stack: stackOf(error),
  })
  if (Object.hasOwn(error, 'cause')) rendering.part(cause, (it) => defineOwn(json, 'cause', it))
  return json
}

const renderers: Readonly<
  Record<string, ((rendering: Rendering, value: object) => Json | null) | undefined>
> = {
  Blob: renderBlob,
  File: renderBlob,
  FileList: renderFileList,
  DOMException: renderException,
  QuotaExceededError: renderException,
  CryptoKey: renderCryptoKey,
}

/** Renders an object of the platform's; null for every other one. */
export function renderPlatformObject(rendering: Rendering, value: object): Json | null {
  const names = interfaceNames(value)
  const [name] = names
  if (name === undefined) return null
  const rendered = Object.hasOwn(renderers, name)
    ? renderers[name]?.(rendering, value)
    : renderParts(rendering, value, name)
  if (rendered) return rendered
  const lost = refusedName(names)
  if (lost === null) return null
  rendering.lost.push(lost)
  return rendering.tagged(value, 'lost', { type: lost })
}

function renderBlob(rendering: Rendering, value: object): Json | null {
  const own = blobAttributes(value)
  const blob = own ?? foreignBlob(value)
  if (!blob) return null
  const { size, type, name, lastModified } = blob
  const json = rendering.tagged(value, name === undefined ? 'Blob' : 'File', {
    type,
    size,
    name,
    lastModified: name === undefined ? undefined : lastModified,
  })
  const content = (own ? value : blob) as Blob // it has the one method used here
  rendering.contents.push(async () => {
    defineOwn(json, 'base64', toBase64(new Uint8Array(await content.arrayBuffer())))
  })
  return json
}

function renderFileList(rendering: Rendering, value: object): Json | null {
  const length = fileListLength(value)
  if (length === undefined) return null
  const files = Array.from({ length }, (_, i) => (value as FileList)[i]) // its getter has answered
  return rendering.tagged(value, 'FileList', { values: files.map((it) => rendering.render(it)) })
}

function renderException(rendering: Rendering, value: object): Json | null {
  const name = exceptionName(value)
  if (name === undefined) return null
  const quota = quotaOf(value)
  return rendering.tagged(value, 'DOMException', {
    name,
    message: exceptionMessage(value),
    stack: stackOf(value),
    ...(quota && { isQuota: true, ...quota }),
  })
}

function renderParts(rendering: Rendering, value: object, name: string): Json | null {
  const parts = partsClasses.get(name)?.partsOf(value)
  if (!parts) return null
  return rendering.tagged(value, name, { parts: parts.map((it) => rendering.render(it)) })
}

function renderCryptoKey(rendering: Rendering, key: object): Json | null {
  const traits = traitsOfCryptoKey(key)
  if (!traits) return null
  const { type, extractable, algorithm, usages } = traits
  const json = rendering.tagged(key, 'CryptoKey', {
    type,
    extractable,
    algorithm: rendering.render({ ...algorithm }),
    usages: [...usages],
  })
  rendering.contents.push(async (onLost) => {
    const bytes = extractable ? await exportCryptoKey(key) : bytesOfSecretiveKey(key, type)
    // `as`: both give bytes of their own.
    if (bytes) defineOwn(json, 'base64', toBase64(bytes as Uint8Array<ArrayBuffer>))
    else onLost('CryptoKey that is not extractable')
  })
  return json
}
