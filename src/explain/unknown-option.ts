/** An option that does not exist. */
import { describeValue } from '../base/describe-value.ts'
import { optionError } from '../errors.ts'
import { namesThereAre } from './nearest-name.ts'

/** The TypeError for it: it has the name that was perhaps meant, and those there are. */
export function unknownOption(name: string, names: readonly string[]): TypeError {
  return optionError(name, `Unknown option ${describeValue(name)}${namesThereAre(name, names)}`)
}
