// npm's lambda-local: execute() with a handler that does next to nothing.
// Reads how often to call, answers with the seconds of each call.
const lambdaLocal = require(require.resolve("lambda-local", { paths: [process.cwd()] }))
const lines = require("readline").createInterface({ input: process.stdin })

lambdaLocal.getLogger().silent = true
const lambdaFunc = { handler: async () => ({ statusCode: 200, body: JSON.stringify({ hello: "world" }) }) }
const event = JSON.parse(process.argv[2])

lines.on("line", async (line) => {
  const taken = []
  for (let left = Number(line); left > 0; left--) {
    const started = process.hrtime.bigint()
    await lambdaLocal.execute({ event, lambdaFunc, timeoutMs: 3000, verboseLevel: 0 })
    taken.push(Number(process.hrtime.bigint() - started) / 1e9)
  }
  console.log(JSON.stringify(taken))
})
lines.on("close", () => process.exit(0))
