/** What became of a damaged file, asked of the request that has opened it. */
import { optionError } from '../../errors.ts'
import { describeValue } from '../../base/describe-value.ts'
import { IDBOpenDBRequest as OpenRequestHandle, salvageReportOf } from '../IDBRequest.ts'
import type { IDBOpenDBRequest } from './interfaces.ts'
import type { SalvageReport } from '../../storage/salvage-report.ts'

export type { SalvagedStore, SalvageReport } from '../../storage/salvage-report.ts'

/**
 * What was saved and lost when the database's file was found damaged and salvaged (`ifCorrupt: 'salvage'`), from the
 * request's `upgradeneeded` or `success` on; null when there was no need. All requests that open the database have it,
 * until its last connection is closed.
 *
 * @throws TypeError for anything but an open request of this package.
 */
export function salvageReport(request: IDBOpenDBRequest): SalvageReport | null {
  const handle: unknown = request
  if (handle instanceof OpenRequestHandle) return salvageReportOf(handle)
  const got = describeValue(request)
  const message = `salvageReport(request) needs what open() of this copy of idb-everywhere has returned, got ${got}`
  throw optionError('request', message)
}
