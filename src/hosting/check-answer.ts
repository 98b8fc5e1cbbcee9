/** What comes from a worker is input: its script may be the user's own, or another version of this package. */
import { reportOf } from '../port/answers.ts'
import { failureOfMember } from '../port/failure.ts'
import { listOf, membersOf, stringOf } from '../port/malformed.ts'
import type { WorkerAnswer } from './worker-messages.ts'

/** The answer, rebuilt from checked parts. @throws Malformed for what no worker of this package sends */
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
    case 'standing':
      return { ...answer, life: stringOf(answer.life) }
    case 'clients':
      return { ...answer, clients: listOf(answer.clients, stringOf) }
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
