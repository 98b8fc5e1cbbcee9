import { useEffect, useRef, useState } from 'preact/hooks'
import { jsonText } from '../../../src/rendering/json-text.ts'
import { parseWholeValue } from '../../../src/rendering/parse-value.ts'
import type { Json, RecordPlace, Source } from '../../source/source.ts'

/** A value as JSON to be changed. What is no JSON, or renders no value, is said and not stored. */
export function RecordEditor({
  source,
  place,
  value,
  end,
}: {
  source: Source
  place: RecordPlace
  value: Json
  end: () => void
}) {
  // What changes elsewhere does not take away what is being typed.
  const [text, setText] = useState(() => jsonText(value, 2))
  const [problem, setProblem] = useState<string | null>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  const save = async (): Promise<void> => {
    try {
      await source.put(place, await checked(text))
      end()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <label for="json">The value as JSON; {'{"$": …}'} names types that JSON lacks</label>
      <textarea
        id="json"
        ref={area}
        spellcheck={false}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={problem ? 'json-problem' : undefined}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
      />
      {problem && (
        <p id="json-problem" class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="primary">
          Save
        </button>
        <button type="button" onClick={end}>
          Cancel
        </button>
      </div>
    </form>
  )
}

/** @throws Error for what is no JSON, or renders no value */
async function checked(text: string): Promise<Json> {
  const json = JSON.parse(text) as Json
  await parseWholeValue(json)
  return json
}
