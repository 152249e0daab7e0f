exports.quiet = async () => ({ statusCode: 200, body: JSON.stringify({ hello: "world" }) })

exports.logging = async () => {
  console.log("hello")
  return exports.quiet()
}
