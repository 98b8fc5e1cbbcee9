/** An error, with a button that tries again. */
export function Failure({ error, again }: { error: Error; again?: () => void }) {
  return (
    <div class="notice failure" role="alert">
      <p class="notice-title">This could not be read</p>
      <p>{error.message}</p>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}
