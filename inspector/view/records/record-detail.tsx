import { useEffect, useRef, useState } from 'preact/hooks'
import { keyText } from '../../source/key-range-text.ts'
import type { Json, RecordPlace, Source } from '../../source/source.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure } from '../parts/failure.tsx'
import { Notice } from '../parts/notice.tsx'
import { useLoad } from '../use-load.ts'
import { ValueTree } from '../value/value-tree.tsx'
import { nameText, size } from '../words.ts'
import { RecordEditor } from './record-editor.tsx'

interface RecordDetailProps {
  readonly source: Source
  readonly place: RecordPlace
  readonly changes: number
  readonly isEditing: boolean
  readonly close: () => void
}

/** One record whole. It takes the focus when it opens, and Escape closes it. */
export function RecordDetail({ source, place, changes, isEditing, close }: RecordDetailProps) {
  const record = useLoad(() => source.record(place), [source, changes])
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <aside
      class="record"
      aria-labelledby="record-heading"
      onKeyDown={({ key }) => key === 'Escape' && close()}
    >
      <header>
        <h3 id="record-heading" tabIndex={-1} ref={heading}>
          {keyText(place.key)}
        </h3>
        <p>{record.result && size(record.result.bytes)}</p>
        <button type="button" class="quiet" aria-label="Close the record" onClick={close}>
          <span aria-hidden="true">×</span>
        </button>
      </header>
      {record.error && <Failure error={record.error} again={record.again} />}
      {record.result && record.result.value === undefined && (
        <Notice title={`This value takes ${size(record.result.bytes)}`}>
          That is more than a page can show. Read it from a program by its key.
        </Notice>
      )}
      {!record.isLoading && !record.error && record.result === null && (
        <Notice title="The record is gone">It was deleted meanwhile. Choose another.</Notice>
      )}
      {record.result?.value !== undefined && (
        <Whole
          {...{ source, place, isEditing, close }}
          value={record.result.value}
          again={record.again}
        />
      )}
    </aside>
  )
}

function Whole({
  source,
  place,
  isEditing,
  close,
  value,
  again,
}: Omit<RecordDetailProps, 'changes'> & { value: Json; again: () => void }) {
  const [isBeingEdited, setBeingEdited] = useState(false)
  const [asks, setAsks] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const remove = (): void => {
    source.remove(place).then(close, (reason: Error) => {
      setAsks(false)
      setError(reason)
    })
  }
  if (isEditing && isBeingEdited) {
    const end = (): void => {
      setBeingEdited(false)
      again()
    }
    return <RecordEditor {...{ source, place, value, end }} />
  }
  return (
    <>
      {isEditing && (
        <div class="actions">
          <button type="button" onClick={() => setBeingEdited(true)}>
            Edit
          </button>
          <button type="button" class="danger" onClick={() => setAsks(true)}>
            Delete
          </button>
        </div>
      )}
      {error && <Failure error={error} />}
      <ValueTree value={value} />
      {asks && (
        <Confirm
          question={`Delete the record ${keyText(place.key)} of ${nameText(place.store)}? This cannot be undone.`}
          action="Delete the record"
          confirm={remove}
          cancel={() => setAsks(false)}
        />
      )}
    </>
  )
}
