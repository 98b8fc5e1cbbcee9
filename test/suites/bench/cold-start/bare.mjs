/** A process that does nothing: what a runtime itself takes to start. */
console.log('done')
