// The way of the course "Production-Ready Serverless": a long poll of SQS feeds a ReplaySubject of RxJS, and a test
// takes the first message that it looks for.
// Reads how many events to publish, answers with the seconds of each, from the call of PutEvents to the message.
const { createRequire } = require("module")
const from = createRequire(`${process.cwd()}/`)
const { SQSClient, ReceiveMessageCommand, DeleteMessageBatchCommand } = from("@aws-sdk/client-sqs")
const { EventBridgeClient, PutEventsCommand } = from("@aws-sdk/client-eventbridge")
const { ReplaySubject, filter, firstValueFrom } = from("rxjs")
const lines = require("readline").createInterface({ input: process.stdin })

const { endpoint, region, credentials, bus, source, queue, pause } = JSON.parse(process.argv[2])
const sqs = new SQSClient({ endpoint, region, credentials })
const events = new EventBridgeClient({ endpoint, region, credentials })
const messages = new ReplaySubject(100)

const poll = async () => {
  const wish = { QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }
  const { Messages: found = [] } = await sqs.send(new ReceiveMessageCommand(wish))
  if (found.length === 0) return
  found.forEach((message) => messages.next(JSON.parse(message.Body)))
  const Entries = found.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }))
}
const listen = () => poll().then(listen)
listen()

let number = 0
const publish = async () => {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * pause * 1000))
  const orderId = `${source}-${++number}`
  const Detail = JSON.stringify({ orderId })
  const started = process.hrtime.bigint()
  await events.send(
    new PutEventsCommand({ Entries: [{ EventBusName: bus, Source: source, DetailType: "order_placed", Detail }] }),
  )
  await firstValueFrom(messages.pipe(filter((event) => event.detail.orderId === orderId)))
  return Number(process.hrtime.bigint() - started) / 1e9
}

lines.on("line", async (line) => {
  const taken = []
  for (let left = Number(line); left > 0; left--) taken.push(await publish())
  console.log(JSON.stringify(taken))
})
lines.on("close", () => process.exit(0))
