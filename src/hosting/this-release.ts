/** What this release of the package says of itself to others. */
import { packageVersion } from '../base/package-version.ts'
import { type Hello, protocolRange } from '../membership/hello.ts'
import { tablesFormat, valueFormat } from '../sqlite/schema/tables.ts'

export const thisRelease: Omit<Hello, 'client'> = {
  protocol: protocolRange,
  version: packageVersion,
  formats: { value: valueFormat, file: tablesFormat },
}
