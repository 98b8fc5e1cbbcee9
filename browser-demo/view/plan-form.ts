/** The form: which workload, how many records, how often. */
import { sizes, workloads } from '../workloads/all.ts'
import type { Workload } from '../workloads/workload.ts'
import { byId, element } from './dom.ts'
import { count } from './words.ts'

const roundCounts = [1, 3, 5] as const

/** What the form asks for. */
export interface PlanChoice {
  readonly workload: Workload
  readonly size: number
  readonly rounds: number
  readonly spoil: boolean
}

/** Puts the form's fields on the page. */
export function showPlanForm(): void {
  const lesson = element('p', { class: 'lesson', id: 'lesson' })
  const code = element('code')
  const size = choices('size', 'Records', sizes, 1_000)
  const select = element(
    'select',
    { id: 'workload', name: 'workload', 'aria-describedby': 'lesson' },
    ...workloads.map(({ id, title }) => element('option', { value: id }, title)),
  )
  const describeChoice = (): void => {
    const workload = workloadOf(select.value)
    lesson.textContent = workload.lesson
    code.textContent = sourceOf(workload)
    size.disabled = !workload.scales
  }
  select.addEventListener('change', describeChoice)
  describeChoice()
  byId('plan-fields', HTMLDivElement).append(
    element('label', { class: 'unseen', for: 'workload' }, 'Workload'),
    select,
    lesson,
    element(
      'details',
      { class: 'script' },
      element('summary', {}, 'Read the script'),
      element('pre', { tabindex: 0, 'aria-label': 'The script of the workload' }, code),
    ),
    size,
    choices('rounds', 'Rounds', roundCounts, 3),
    spoilChoice(),
  )
}

/** What is chosen now. */
export function readPlanForm(): PlanChoice {
  const fields = new FormData(byId('plan', HTMLFormElement))
  return {
    workload: workloadOf(String(fields.get('workload'))),
    // A workload of fixed size has its choice disabled, which sends nothing.
    size: Number(fields.get('size') ?? 0),
    rounds: Number(fields.get('rounds')),
    spoil: fields.get('spoil') === 'on',
  }
}

function workloadOf(id: string): Workload {
  const workload = workloads.find((it) => it.id === id)
  if (!workload) throw new Error(`unreachable: there is no workload "${id}"`)
  return workload
}

function choices(
  name: string,
  title: string,
  numbers: readonly number[],
  chosen: number,
): HTMLFieldSetElement {
  const options = numbers.map((number) => {
    const input = element('input', {
      type: 'radio',
      name,
      value: number,
      checked: number === chosen,
    })
    return element('label', {}, input, element('span', {}, count(number)))
  })
  return element(
    'fieldset',
    { class: 'choice' },
    element('legend', {}, title),
    element('div', { class: 'segments' }, ...options),
  )
}

function spoilChoice(): HTMLElement {
  const input = element('input', { type: 'checkbox', name: 'spoil', id: 'spoil' })
  const words = element(
    'span',
    {},
    'Spoil a record',
    element(
      'small',
      {},
      'Changes one record on Memory and OPFS, to see that the comparison finds it.',
    ),
  )
  return element('label', { class: 'check' }, input, words)
}

/** The function itself, as it runs. */
function sourceOf({ run }: Workload): string {
  const lines = String(run).split('\n')
  const indent = lines.at(-1)?.match(/^ */)?.[0].length ?? 0
  return lines.map((line, at) => (at === 0 ? line : line.slice(indent))).join('\n')
}
