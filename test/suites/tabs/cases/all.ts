import { awayCases } from './away.ts'
import type { Case } from './case.ts'
import { endCases } from './ends.ts'
import { realmCases } from './realms.ts'
import { schedulingCases } from './scheduling.ts'
import { versionCases } from './versions.ts'

const kinds: readonly (readonly Case[])[] = [
  versionCases,
  schedulingCases,
  endCases,
  realmCases,
  awayCases,
]

export const allCases: readonly Case[] = kinds.flat()

/** Those of the short form. */
export const shortCases = allCases.filter(isInShortForm)

/** One of each kind. */
export const fewCases: readonly Case[] = kinds.flatMap((it) => it.filter(isInShortForm).slice(0, 1))

function isInShortForm({ isInShortForm = false }: Case): boolean {
  return isInShortForm
}
