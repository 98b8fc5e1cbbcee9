import { useState } from 'preact/hooks'
import { readRange } from '../../source/key-range-text.ts'
import type { Range } from '../../source/source.ts'

/** Keys as a person types them; what is no range is said below, and changes nothing. */
export function RangeFilter({
  setRange,
  isOfIndex,
}: {
  setRange: (range: Range | null) => void
  isOfIndex: boolean
}) {
  const [problem, setProblem] = useState<string | null>(null)
  const apply = (text: string): void => {
    try {
      setRange(readRange(text))
      setProblem(null)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <form
      class="field filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        apply(String(new FormData(event.currentTarget).get('keys')))
      }}
    >
      <label for="keys">{isOfIndex ? 'Index keys' : 'Keys'}</label>
      <input
        id="keys"
        name="keys"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder='42, 10..20, >= "m"'
        aria-describedby={problem ? 'keys-problem' : undefined}
        aria-invalid={problem !== null}
        onChange={({ currentTarget }) => apply(currentTarget.value)}
      />
      <button type="submit">Filter</button>
      {problem && (
        <p id="keys-problem" class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}
