/** The cases that run in browsers: those of the questions that need nothing of Node. */
import type { Case } from '../warm/cases.ts'
import { cases as cursorCases } from '../questions/cursor.ts'
import { cases as largeValueCases } from '../questions/large-values.ts'
import { cases as putCases } from '../questions/put.ts'
import { cases as readCases } from '../questions/read.ts'
import { cases as transactionCases } from '../questions/transactions.ts'

export const browserCases: readonly Case[] = [
  ...putCases,
  ...largeValueCases,
  ...transactionCases,
  ...readCases,
  ...cursorCases,
]

/** The contenders that show what the browser alone takes. */
export const echoName = 'echo of 200 bytes'
export const deliveryName = 'delivery alone'
