import { defineHidden } from '../base/own-property.ts'
import { domException, type DOMExceptionName, quotaExceededError } from '../errors.ts'
import { errorKinds } from '../values/format.ts'
import type { CryptoKeyParts } from '../values/platform-objects/crypto-keys.ts'
import { partsClasses } from '../values/platform-objects/geometry.ts'
import { platformClasses } from '../values/platform-objects/platform.ts'
import { setStack } from '../values/read/read-errors.ts'
import { fromBase64 } from './base64.ts'
import { damaged, listOf, type Tagged, textOf } from './json.ts'
import type { Parsing } from './parsing.ts'

/** @throws DataError for a type this package or this runtime does not know */
export function parsePlatformObject(parsing: Parsing, json: Tagged): unknown {
  switch (json.$) {
    case 'Error':
      return parseError(parsing, json)
    case 'DOMException':
      return parseException(json)
    case 'Blob':
      return new (known('Blob'))([bytesOf(json)], { type: textOf(json, 'type') })
    case 'File':
      return parseFile(json)
    case 'FileList':
      return parseFileList(parsing, json)
    case 'CryptoKey':
      return parseCryptoKey(parsing, json)
    default:
      return parseParts(parsing, json)
  }
}

function parseError(parsing: Parsing, json: Tagged): Error {
  const kind = errorKinds.find((it) => it === json['name']) ?? 'Error'
  const error = new globalThis[kind]()
  parsing.remember(json, error)
  // What engines add of the place where it was made.
  for (const name of Object.getOwnPropertyNames(error))
    if (name !== 'stack') Reflect.deleteProperty(error, name)
  if (json['message'] !== undefined) defineHidden(error, 'message', textOf(json, 'message'))
  setStack(error, json['stack'] === undefined ? undefined : textOf(json, 'stack'))
  if (json['cause'] !== undefined) {
    parsing.part(json['cause'], (it) => defineHidden(error, 'cause', it))
  }
  return error
}

function parseException(json: Tagged): DOMException {
  const exception = json['isQuota'] === true ? quotaErrorOf(json) : plainExceptionOf(json)
  setStack(exception, json['stack'] === undefined ? undefined : textOf(json, 'stack'))
  return exception
}

function plainExceptionOf(json: Tagged): DOMException {
  const name = textOf(json, 'name') as DOMExceptionName // a stored exception may have any name
  return domException(name, textOf(json, 'message'))
}

function quotaErrorOf(json: Tagged): DOMException {
  const { quota, requested } = json
  return quotaExceededError(textOf(json, 'message'), {
    ...(typeof quota === 'number' && { quota }),
    ...(typeof requested === 'number' && { requested }),
  })
}

type ClassName = 'Blob' | 'File' | 'DataTransfer'

function known<Name extends ClassName>(name: Name): NonNullable<(typeof platformClasses)[Name]> {
  const found = platformClasses[name]
  if (!found) throw damaged(`this runtime has no ${name}`)
  return found
}

/** @throws DataError where they were left out, as renderValue() does */
function bytesOf(json: Tagged): Uint8Array<ArrayBuffer> {
  if (json['base64'] === undefined) throw damaged(`a ${json.$} comes without its bytes`)
  return fromBase64(textOf(json, 'base64'))
}

function parseFile(json: Tagged): File {
  const lastModified = Number(json['lastModified'])
  const type = textOf(json, 'type')
  return new (known('File'))([bytesOf(json)], textOf(json, 'name'), { type, lastModified })
}

function parseFileList(parsing: Parsing, json: Tagged): FileList {
  const transfer = new (known('DataTransfer'))()
  for (const it of listOf(json, 'values')) transfer.items.add(parsing.parse(it) as File) // it refuses others
  return transfer.files
}

function parseParts(parsing: Parsing, json: Tagged): object {
  const parts = partsClasses.get(json.$)
  if (!parts) throw damaged(`this runtime, or this version of the package, knows no ${json.$}`)
  return parts.from(listOf(json, 'parts').map((it) => parsing.parse(it)))
}

/** Null until it has been made. */
function parseCryptoKey(parsing: Parsing, json: Tagged): object | null {
  const key = parsing.keys.get(json)
  if (!key) parsing.missing.push(json)
  return key ?? null
}

/** What a CryptoKey is made of. */
export function keyParts(parsing: Parsing, json: Tagged): CryptoKeyParts {
  return {
    type: textOf(json, 'type'),
    extractable: json['extractable'] === true,
    algorithm: Object(parsing.parse(json['algorithm'])) as object,
    usages: listOf(json, 'usages').map(String),
    material: bytesOf(json),
  }
}
