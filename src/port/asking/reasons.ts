/** Why there are no answers any more. */
import { type Failure, failure } from '../../errors.ts'
import { Malformed } from '../malformed.ts'

/** What is wrong with a message that the channel itself cannot read. */
export const unreadable = new Malformed('cannot be read')

/** Why everything fails once the other end is gone. */
export const ended = failure(
  'UnknownError',
  'The thread that owns the storage has ended; open the database again, with a factory on a new owner if you have started the old one',
  { code: 'ERR_IDB_OWNER_LOST' },
)

/** Why everything fails once the owner has sent what this package would not. */
export function nonsense(detail: string): Failure {
  const message = 'The owner of the storage has sent a message that cannot be read'
  return failure('UnknownError', message, { code: 'ERR_IDB_PROTOCOL', detail })
}
