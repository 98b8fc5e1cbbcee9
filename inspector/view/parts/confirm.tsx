import { useEffect, useRef } from 'preact/hooks'

/** Asks before something that cannot be undone. */
export function Confirm({
  question,
  action,
  confirm,
  cancel,
}: {
  question: string
  action: string
  confirm: () => void
  cancel: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="question" onClose={cancel}>
      <p id="question">{question}</p>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={confirm}>
          {action}
        </button>
      </div>
    </dialog>
  )
}
