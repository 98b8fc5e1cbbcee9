/** What is wrong in a directory, or would go wrong, and what to do about it. */
import { packageVersion } from '../../base/package-version.ts'
import { append } from '../../base/own-property.ts'
import { databaseFindings, leftoverFindings } from './file-findings.ts'
import type { Examined, Finding, FindingLevel } from './finding.ts'
import { placeFindings } from './place-findings.ts'

const levels: readonly FindingLevel[] = ['error', 'warning', 'note']

/** The worst first. */
export function findingsIn(examined: Examined): Finding[] {
  const found = [
    ...placeFindings(examined),
    ...ownerFindings(examined),
    ...examined.databases.flatMap(databaseFindings),
    ...leftoverFindings(examined.leftovers),
  ]
  return levels.flatMap((level) => found.filter((it) => it.level === level))
}

function ownerFindings({ status, failure }: Examined): Finding[] {
  const found: Finding[] = []
  if (failure !== null) {
    const advice = 'fix what the message names'
    append(found, { level: 'error', code: 'owner-unknown', message: failure, advice })
  }
  if (status?.state === 'owned') {
    append(found, {
      level: 'warning',
      code: 'owner-keeps-it',
      message: `Its owner does not share it, because ${status.reason}`,
      advice: 'end that process, or open the directory there with the option ifLocked left out',
    })
  }
  if (status?.state === 'silent') {
    append(found, {
      level: 'error',
      code: 'owner-silent',
      message: 'Its owner does not answer: it may be stopped by a debugger or a signal',
      advice: 'let that process go on, or end it',
    })
  }
  if (status?.state === 'shared')
    for (const it of versionFindings(status.owner.version)) append(found, it)
  return found
}

function versionFindings(version: string): Finding[] {
  if (version === packageVersion) return []
  const message = `Its owner has version ${version} of the package, and this is version ${packageVersion}`
  const advice = 'nothing, as long as they work together; else give both the same version'
  return [{ level: 'note', code: 'other-version', message, advice }]
}
