// Writes a snapshot of any program when it ends. Usage, with typescript 5 from npm, whose compiler reads itself here:
// HEAP=OUT.heapsnapshot node --max-old-space-size=12000 -r ./at_exit.cjs node_modules/typescript/lib/tsc.js --allowJs --noEmit --target esnext node_modules/typescript/lib/_tsc.js
process.on('exit', () => {
  // V8 looks for the lines of a script once for a stack, and without one again for each of its functions: minutes for a large script.
  Error.stackTraceLimit = 100;
  void new Error().stack;
  require('v8').writeHeapSnapshot(process.env.HEAP);
});
