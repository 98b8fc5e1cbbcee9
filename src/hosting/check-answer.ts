/** What comes from a worker is input: it may be a script of the user's, or of another version of this package. */
import { reportOf } from '../port/answers.ts'
import { failureOfMember } from '../port/failure.ts'
import { membersOf } from '../port/malformed.ts'
import type { WorkerAnswer } from './worker-messages.ts'

/** The answer with all that it has for script made anew. @throws Malformed for what no worker of this package sends */
export function checkedAnswer(answer: WorkerAnswer): WorkerAnswer {
  switch (answer['idb-everywhere']) {
    case 'warning': {
      const { failure, report } = membersOf(answer.warning)
      const warning = {
        failure: failureOfMember(failure),
        report: report === null ? null : reportOf(report),
      }
      return { ...answer, warning }
    }
    case 'stopped':
      return {
        ...answer,
        failure: answer.failure === null ? null : failureOfMember(answer.failure),
      }
    case 'failed':
      return { ...answer, failure: failureOfMember(answer.failure) }
    default:
      return answer
  }
}
