/** How to know what may be written in one place only. */

export const domExceptionMade = /\bnew (?:globalThis\.)?(?:Native)?DOMException\b/

/** A string or template that begins as a statement does. */
export const sqlText =
  /['"`]\s*(?:select\s[^'"`]*\bfrom\b|insert\s+(?:or \w+ )?into\b|update\s+\w+\s+set\b|delete\s+from\b|(?:create|drop|alter)\s+(?:table|index|view|trigger)\b|pragma\s|begin\s+immediate\b|savepoint\s|with\s+recursive\b)/i
