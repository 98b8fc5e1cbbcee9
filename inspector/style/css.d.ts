/** A stylesheet as text: so the build has it. */
declare module '*.css' {
  const text: string
  export default text
}
