import { awayCases } from './away.ts'
import type { Case } from './case.ts'
import { endCases } from './ends.ts'
import { realmCases } from './realms.ts'
import { schedulingCases } from './scheduling.ts'
import { versionCases } from './versions.ts'

export const allCases: readonly Case[] = [
  ...versionCases,
  ...schedulingCases,
  ...endCases,
  ...realmCases,
  ...awayCases,
]
