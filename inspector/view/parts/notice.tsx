import type { ComponentChildren } from 'preact'

/** What stands where there is nothing to show: what it means, and what to do. */
export function Notice({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="notice">
      <p class="notice-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  )
}
